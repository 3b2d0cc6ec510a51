"""From documents to an agreement with versions; canonical text and digests."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from slmo.core.calendar import Calendar
from slmo.core.errors import EngineError, Said, TermError
from slmo.core.periods import day_start
from slmo.core.terms.calendars import calendars_read, exclusions_read
from slmo.core.terms.conditions import CONDITIONS, conditions_read, ending_read
from slmo.core.terms.model import Agreement, ObjectiveTerms, Version
from slmo.core.terms.objectives import objective_read
from slmo.core.terms.reader import Reader, date_of, fraction_of
from slmo.core.terms.workload import workloads_check
from slmo.core.units import exact_decimal
from slmo.core.zones import zone_get

API_VERSION = "slmo/v1"
TYPES = ("SLA", "OLA", "UC")
_SPEC = (
    "type", "service", "provider", "customer", "timezone", "effective", "currency", "calendars", "exclusions",
    "objectives", "ended", *CONDITIONS,
)  # fmt: skip
_DEEPEST = 30
_AS_THEY_ARE = (str, bool)


def agreement_parse(documents: Sequence[Mapping[str, Any]]) -> Agreement:
    """Return the agreement that the documents of one name make, amendments in any order.

    Raises TermError for anything that is unknown, missing or contradicts another term.
    """
    if not documents:
        raise TermError("", None, "a document with apiVersion slmo/v1 and kind Agreement")
    read = sorted((_Document(one) for one in documents), key=lambda one: one.effective_from)
    for earlier, later in itertools.pairwise(read):
        _amendment_check(earlier, later)
    last = read[-1]
    following = [*(one.start for one in read[1:]), None]
    versions = tuple(one.version(until) for one, until in zip(read, following, strict=True))
    return Agreement(
        name=last.name,
        title=last.title,
        type=last.spec.choice("type", TYPES, "SLA"),
        service=last.spec.text("service", ""),
        provider=last.spec.text("provider", ""),
        customer=last.spec.text("customer", ""),
        timezone=last.zone,
        currency=last.spec.text("currency", ""),
        versions=versions,
        digest=hashlib.sha256(b"\n".join(one.canonical for one in read)).hexdigest(),  # one a line, earliest first
        anchor=read[0].effective_from,
    )


def _amendment_check(earlier: _Document, later: _Document) -> None:
    if earlier.name != later.name:
        raise TermError("metadata.name", later.name, f"{earlier.name}, because all documents are of one agreement")
    if earlier.effective_from == later.effective_from:
        raise TermError("spec.effective.from", later.effective_from, "a later date in each amendment")
    if earlier.zone != later.zone:
        raise TermError("spec.timezone", later.zone, f"{earlier.zone}: the zone belongs to the agreement")
    if earlier.ending:
        raise TermError("spec.effective.from", later.effective_from, "a date before the end of the agreement")


class _Document:
    """One document: name, zone and dates read at once, the terms when the version is made."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        top = Reader(document)
        top.choice("apiVersion", (API_VERSION,))
        top.choice("kind", ("Agreement",))
        top.known("apiVersion", "kind", "metadata", "spec")
        metadata = Reader(top.get("metadata", "a mapping with a name"), "metadata")
        metadata.known("name", "title")
        self.document = document
        self.name = metadata.text("name")
        self.title = metadata.text("title", self.name)
        self.spec = Reader(top.get("spec", "the terms"), "spec")
        self.spec.known(*_SPEC)
        self.zone = self.spec.parsed("timezone", lambda name: zone_get(name).key, expected="an IANA time zone")
        self.ending = ending_read(self.spec)
        self._dates()

    def _dates(self) -> None:
        effective = Reader(self.spec.get("effective", "a mapping with `from`"), self.spec.at("effective"))
        effective.known("from", "until")
        self.effective_from = date_of(effective.get("from", "the date on which it takes effect"), effective.at("from"))
        self.start = day_start(self.zone, self.effective_from)
        self.until: int | None = None
        if effective.has("until"):
            until = date_of(effective.value["until"], effective.at("until"))
            if until <= self.effective_from:
                raise TermError(effective.at("until"), effective.value["until"], "a date after `from`")
            self.until = day_start(self.zone, until)

    @functools.cached_property
    def canonical(self) -> bytes:
        """Return the document's canonical text."""
        return document_canonical(self.document)

    def version(self, following: int | None) -> Version:
        """Return the version, in force until its own end (if it is not renewed by itself) or the next one's start."""
        conditions = conditions_read(self.spec, self.until is not None)
        extended = conditions.renewal is not None and conditions.renewal.months  # its own end is none: it goes on
        ends = [end for end in (None if extended else self.until, following) if end is not None]
        calendars = calendars_read(self.spec, self.zone)
        for key in ("service", "provider", "customer", "currency"):
            self.spec.text(key, "")
        self.spec.choice("type", TYPES, "SLA")
        exclusions, objectives = exclusions_read(self.spec, self.zone), self._objectives(calendars)
        return Version(
            id=self.effective_from.isoformat(),
            effective_from=self.start,
            effective_until=min(ends) if ends else None,
            digest=hashlib.sha256(self.canonical).hexdigest(),
            calendars=calendars,
            exclusions=exclusions,
            objectives=objectives,
            document=self.document,
            conditions=conditions,
            ending=self.ending,
            always=Calendar.always(self.zone),
        )

    def _objectives(self, calendars: Mapping[str, Calendar]) -> dict[str, ObjectiveTerms]:
        found: dict[str, ObjectiveTerms] = {}
        paths: dict[str, str] = {}
        if self.ending:
            return found
        for path, value in self.spec.items("objectives", "a list of objectives"):
            terms = objective_read(value, path, calendars)
            if terms.name in found:
                raise TermError(f"{path}.name", terms.name, "each objective's name once")
            found[terms.name], paths[terms.name] = terms, path
        workloads_check(found, paths)
        if not found:
            raise TermError(self.spec.at("objectives"), [], "at least one objective")
        return found


def document_canonical(document: Mapping[str, Any]) -> bytes:
    """Return the document's canonical text: JSON with sorted keys, without spaces, numbers as plain decimals, in UTF-8.

    The same terms written as YAML or JSON, with keys in any order, have the same canonical text.
    """
    try:
        return json.dumps(_plain(document, ""), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise TermError("", None, "text that can be written in UTF-8") from error


def document_digest(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal digits."""
    return hashlib.sha256(document_canonical(document)).hexdigest()


def _plain(value: Any, path: str, depth: int = 0) -> Any:
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if depth > _DEEPEST:
        raise TermError(path, Said("deeper nesting"), f"at most {_DEEPEST} levels")
    if isinstance(value, Mapping):
        named = ((_key(key, path), one) for key, one in value.items())
        return {key: _plain(one, f"{path}.{key}" if path else key, depth + 1) for key, one in named}
    if isinstance(value, list | tuple):
        return [_plain(one, f"{path}[{n}]", depth + 1) for n, one in enumerate(value)]
    if isinstance(value, str | bool):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return _number(value, path)
    raise TermError(path, value, "texts, numbers, lists and mappings")


def _key(key: Any, path: str) -> str:
    if type(key) is str:
        return key
    if not isinstance(key, str | dt.date):
        raise TermError(path, key, "keys that are text")
    return key.isoformat() if isinstance(key, dt.date) else key


def _number(value: int | float | Decimal, path: str) -> Any:
    """Return a number that JSON writes as a plain decimal; one with a fraction becomes a text marked as a number."""
    try:
        text = exact_decimal(fraction_of(value))
    except EngineError as error:
        raise TermError(path, value, str(error)) from error
    return int(text) if "." not in text else {"number": text}
