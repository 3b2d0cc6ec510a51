"""Reading agreement.yaml: plain data with the place of every value, and nothing that could hurt the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import yaml

from slmo.core.errors import EngineError, TermError, shown

LARGEST = 512 * 1024  # bytes; an agreement with a thousand exclusions has a quarter of it
DEEPEST = 20
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,29})")
_FLOAT = re.compile(r"[-+]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,6})?")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}


class Place(NamedTuple):
    """Line and column, counted from 1."""

    line: int
    column: int


class YamlError(EngineError):
    """A file that is not the YAML that an agreement is written in."""

    def __init__(self, place: Place | None, found: str, expected: str) -> None:
        """Say where (None for the whole file), what was found and what was expected."""
        super().__init__(place, found, expected)
        self.place, self.found, self.expected = place, found, expected

    def __str__(self) -> str:
        """Say it in one sentence."""
        return f"found {self.found}, expected {self.expected}."


@dataclass
class YamlDocument:
    """One document's data and the place of each of its values by path."""

    data: Any
    places: dict[str, Place] = field(default_factory=dict)

    def place_of(self, error: TermError) -> Place:
        """Return the place that an error's key means, or that of the nearest value around it."""
        key = error.key
        while key and key not in self.places:
            key = key[: max(key.rfind("."), key.rfind("["), 0)]
        return self.places.get(key, Place(1, 1))


def documents_read(content: bytes) -> list[YamlDocument]:
    """Return the documents of a YAML file; raise YamlError for anything but plain UTF-8 data of ordinary size.

    Aliases, tags, merge keys and keys that stand twice are refused; dates and times stay text; numbers stay exact.
    """
    if len(content) > LARGEST:
        raise YamlError(None, f"{len(content)} bytes", f"at most {LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        place = Place(before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise YamlError(place, f"the byte 0x{content[error.start]:02x}", "text in UTF-8") from error
    try:
        found = list(_documents(text))
    except YamlError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(_place(mark) if mark else None, error.problem or "no YAML", "YAML") from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise YamlError(Place(line, 1), f"the character U+{error.character:04X}", "printable text") from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(None, f"no YAML ({error})", "YAML") from error
    if not found:
        raise YamlError(None, "an empty file", "an agreement (apiVersion: slmo/v1)")
    return found


def _documents(text: str) -> Iterator[YamlDocument]:
    builder = _Builder()
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            builder = _Builder()
        elif isinstance(event, yaml.DocumentEndEvent):
            if builder.document.data is not None:
                yield builder.document
        else:
            builder.take(event)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)


class _Builder:
    """Build one document from the parser's events, without recursion."""

    def __init__(self) -> None:
        self.document = YamlDocument(None)
        self.stack: list[tuple[Any, str]] = []  # each open collection and its path
        self.key: list[str | None] = []  # for each open mapping the key that waits for its value

    def take(self, event: Any) -> None:
        """Take one event between a document's start and end."""
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(_place(event.start_mark), f"the alias *{event.anchor}", "the part written out")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            self.key.pop()

    def _open(self, event: Any) -> None:
        place = _place(event.start_mark)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            raise YamlError(place, f"the tag {event.tag}", "plain values without tags")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            raise YamlError(place, "a list or mapping as a key", "a key that is text")
        if len(self.stack) >= DEEPEST:
            raise YamlError(place, "deeper nesting", f"at most {DEEPEST} levels")
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append((value, self._put(value, place)))
        self.key.append(None)

    def _scalar(self, event: Any) -> None:
        place = _place(event.start_mark)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise YamlError(place, f"the tag {event.tag}", "plain values without tags")
        if any("\ud800" <= character <= "\udfff" for character in event.value):
            raise YamlError(place, "half a character", "text that can be written in UTF-8")
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            self._name(event.value, place)
            return
        plain = event.style is None and event.tag is None
        self._put(_resolved(event.value) if plain else event.value, place)

    def _name(self, key: str, place: Place) -> None:
        mapping, path = self.stack[-1]
        if key in mapping:
            raise YamlError(place, f"the key {shown(key)} a second time", "each key once")
        if key == "<<":
            raise YamlError(place, "a merge key", "the part written out")
        self.key[-1] = key
        self.document.places[f"{path}.{key}" if path else key] = place

    def _put(self, value: Any, place: Place) -> str:
        """Put a value where it belongs and return its path."""
        if not self.stack:
            self.document.data = value
            self.document.places[""] = place
            return ""
        into, path = self.stack[-1]
        if isinstance(into, list):
            into.append(value)
            path = f"{path}[{len(into) - 1}]"
        else:
            key = str(self.key[-1])
            into[key], self.key[-1] = value, None
            path = f"{path}.{key}" if path else key
        self.document.places[path] = place
        return path


def _resolved(text: str) -> Any:
    """Return what a plain scalar means: nothing, true, false, a number, or text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text) and not text.lstrip("+-").isdigit():
        try:
            return Decimal(text)
        except InvalidOperation:
            return text
    return text
