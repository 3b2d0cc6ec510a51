"""The supervisor as a child of `make`: it ends when `make` is interrupted or gone, and only then."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASKED = """
import sys
from slmo.embedded.supervisor import Supervisor
supervisor = Supervisor()
print(supervisor._make_ends(), flush=True)
sys.stdin.readline()
print(supervisor._make_ends(), flush=True)
"""
MAKE = """
import signal, subprocess, sys
if sys.argv[1] == "background":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
else:
    signal.signal(signal.SIGINT, lambda *_: signal.signal(signal.SIGINT, signal.SIG_DFL))
print("ready", flush=True)
subprocess.run([sys.executable, "-c", sys.argv[2]])
"""

pytestmark = [
    pytest.mark.may_skip,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process catches is read from /proc"),
]


def answers(kind: str) -> list[str]:
    """Return what the supervisor thinks of its parent at the start, and after that one was interrupted."""
    environment = {**os.environ, "MAKELEVEL": "1", "DATABASE_URL": "", "REDIS_URL": ""}
    parent = subprocess.Popen(
        [sys.executable, "-c", MAKE, kind, ASKED],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert parent.stdin
    assert parent.stdout
    assert parent.stdout.readline() == "ready\n"
    before = parent.stdout.readline().strip()
    if kind == "foreground":
        parent.send_signal(2)
        while _catches(parent.pid):
            time.sleep(0.01)
    parent.stdin.write("\n")
    parent.stdin.flush()
    after = parent.stdout.readline().strip()
    parent.communicate(timeout=60)
    return [before, after]


def _catches(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(line.split()[1], 16) >> 1 & 1)


def test_an_interrupted_make_ends_the_portal() -> None:
    assert answers("foreground") == ["False", "True"]


def test_a_make_that_a_script_started_in_the_background_does_not() -> None:
    assert answers("background") == ["False", "False"]
