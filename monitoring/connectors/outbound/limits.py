"""How long a request may take and how much may come back."""

import time
from typing import NamedTuple

KILO, MEGA = 1024, 1024 * 1024


class Limits(NamedTuple):
    """Bounds of one request, redirects included.

    `seconds` in all, from the look-up of the name to the last byte; `body` and `header` in bytes, the body as it is
    after decompression; `redirects` that are followed. `cut`: a body that is too long is cut, not refused.
    """

    seconds: float = 30
    body: int = 16 * MEGA
    header: int = 64 * KILO
    redirects: int = 5
    cut: bool = False


DEFAULT = Limits()


class Deadline:
    """A moment by which all must be done, on the clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        """Begin now."""
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left; raises TimeoutError where none are."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
