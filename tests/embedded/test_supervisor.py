"""The whole of `make run`, without the demo: it answers, heals, stops cleanly, and leaves nothing when it is killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slmo.embedded import places
from slmo.embedded.checks import port_free

pytestmark = pytest.mark.wide

ROOT = Path(__file__).parents[2]
PATIENCE = 150.0  # seconds, for a machine that is busy with other tests


def eventually(condition: Callable[[], object]) -> bool:
    """Return whether a condition becomes true within the patience."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


class Run:
    """One `make run` in a folder of its own."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        kept = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "MAKELEVEL"}
        }
        environment = {**kept, "SLMO_VAR": str(var), "PORT": str(port), "SLMO_DEMO": "0", "SLMO_WORKER_PROCESSES": "1"}
        self.path = var.parent / f"output-{port}"
        self.output = self.path.open("w", encoding="utf-8")
        command = [sys.executable, "-m", "slmo.embedded"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.output, stderr=self.output)

    def said(self) -> str:
        """Return all that was printed."""
        return self.path.read_text(encoding="utf-8")

    def ready(self) -> bool:
        """Return whether the start is complete."""
        return "SLMO is ready" in self.said()

    def programs(self) -> dict[int, str]:
        """Return the living processes that belong to this run, by number: those which carry its folder."""
        mark, found = str(self.var.parent), {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_text(errors="replace").replace("\0", " ")
                carried = command + (folder / "environ").read_text(errors="replace")
                state = (folder / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if mark in carried and state != "Z" and int(folder.name) != os.getpid():
                found[int(folder.name)] = command
        return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """Yield a folder that the servers' user can enter."""
    home = places.home_passing()
    yield home
    subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.mark.may_skip
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are counted by /proc")
def test_it_answers_heals_leaves_nothing_when_killed_and_stops_cleanly_the_next_time(folder: Path) -> None:
    first = Run(folder / "var", port_free())
    try:
        assert eventually(first.ready), first.said()
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(f"http://127.0.0.1:{first.port}/no-such-page/", timeout=30)
        assert missing.value.code in {403, 404}
        missing.value.close()

        beat = next(pid for pid, command in first.programs().items() if " beat " in command)
        os.kill(beat, signal.SIGKILL)
        assert eventually(lambda: "beat ended (killed by SIGKILL); next start in 1 s" in first.said())
        assert eventually(lambda: any(" beat " in command for pid, command in first.programs().items() if pid != beat))
        assert len(first.programs()) >= 8  # supervisor, guardian, postgres, valkey, web and worker with children, beat
    finally:
        first.process.kill()
        first.process.wait()
        first.output.close()
    assert eventually(lambda: not first.programs()), first.programs()

    second = Run(folder / "var", port_free())
    try:
        assert eventually(second.ready), second.said()
        third = Run(folder / "var", port_free())
        assert third.process.wait(PATIENCE) == 1
        third.output.close()
        assert "SLMO: The portal already runs from this folder" in third.said()
        second.process.send_signal(signal.SIGINT)
        assert second.process.wait(PATIENCE) == 0
    finally:
        second.process.kill()
        second.process.wait()
        second.output.close()
    assert eventually(lambda: not second.programs()), second.programs()
