"""What the library holds. Each entry is a file of agreements/library/data: a part of an agreement, or a whole of parts.

title, summary    {en: …, ru: …}
for               the types of agreement that it suits
topic             what it is about: one of TOPICS
parts             for a whole: the parts that it is made of
fields            for a part: what the form asks (name, kind, label, start, help)
spec              for a part: terms as in docs/formats.md; {{name}} stands for a field, {en: …, ru: …} for words
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

DATA = Path(__file__).resolve().parent / "data"
KINDS = ("percent", "number", "days", "duration", "hours", "text", "money")
LANGUAGES = ("en", "ru")
TOPICS: Mapping[str, str | Promise] = {
    "availability": _("Availability"),
    "desk": _("Service desk"),
    "interface": _("Programming interface"),
    "cloud": _("Cloud service"),
    "backup": _("Backup and recovery"),
    "internal": _("Internal support"),
    "conditions": _("Conditions"),
    "words": _("Clauses in words"),
}


@dataclass(frozen=True)
class Field:
    """Something that the form asks: `start` is the text that it begins with."""

    name: str
    kind: str
    label: Mapping[str, str]
    start: str
    help: Mapping[str, str]


@dataclass(frozen=True)
class Entry:
    """A template of the library: a part with terms of its own, or a whole made of parts."""

    name: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    topic: str
    types: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    spec: Mapping[str, Any] | None = None
    parts: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Tell whether an agreement can be drafted from it alone."""
        return bool(self.parts) or "objectives" in (self.spec or {})

    @property
    def words(self) -> tuple[str, str]:
        """Return title and summary in the language in force."""
        return said(self.title), said(self.summary)

    def members(self) -> tuple["Entry", ...]:
        """Return the parts that it is made of; a part is made of itself."""
        return tuple(entry_get(name) for name in self.parts) if self.parts else (self,)


def said(words: Mapping[str, str], language: str = "") -> str:
    """Return words in a language, else in the one in force."""
    wanted = language or (get_language() or "en")[:2]
    return words.get(wanted) or words.get("en", "")


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Entry]:
    """Return all entries by name, wholes first; raises ValueError for a file that is none."""
    found = [_entry(path) for path in sorted(DATA.glob("*.yaml"))]
    return {one.name: one for one in sorted(found, key=lambda one: (not one.parts, list(TOPICS).index(one.topic)))}


def entry_get(name: str) -> Entry:
    """Return one entry; raises KeyError."""
    return entries()[name]


def _entry(path: Path) -> Entry:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {"title", "summary", "for", "topic", "parts", "fields", "spec"}
    if set(data) - known or data["topic"] not in TOPICS or bool(data.get("parts")) == bool(data.get("spec")):
        raise ValueError(f"{path.name}: found {sorted(data)}, expected a part with a spec, or a whole of parts.")
    return Entry(
        path.stem, data["title"], data["summary"], data["topic"], tuple(data["for"]),
        tuple(_field(one, path) for one in data.get("fields") or ()), data.get("spec"), tuple(data.get("parts") or ()),
    )  # fmt: skip


def _field(data: Mapping[str, Any], path: Path) -> Field:
    if data["kind"] not in KINDS:
        raise ValueError(f"{path.name}: found the kind {data['kind']}, expected one of {', '.join(KINDS)}.")
    start = data.get("start", "")
    text = said(start) if isinstance(start, dict) else str(start)
    return Field(data["name"], data["kind"], data["label"], text, data.get("help") or {})
