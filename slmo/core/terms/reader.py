"""Reading a document key by key: each value has a path, and what cannot be used is refused by that path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from slmo.core.errors import EngineError, TermError, did_you_mean
from slmo.core.units import parse_date, parse_decimal

T = TypeVar("T")
LONGEST_TEXT = 2000
_MISSING: Any = object()


def fraction_of(value: object) -> Fraction:
    """Return a number's exact value as it was written; raise EngineError for anything that is not a plain number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise EngineError("a number")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -30 or abs(number.adjusted()) > 30:
        raise EngineError("a number of ordinary size")
    return Fraction(number)


class Reader:
    """One mapping of a document with its path; remembers which keys were asked for."""

    def __init__(self, value: object, path: str = "") -> None:
        """Take a mapping with text keys; raise TermError for anything else."""
        if not isinstance(value, (dict, Mapping)):  # a dict is told at once
            raise TermError(path, value, "a mapping of keys to values")
        self.path = path
        self.value: dict[str, Any] = {
            key if type(key) is str else self._name(key, path): one for key, one in value.items()
        }  # fmt: skip

    @staticmethod
    def _name(key: object, path: str) -> str:
        """Return a key as text; YAML reads a bare date as one."""
        name = key.isoformat() if type(key) is dt.date else key
        if not isinstance(name, str):
            raise TermError(path, key, "keys that are text")
        return name

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def known(self, *keys: str) -> None:
        """Refuse every key that is not among these."""
        for key in self.value:
            if key not in keys:
                raise TermError(self.at(key), Word(key), f"one of the keys {', '.join(keys)}{did_you_mean(key, keys)}")

    def has(self, key: str) -> bool:
        """Tell whether a key was given a value."""
        return self.value.get(key) is not None

    def get(self, key: str, expected: str, default: Any = _MISSING) -> Any:
        """Return a value; without a default a missing one is refused."""
        value = self.value.get(key)
        if value is None:
            if default is _MISSING:
                raise TermError(self.at(key), None, expected)
            return default
        return value

    def text(self, key: str, default: Any = _MISSING) -> str:
        """Return a line of text."""
        value = self.get(key, "a text", default)
        if value is default:
            return str(value)
        return text_check(value, self.at(key))

    def choice(self, key: str, choices: Collection[str], default: Any = _MISSING) -> str:
        """Return one of several words."""
        value = self.value.get(key)
        if value is None and default is not _MISSING:
            return str(default)
        if not isinstance(value, str) or value not in choices:
            expected = f"one of {', '.join(choices)}"
            if value is None:
                raise TermError(self.at(key), None, expected)
            hint = did_you_mean(value, choices) if isinstance(value, str) else ""
            raise TermError(self.at(key), value, expected + hint)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.get(key, "true or false", default)
        if not isinstance(value, bool):
            raise TermError(self.at(key), value, "true or false")
        return value

    def parsed(self, key: str, parse: Callable[[str], T], default: Any = _MISSING, expected: str = "a text") -> T:
        """Return a text read by `parse`, whose EngineError says what was expected."""
        value = self.get(key, expected, default)
        if value is default and default is not _MISSING:
            return default
        return parse_at(self.at(key), value, parse, expected)

    def number(self, key: str, default: Any = _MISSING, low: int = 0) -> Fraction:
        """Return an exact number not below `low`."""
        value = self.get(key, "a number", default)
        if value is default:
            return Fraction(value)
        try:
            number = fraction_of(value)
        except EngineError as error:
            raise TermError(self.at(key), value, str(error)) from error
        if number < low:
            raise TermError(self.at(key), value, f"a number not below {low}")
        return number

    def share(self, key: str, default: Any = _MISSING) -> Fraction:
        """Return a share from 0 to 1, written as `5%` or `0.05`."""
        value = self.get(key, "a share such as 5% or 0.05", default)
        return default if value is default else share_of(value, self.at(key))

    def items(self, key: str, expected: str, default: Any = _MISSING) -> Iterator[tuple[str, Any]]:
        """Yield path and value of a list's members."""
        value = self.get(key, expected, default)
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise TermError(self.at(key), value, expected)
        for index, one in enumerate(value):
            yield f"{self.at(key)}[{index}]", one


class Word(str):
    """A key that is shown as the thing found."""


def parse_at(path: str, value: object, parse: Callable[[str], T], expected: str = "a text") -> T:
    """Read a text by `parse`, refusing it by its path."""
    if isinstance(value, dt.datetime | dt.date):
        value = value.isoformat()
    if not isinstance(value, str):
        raise TermError(path, value, expected)
    try:
        return parse(value)
    except EngineError as error:
        raise TermError(path, value, str(error)) from error


def text_check(value: object, path: str) -> str:
    """Return a non-empty line of printable text."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT or not value.isprintable():
        raise TermError(path, value, f"a line of text of at most {LONGEST_TEXT} printable characters")
    return value


def share_of(value: object, path: str) -> Fraction:
    """Return a share from 0 to 1, written as `5%` or `0.05`."""
    try:
        share = parse_decimal(value)[0] if isinstance(value, str) else fraction_of(value)
    except EngineError as error:
        raise TermError(path, value, "a share such as 5% or 0.05") from error
    if not 0 <= share <= 1:
        raise TermError(path, value, "a share from 0% to 100%")
    return share


def date_of(value: object, path: str) -> dt.date:
    """Return a date, given as such or as text."""
    if type(value) is dt.date:
        return value
    return parse_at(path, value, parse_date, "a date such as 2026-01-31")
