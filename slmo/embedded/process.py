"""Start programs so that none outlives the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from slmo.embedded import guardian
from slmo.embedded.places import Account

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOG_LIMIT = 10 * 1024 * 1024  # bytes; a larger log is set aside once, when its program starts


@dataclass(frozen=True)
class Program:
    """One program to be kept running, in a session and process group of its own.

    `stop_signal` asks it to end; `rank` says when: 0 before the servers, 1 as a server, last; `patience` is in seconds.
    """

    name: str
    command: tuple[str, ...]
    log: Path | None  # None: it writes to this terminal
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    rank: int = 0
    patience: float = 10.0


class Crew:
    """The programs of one supervisor, with the guardian that ends them should the supervisor be killed."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}
        self._folders: list[Path] = []
        self._locks: list[IO[str]] = []
        self._guardian: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._guardian_start()

    def start(self, program: Program) -> subprocess.Popen[bytes]:
        """Start `program`, its output appended to its log, and put it on the guardian's list before it runs."""
        with log_open(program.log) as log:
            process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=program.folder,
                env=dict(program.environment),
                start_new_session=True,
                preexec_fn=self._announcer(program),  # after setuid, which would clear the parent-death signal
                **account_arguments(program.account),
            )
        self._running[program.name] = (program, process)
        return process

    def reap(self) -> list[tuple[Program, int]]:
        """Return the programs that have ended since the last call, with their exit statuses."""
        ended = [(program, process) for program, process in self._running.values() if process.poll() is not None]
        for program, process in ended:
            guardian.group_signal(process.pid, signal.SIGKILL)  # what it left in its group
            self._tell(f"drop {process.pid}")
            del self._running[program.name]
        return [(program, process.returncode) for program, process in ended]

    def guardian_check(self) -> None:
        """Start a new guardian, with the whole list, where the present one has died."""
        if self._guardian is not None and self._guardian.poll() is not None:
            os.close(self._pipe)
            self._guardian_start()

    def sweep(self, folder: Path) -> None:
        """Have `folder` removed once all programs have ended, however this process ends."""
        self._folders.append(folder)
        self._tell(f"sweep {folder}")

    def keep(self, lock: IO[str]) -> None:
        """Hold a lock until all programs have ended."""
        self._locks.append(lock)

    def stop(self) -> None:
        """End all programs, those of rank 0 first, and then the guardian; give the locks back."""
        for rank in (0, 1):
            self._stop_rank(rank)
        if self._guardian is not None:
            os.close(self._pipe)
            self._guardian.wait()
            self._guardian = None
        while self._locks:
            self._locks.pop().close()

    def _stop_rank(self, rank: int) -> None:
        members = [(program, process) for program, process in self._running.values() if program.rank == rank]
        for program, process in members:
            if process.poll() is None:
                process.send_signal(program.stop_signal)
        start = time.monotonic()
        for program, process in members:
            try:
                process.wait(max(0.1, start + program.patience - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.reap()

    def _announcer(self, program: Program) -> Callable[[], None]:
        """Return what the child does before it becomes `program`: announce itself, and ask to die with its parent."""
        parent, pipe, number = os.getpid(), self._pipe, int(program.stop_signal)
        tail = f" {number} {program.rank}\n"

        def announce() -> None:
            os.write(pipe, f"add {os.getpid()}{tail}".encode())
            if _LIBC is not None:
                _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
                if os.getppid() != parent:
                    os._exit(1)

        return announce

    def _guardian_start(self) -> None:
        """Start a guardian and tell it of every program that is running."""
        reader, self._pipe = os.pipe()
        command = (sys.executable, "-I", "-S", guardian.__file__, str(reader))
        self._guardian = subprocess.Popen(
            command, pass_fds=(reader,), start_new_session=True, stdin=subprocess.DEVNULL, cwd="/"
        )
        os.close(reader)
        for program, process in self._running.values():
            self._tell(f"add {process.pid} {int(program.stop_signal)} {program.rank}")
        for folder in self._folders:
            self._tell(f"sweep {folder}")

    def _tell(self, line: str) -> None:
        """Send the guardian one line; a guardian that has just died is replaced, with the whole list, by its check."""
        try:
            os.write(self._pipe, os.fsencode(f"{line}\n"))
        except BrokenPipeError:
            return


def account_arguments(account: Account | None) -> dict[str, Any]:
    """Return the arguments with which `subprocess` runs a program as `account`; none for the present user."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


@contextmanager
def log_open(path: Path | None) -> Iterator[IO[bytes] | None]:
    """Open a log for appending, its folder made, an overlong one set aside as `<name>.1`; None stays None."""
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_name(f"{path.name}.1"))
    with path.open("ab") as log:
        yield log


def log_tail(path: Path, lines: int = 3) -> str:
    """Return the last lines of a log, joined by slashes, for a sentence about what went wrong."""
    if not path.exists():
        return "nothing was logged"
    text = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in text[-lines:]) or "nothing was logged"
