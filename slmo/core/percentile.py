"""Percentiles and other figures of samples, exactly (docs/arithmetic.md, Values)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction


def nearest_rank(ordered: Sequence[int], share: Fraction) -> Fraction:
    """Return the smallest value whose cumulative count reaches `share` of all; `ordered` is ascending, not empty.

    >>> nearest_rank([15, 20, 35, 40, 50], Fraction(30, 100))
    Fraction(20, 1)
    """
    return Fraction(int(ordered[max(math.ceil(share * len(ordered)), 1) - 1]))


def linear(ordered: Sequence[int], share: Fraction) -> Fraction:
    """Return the value at position `share` × (n − 1) between the first and the last, on a straight line in between.

    >>> linear([10, 20, 40], Fraction(3, 4))
    Fraction(30, 1)
    """
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return int(ordered[low]) + (place - low) * (int(ordered[high]) - int(ordered[low]))
