"""What the engine refuses, as full sentences.

EngineError (ValueError)
├── TermError    an agreement says something that cannot be used: key, found, expected
└── FactError    a facts file says something that cannot be used: file, line, column, found, expected
    └── FactErrors   several of them, at most 100
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

LONGEST_SHOWN = 80


class EngineError(ValueError):
    """Input that the engine refuses; str() is a full sentence."""


class TermError(EngineError):
    """A term of an agreement that cannot be used."""

    def __init__(self, key: str, found: object, expected: str) -> None:
        """Name the term by its path (`spec.objectives[0].target`), what was found there and what was expected."""
        super().__init__(key, found, expected)
        self.key, self.found, self.expected = key, found, expected

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"{self.key or 'the document'}: found {shown(self.found)}, expected {self.expected}."


class FactError(EngineError):
    """A row of facts that cannot be used."""

    def __init__(self, file: str, line: int, column: str, found: object, expected: str) -> None:
        """Name the place (file, line counted from 1, column's name or ""), what was found and what was expected."""
        super().__init__(file, line, column, found, expected)
        self.file, self.line, self.column, self.found, self.expected = file, line, column, found, expected

    @property
    def errors(self) -> tuple[FactError, ...]:
        """All errors that were found together with this one."""
        return (self,)

    @property
    def where(self) -> str:
        """Return file, line and column in words."""
        return ", ".join(
            [self.file] + [f"line {self.line}"] * (self.line > 0) + [f'column "{self.column}"'] * bool(self.column)
        )

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"{self.where}: found {shown(self.found)}, expected {self.expected}."


class FactErrors(FactError):
    """Several errors of one reading; carries the first one's place."""

    def __init__(self, errors: Sequence[FactError]) -> None:
        """Take at least one error."""
        first = errors[0]
        super().__init__(first.file, first.line, first.column, first.found, first.expected)
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[FactError, ...]:
        """All errors, in the order of the rows."""
        return self._errors

    def __str__(self) -> str:
        """One sentence a line."""
        return "\n".join(str(error) for error in self._errors)


class Said(str):
    """Words for the `found` part of an error that are to be shown as they are, not quoted."""


def shown(found: object) -> str:
    """Return `found` for a person: quoted if text, named if nothing, shortened if long."""
    if found is None:
        return "nothing"
    if isinstance(found, Said):
        return str(found)
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in found[: LONGEST_SHOWN + 1])
        return f'"{text[:LONGEST_SHOWN]}…"' if len(text) > LONGEST_SHOWN else f'"{text}"'
    if isinstance(found, dict):
        return "a mapping"
    if isinstance(found, list | tuple):
        return "a list"
    text = str(found)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean …?)` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word[:LONGEST_SHOWN], sorted(known), n=1)
    return f' (did you mean "{near[0]}"?)' if near else ""
