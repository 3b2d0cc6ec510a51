"""A progress bar for a terminal, and plain lines where there is none."""

import sys
from collections.abc import Iterable

WIDTH = 30


def bar_follow(title: str, steps: Iterable[object], total: int) -> int:
    """Walk through `steps` and draw how many of `total` are done; return how many there were."""
    done = 0
    live = sys.stdout.isatty()
    for done, _step in enumerate(steps, start=1):
        if live:
            filled = min(WIDTH, WIDTH * done // max(total, 1))
            print(f"\r  {title:<34} {'█' * filled}{'░' * (WIDTH - filled)} {done}/{total}", end="", flush=True)
    if live and done:
        print()
    else:
        print(f"  {title:<34} {done}", flush=True)
    return done
