"""The difference between two versions, clause by clause, with what a changed figure means."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from agreements.reading.clauses import Clause, Section, version_read
from agreements.reading.meaning import meanings_of
from slmo.core.terms import Version

Kind = Literal["same", "changed", "added", "removed"]
Pieces = tuple[tuple[Literal["same", "del", "ins"], str], ...]
TOKEN = re.compile(r"\s+|[^\s]+")
HARDLY_ALIKE = 0.5  # share of words in common


@dataclass(frozen=True)
class Line:
    """One term of the redline: its text in pieces that stayed, went or came, and what the change means."""

    label: str
    kind: Kind
    pieces: Pieces
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class Change:
    """One section of the redline; `kind` tells whether it is new, gone, changed or as it was."""

    key: str
    title: str
    kind: Kind
    lines: tuple[Line, ...]

    @property
    def changed(self) -> tuple[Line, ...]:
        """Return the lines that differ."""
        return tuple(line for line in self.lines if line.kind != "same")


def redline(old: Version, new: Version) -> list[Change]:
    """Return all sections of both versions, in the new one's order, gone ones last."""
    before, after = _keyed(version_read(old)), _keyed(version_read(new))
    keys = [*after, *(key for key in before if key not in after)]
    return [_section(before.get(key), after.get(key), meanings_of(key, old, new)) for key in keys]


def changes_counted(changes: Iterable[Change]) -> int:
    """Return how many clauses differ."""
    return sum(len(change.changed) for change in changes)


def _section(old: Section | None, new: Section | None, meanings: Mapping[str, str]) -> Change:
    """Return one section of the redline."""
    before = {clause.key: clause for clause in old.clauses} if old else {}
    after = {clause.key: clause for clause in new.clauses} if new else {}
    keys = [*after, *(key for key in before if key not in after)]
    lines = tuple(_line(before.get(key), after.get(key), meanings.get(key, "")) for key in keys)
    if old is None:
        kind: Kind = "added"
    elif new is None:
        kind = "removed"
    else:
        kind = "changed" if any(line.kind != "same" for line in lines) else "same"
    key, title = next((section.key, section.title) for section in (new, old) if section)
    return Change(key, title, kind, lines)


def _line(old: Clause | None, new: Clause | None, meaning: str) -> Line:
    """Return one clause of the redline."""
    if old is None or new is None:
        label, text, note = next((one.label, one.text, one.note) for one in (new, old) if one)
        if new:
            return Line(label, "added", (("ins", text),), note, new.key)
        return Line(label, "removed", (("del", text),), key=old.key if old else "")
    if old.text == new.text:
        kind: Kind = "changed" if meaning else "same"
        return Line(new.label, kind, (("same", new.text),), meaning or new.note, new.key)
    return Line(new.label, "changed", words_compare(old.text, new.text), meaning or new.note, new.key)


def likeness(before: Sequence[str], after: Sequence[str]) -> float:
    """Return which share of the words two texts have in common, from 0 to 1."""
    old, new = ([word for word in words if not word.isspace()] for words in (before, after))
    return difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()


def words_compare(old: str, new: str) -> Pieces:
    """Return the pieces of two sentences, word by word: what stayed, what went, what came."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    if likeness(before, after) < HARDLY_ALIKE:  # little is left of it: one text in place of another reads better
        return (("del", old), ("ins", new))
    pieces: list[tuple[Literal["same", "del", "ins"], str]] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, into, until in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(after[into:until])))
            continue
        gone, come = "".join(before[start:end]), "".join(after[into:until])
        if gone:
            pieces.append(("del", gone))
        if come:
            pieces.append(("ins", come))
    return tuple(pieces)


def _keyed(sections: Iterable[Section]) -> dict[str, Section]:
    """Return sections by key."""
    return {section.key: section for section in sections}
