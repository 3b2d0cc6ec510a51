"""What could not be carried from one format into the other: said, never dropped in silence."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """Something that has no counterpart, and what became of it.

    `effect` is "changed" (carried, but not quite as it stood) or "left out"; `where` names the object, `key` its part.
    """

    effect: str
    where: str
    key: str
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        place = f"{self.where}, {self.key}" if self.key else self.where
        return f"{place}: {self.effect}: {self.reason}"


class Notes:
    """The notes on one object, collected."""

    def __init__(self, into: list[Note], where: str) -> None:
        """Collect into a list that several objects share."""
        self.into, self.where = into, where

    def changed(self, key: str, reason: str) -> None:
        """Note something that is carried, but not quite as it stood."""
        self.into.append(Note("changed", self.where, key, reason))

    def left_out(self, key: str, reason: str) -> None:
        """Note something that is not carried."""
        self.into.append(Note("left out", self.where, key, reason))
