"""End every process group that a supervisor leaves behind, however it died.

A script of its own (standard library only, started with `python -I -S`): it reads lines from a pipe whose other end
only the supervisor holds. `add PID SIGNAL RANK` and `drop PID` keep the list; the end of the pipe means that the
supervisor is gone, be it by `kill -9`. Then groups of rank 0 (programs) are ended before those of rank 1 (servers), and
each folder of a line `sweep FOLDER` is removed.
"""

import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field

PATIENCE = (6.0, 10.0)  # seconds from the polite signal to SIGKILL, by rank


def group_lives(pid: int) -> bool:
    """Return whether the process group `pid` still has a member."""
    return group_signal(pid, 0)


def group_signal(pid: int, number: int) -> bool:
    """Send a signal to the process group `pid`; return whether anyone was there to get it."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says this of a group that holds zombies only
        return False
    return True


def groups_end(groups: dict[int, int], patience: float) -> None:
    """Send each group (pid → signal) its signal, wait up to `patience` seconds, then kill what is left."""
    left = [pid for pid, number in groups.items() if group_signal(pid, number)]
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [pid for pid in left if group_lives(pid)]
    for pid in left:
        group_signal(pid, signal.SIGKILL)


@dataclass
class Legacy:
    """What a supervisor leaves: process groups (pid → signal and rank), and folders that nobody needs after it."""

    groups: dict[int, tuple[int, int]] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Take in one line from the supervisor."""
        verb, _space, rest = line.rstrip("\n").partition(" ")
        if verb == "sweep":
            self.folders.append(rest)
        elif verb == "drop":
            self.groups.pop(int(rest), None)
        else:
            pid, number, rank = (int(word) for word in rest.split())
            self.groups[pid] = (number, rank)

    def settle(self) -> None:
        """End the groups, programs before servers, then remove the folders."""
        for rank, patience in enumerate(PATIENCE):
            groups_end({pid: number for pid, (number, of_rank) in self.groups.items() if of_rank == rank}, patience)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Read the pipe named on the command line until its end, then settle what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    legacy = Legacy()
    with os.fdopen(int(sys.argv[1]), encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            legacy.note(line)
    legacy.settle()


if __name__ == "__main__":
    main()
