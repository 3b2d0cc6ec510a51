"""Exact decimals as columns of whole numbers with one common scale."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from slmo.core.errors import EngineError

Mantissas: TypeAlias = npt.NDArray[Any]  # int64, or objects of int where one does not fit
_PLAIN = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")
_LARGEST = 2**63 - 1
_SAFE = 2**62
NUMBER = "a plain number such as 250 or 0.25"


def parse_number(text: str) -> Decimal:
    """Return a plain decimal number exactly; raise EngineError for anything else.

    >>> parse_number("12.50")
    Decimal('12.50')
    """
    if not _PLAIN.fullmatch(text):
        raise EngineError("a plain number such as 250 or 0.25")
    return Decimal(text)


def scaled(*columns: Iterable[int | Decimal]) -> tuple[list[Mantissas], int]:
    """Return the columns as whole numbers, and the power of ten by which all of them were multiplied.

    >>> scaled([Decimal("0.25"), 3])
    ([array([ 25, 300])], 100)
    """
    listed = [list(column) for column in columns]
    places = max((_places(value) for column in listed for value in column), default=0)
    return [mantissas([_mantissa(value, places) for value in column]) for column in listed], 10**places


def mantissas(values: list[int]) -> Mantissas:
    """Return whole numbers as int64, or as objects where one is too large for that."""
    if any(abs(value) > _LARGEST for value in values):
        return np.array(values, dtype=object)
    return np.array(values, dtype=np.int64)


def _places(value: int | Decimal) -> int:
    if isinstance(value, int):
        return 0
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or not -60 <= exponent <= 60:
        raise EngineError("a number of ordinary size")
    return max(0, -exponent)


def _mantissa(value: int | Decimal, places: int) -> int:
    if isinstance(value, int):
        return value * 10**places
    sign, digits, exponent = value.as_tuple()
    size = int("".join(map(str, digits))) * 10 ** (int(exponent) + places)
    return -size if sign else size


def exact_sum(values: Mantissas) -> int:
    """Return the sum of whole numbers, which may be larger than any of them can be.

    >>> exact_sum(np.array([2**62, 2**62, 2**62]))
    13835058055282163712
    """
    if values.dtype != object and len(values) and int(np.abs(values).max()) > _SAFE // len(values):
        return sum(values.tolist())
    return int(values.sum()) if len(values) else 0


def decimal_of(mantissa: int, scale: int) -> Decimal:
    """Return mantissa ÷ scale as an exact Decimal; `scale` is a power of ten."""
    digits = tuple(int(digit) for digit in str(abs(mantissa)))
    return Decimal((int(mantissa < 0), digits, 1 - len(str(scale))))


def number_text(mantissa: int, scale: int) -> str:
    """Return mantissa ÷ scale as its shortest plain decimal.

    >>> number_text(-1250, 100)
    '-12.5'
    """
    whole, rest = divmod(abs(mantissa), scale)
    places = len(str(scale)) - 1
    text = f"{whole}.{rest:0{places}d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if mantissa < 0 else text
