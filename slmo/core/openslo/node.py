"""Checking one mapping of a document: every problem is kept, none is raised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Context, Decimal
from re import Pattern
from typing import Any, NamedTuple

from slmo.core.errors import EngineError, TermError, did_you_mean, shown
from slmo.core.openslo.words import LABEL, NAME_EXPECTED

_TOO_LARGE, _SMALLEST = Decimal(10) ** 30, Decimal(1).scaleb(-30)
_WIDE = Context(prec=70)


class Problem(NamedTuple):
    """Something in a document that OpenSLO does not allow: where, what was found and what was expected."""

    path: str
    found: object
    expected: str

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"{self.path or 'the document'}: found {shown(self.found)}, expected {self.expected}."

    def error(self) -> TermError:
        """Return it as an error to raise."""
        return TermError(self.path, self.found, self.expected)


class Node:
    """A mapping at a path; its problems go into one list that all nodes of a document share."""

    def __init__(self, value: Any, path: str, problems: list[Problem]) -> None:
        """Take the value; what is no mapping is a problem and read as an empty one."""
        self.path, self.problems = path, problems
        if not isinstance(value, Mapping):
            self.refuse("", value, "a mapping")
            value = {}
        self.value: Mapping[str, Any] = value

    def at(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def refuse(self, key: str, found: object, expected: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(self.at(key), found, expected))

    def has(self, key: str) -> bool:
        """Tell whether a key has a value."""
        return self.value.get(key) is not None

    def known(self, *keys: str) -> None:
        """Refuse every other key."""
        for key in self.value:
            if key not in keys:
                self.refuse(str(key), key, f"one of {', '.join(keys)}{did_you_mean(str(key), keys)}")

    def needs(self, key: str, expected: str) -> bool:
        """Refuse a key without a value; an empty text is none. Tell whether there is one."""
        there = self.has(key) and self.value[key] != ""
        if not there:
            self.refuse(key, self.value.get(key), expected)
        return there

    def text(self, key: str, *, needed: bool = False, most: int | None = None) -> None:
        """Check a text of at most so many characters."""
        expected = "a text" if most is None else f"a text of at most {most} characters"
        if needed and not self.needs(key, expected):
            return
        value = self.value.get(key)
        if value is not None and (not isinstance(value, str) or (most is not None and len(value) > most)):
            self.refuse(key, value, expected)

    def name(self, key: str, *, needed: bool = True) -> None:
        """Check a name as RFC 1123 allows it."""
        value = self.value.get(key)
        if (needed or value is not None) and not (isinstance(value, str) and LABEL.fullmatch(value)):
            self.refuse(key, value, NAME_EXPECTED)

    def flag(self, key: str) -> None:
        """Check a truth value."""
        if not isinstance(self.value.get(key, False), bool):
            self.refuse(key, self.value[key], "true or false")

    def choice(self, key: str, options: Collection[str], *, needed: bool = True) -> None:
        """Check one of several words."""
        value = self.value.get(key)
        if (needed or value is not None) and not (isinstance(value, str) and value in options):
            self.refuse(key, value, f"one of {', '.join(options)}{did_you_mean(str(value), options)}")

    def number(self, key: str, allowed: Callable[[Decimal], bool], expected: str, *, needed: bool = False) -> None:
        """Check a number."""
        value = self.value.get(key)
        if value is None and not needed:
            return
        number = decimal_of(value)
        if number is None or not allowed(number):
            self.refuse(key, value, expected)

    def parsed(self, key: str, parse: Callable[[str], object], *, needed: bool = True) -> None:
        """Check a text by the function that reads it."""
        value = self.value.get(key)
        if value is None and not needed:
            return
        try:
            parse(value if isinstance(value, str) else "")
        except EngineError as error:
            self.refuse(key, value, str(error))

    def keys(self, key: str, pattern: Pattern[str], expected: str) -> None:
        """Check the keys of a mapping of labels or annotations."""
        for node in self.child(key):
            for one in node.value:
                if not pattern.fullmatch(str(one)):
                    node.refuse(str(one), one, expected)

    def child(self, key: str, *, needed: bool = False) -> Iterator[Node]:
        """Yield the mapping at a key, if there is one."""
        if self.has(key):
            yield Node(self.value[key], self.at(key), self.problems)
        elif needed:
            self.refuse(key, None, "a mapping")

    def children(self, key: str, *, least: int = 0, most: int | None = None) -> list[Node]:
        """Return the mappings of a list at a key."""
        value = self.value.get(key)
        listed = [] if value is None else value
        if not isinstance(listed, list | tuple) or len(listed) < least or (most is not None and len(listed) > most):
            span = f"exactly {least}" if least == most else f"at least {least}" if most is None else f"at most {most}"
            self.refuse(key, value, f"a list of {span}")
        listed = listed if isinstance(listed, list | tuple) else []
        return [Node(one, f"{self.at(key)}[{n}]", self.problems) for n, one in enumerate(listed)]

    def either(self, *keys: str) -> str | None:
        """Return the one key of several that has a value; refuse none or more than one."""
        found = [key for key in keys if self.has(key)]
        if len(found) != 1:
            self.refuse("", ", ".join(found) or None, f"exactly one of {', '.join(keys)}")
            return None
        return found[0]


def decimal_of(value: object) -> Decimal | None:
    """Return an exact number, None for anything else; a binary fraction is read as it is written.

    A number of more than 30 digits before or after the point is none that an agreement can hold.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= _TOO_LARGE or number != number.quantize(_SMALLEST, context=_WIDE):
        return None
    return number
