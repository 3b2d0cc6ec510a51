"""Nothing outlives its supervisor: not a child, not a child's child, however the supervisor dies."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slmo.embedded.process import Crew, Program

# A supervisor with one program, which has a child of its own in its group; the program writes both numbers.
SUPERVISOR = """
import sys, time
from pathlib import Path
from slmo.embedded.process import Crew, Program
folder = Path(sys.argv[1])
crew = Crew()
crew.start(Program("stubborn", (sys.executable, "-c", sys.argv[2], str(folder)), folder / "log", folder))
if sys.argv[3] == "no guardian":
    crew._guardian.kill()
while True:
    time.sleep(1)
"""
STUBBORN = """
import os, signal, sys, time
if not {polite}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    open(sys.argv[1] + "/pids.partial", "w").write(f"{{os.getpid()}} {{child}}")
    os.rename(sys.argv[1] + "/pids.partial", sys.argv[1] + "/pids")
while True:
    time.sleep(1)
"""


def gone(pid: int) -> bool:
    """Return whether a process has ended (a zombie has)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def eventually(condition: object, seconds: float = 20.0) -> bool:
    """Return whether a callable becomes true within `seconds`."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def supervisor_start(folder: Path, *, polite: bool, guardian: bool = True) -> tuple[subprocess.Popen[bytes], list[int]]:
    """Start the supervisor above; return it with the numbers of its program and of that program's child."""
    word = "guardian" if guardian else "no guardian"
    command = [sys.executable, "-c", SUPERVISOR, str(folder), STUBBORN.format(polite=polite), word]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    assert eventually((folder / "pids").exists)
    return process, [int(word) for word in (folder / "pids").read_text().split()]


@pytest.mark.wide
@pytest.mark.parametrize("polite", [True, False])
def test_a_killed_supervisor_leaves_neither_children_nor_grandchildren(tmp_path: Path, polite: bool) -> None:
    supervisor, pids = supervisor_start(tmp_path, polite=polite)
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: all(gone(pid) for pid in pids))


def test_children_die_with_the_supervisor_even_where_the_guardian_was_killed_first(tmp_path: Path) -> None:
    supervisor, pids = supervisor_start(tmp_path, polite=True, guardian=False)
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: gone(pids[0]))
    os.kill(pids[1], signal.SIGKILL)  # without a guardian nobody looks for grandchildren


def test_a_guardian_that_died_is_replaced_and_knows_the_whole_list(tmp_path: Path) -> None:
    crew = Crew()
    process = crew.start(Program("sleeper", ("sleep", "600"), tmp_path / "log", tmp_path))
    assert crew._guardian is not None
    crew._guardian.kill()
    crew._guardian.wait()
    crew.guardian_check()
    os.close(crew._pipe)  # what the supervisor's death would do
    assert process.wait(20) == -signal.SIGTERM
    crew._guardian.wait(20)
    crew._guardian = None


def test_what_a_dead_program_left_in_its_group_is_ended_when_it_is_reaped(tmp_path: Path) -> None:
    crew = Crew()
    crew.start(Program("parent", ("sh", "-c", "sleep 600 & echo $!; exit 7"), tmp_path / "log", tmp_path))
    ended: list[tuple[Program, int]] = []
    assert eventually(lambda: ended.extend(crew.reap()) or ended)
    assert ended[0][1] == 7
    child = int((tmp_path / "log").read_text())
    assert eventually(lambda: gone(child))
    crew.stop()


def test_a_program_that_ignores_the_polite_signal_is_killed_after_its_patience(tmp_path: Path) -> None:
    crew = Crew()
    script = "trap '' TERM; echo ready; while :; do sleep 1; done"
    process = crew.start(Program("deaf", ("sh", "-c", script), tmp_path / "log", tmp_path, patience=0.2))
    assert eventually(lambda: "ready" in (tmp_path / "log").read_text())
    crew.stop()
    assert process.returncode == -signal.SIGKILL


def test_an_overlong_log_is_set_aside_once(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"x" * (10 * 1024 * 1024 + 1))
    crew = Crew()
    crew.start(Program("echo", ("echo", "new"), tmp_path / "log", tmp_path)).wait()
    crew.stop()
    assert (tmp_path / "log").read_text() == "new\n"
    assert (tmp_path / "log.1").stat().st_size == 10 * 1024 * 1024 + 1


def test_a_folder_to_be_swept_is_gone_once_all_programs_have_ended(tmp_path: Path) -> None:
    folder = tmp_path / "servers of a test"
    folder.mkdir()
    (folder / "file").write_text("data")
    crew = Crew()
    crew.sweep(folder)
    crew.start(Program("sleeper", ("sleep", "600"), folder / "log", folder))
    crew.stop()
    assert not folder.exists()
