"""Programs of the peers: each in a temporary folder, as an unprivileged user, on a loopback port, ended by its id."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from slmo.embedded.places import Account, account_for, folder_for, home_passing
from slmo.embedded.process import Crew, Program, log_tail

READY_WITHIN = 120.0  # seconds


@dataclass(frozen=True)
class House:
    """Where the peers live: their crew, the user that runs them, and the folder that goes when they end."""

    crew: Crew
    account: Account | None
    folder: Path

    @classmethod
    def new(cls) -> "House":
        """Return a house with nobody in it."""
        crew, home = Crew(), home_passing()
        crew.sweep(home)
        return cls(crew, account_for(Path("/nonexistent")), home)

    def room(self, name: str) -> Path:
        """Return a folder of the peers' user."""
        return folder_for(self.account, self.folder / name)

    def give(self, path: Path, text: str | bytes) -> Path:
        """Write a file that the peers' user can read, and nobody else but root."""
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(0o600)
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)
        return path

    def start(self, name: str, *command: object, ready: Callable[[], object]) -> None:
        """Start a program and wait until `ready` raises no OSError; raise AssertionError where it ends or hangs."""
        room = self.room(name)
        log = self.folder / "log" / f"{name}.log"
        program = Program(
            name=name, command=tuple(map(str, command)), log=log, folder=room, environment=_environment(room),
            account=self.account,
        )  # fmt: skip
        process = self.crew.start(program)
        wait_until(lambda: process.poll() is not None or _answers(ready), f"{name} to start ({log_tail(log)})")
        assert process.poll() is None, f"{name} ended while it started: {log_tail(log, 12)}"


def wait_until(condition: Callable[[], object], what: str, seconds: float = READY_WITHIN) -> None:
    """Return once the condition holds; raise AssertionError that says for what it waited in vain."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"Waited {seconds:.0f} s in vain for {what}."
        time.sleep(0.1)


def _answers(ready: Callable[[], object]) -> bool:
    try:
        ready()
    except OSError:
        return False
    return True


def _environment(room: Path) -> Mapping[str, str]:
    """Return what a program needs from the environment, and no proxy."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    return {"PATH": path, "HOME": str(room), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
