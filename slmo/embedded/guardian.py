"""End every process group that a supervisor leaves behind, however it died.

A script of its own (standard library only, started with `python -I -S`): it reads lines from a pipe whose other end
only the supervisor holds. `add PID SIGNAL RANK` and `drop PID` keep the list; the end of the pipe means that the
supervisor is gone, be it by `kill -9`. Then groups of rank 0 (programs) are ended before those of rank 1 (servers).
"""

import os
import signal
import sys
import time

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


def watch(pipe: int) -> dict[int, tuple[int, int]]:
    """Read the pipe until its end; return the groups then on the list: pid → (signal, rank)."""
    groups: dict[int, tuple[int, int]] = {}
    with os.fdopen(pipe, encoding="ascii") as lines:
        for line in lines:
            verb, pid, *rest = line.split()
            if verb == "add":
                groups[int(pid)] = (int(rest[0]), int(rest[1]))
            else:
                groups.pop(int(pid), None)
    return groups


def main() -> None:
    """Watch the pipe named on the command line, then end what is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = watch(int(sys.argv[1]))
    for rank, patience in enumerate(PATIENCE):
        groups_end({pid: number for pid, (number, of_rank) in groups.items() if of_rank == rank}, patience)


if __name__ == "__main__":
    main()
