"""Running the vectors: one adapter an operation, results compared to the digits that the vector gives."""

import json
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "vectors"
FILES = sorted(path.stem for path in FOLDER.glob("*.json"))
ADAPTERS: dict[tuple[str, str], Callable] = {}  # (file or "", op) → adapter


def vectors(file):
    return json.loads((FOLDER / f"{file}.json").read_text(encoding="utf-8"))["vectors"]


def adapter(*ops, file=""):
    """Register what turns a vector's input into our result, shaped as its `expected`."""

    def register(function):
        for op in ops:
            ADAPTERS[file, op] = function
        return function

    return register


def adapter_of(file, vector):
    return ADAPTERS.get((file, vector["op"])) or ADAPTERS.get(("", vector["op"]))


def same(ours, theirs):
    """Whether ours is what they expect: every key that they give, numbers to the digits that they give."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and all(key in ours and same(ours[key], value) for key, value in theirs.items())
    if isinstance(theirs, list):
        return isinstance(ours, list | tuple) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, bool) or theirs is None or isinstance(theirs, str):
        return ours == theirs
    if ours is None or isinstance(ours, bool | str):
        return False
    return close(ours, theirs)


def close(ours, theirs):
    """Equal to half a unit of the last digit given; of a full binary float to its own precision."""
    if isinstance(ours, float) and math.isinf(ours):
        return ours == theirs
    given = Decimal(repr(theirs))
    digits = len(given.as_tuple().digits)
    unit = Fraction(Decimal(1).scaleb(given.as_tuple().exponent)) if isinstance(theirs, float) else Fraction(0)
    slack = abs(Fraction(given)) * Fraction(4, 10**15)
    return abs(Fraction(ours) - Fraction(given)) <= max(unit / 2 if digits > 2 else Fraction(0), slack)
