"""Reading the conditions of an agreement: what it says beside its objectives (docs/formats.md, Conditions)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from slmo.core.errors import EngineError, TermError
from slmo.core.terms.annexes import Annex, annexes_read
from slmo.core.terms.reader import Reader, date_of, text_check
from slmo.core.units import DAY, parse_duration

T = TypeVar("T")
LONGEST_PROSE = 20_000  # characters of one prose clause
LONGEST_NOTICE = 3660  # days: ten years
EVERY = ("week", "month", "quarter", "half", "year")
WHO = ("either", "provider", "customer")
ENDERS = ("both", "provider", "customer")
CONDITIONS = (
    "reporting", "review", "claims", "disruptions", "amendment", "renewal", "termination", "duties", "contacts",
    "clauses", "annexes",
)  # fmt: skip
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_LENGTH = re.compile(r"([1-9][0-9]{0,3}) (month|year)s?")


@dataclass(frozen=True)
class Reporting:
    """A report is owed for each span `every`, `within` days after its end, to whom, about what."""

    every: str
    within: int
    to: str = ""
    content: str = ""


@dataclass(frozen=True)
class AmendmentRule:
    """How many days before it takes effect a change must be proposed, and who may ask for one."""

    notice: int
    by: str = "either"


@dataclass(frozen=True)
class Renewal:
    """By how many months the term is extended by itself (0: not at all), unless notice is given so many days before."""

    months: int
    notice: int = 0


@dataclass(frozen=True)
class Termination:
    """How many days of notice end the agreement, who may give it, on which grounds at once, and when data are back."""

    notice: int
    by: str = "either"
    grounds: tuple[str, ...] = ()
    data_return: int | None = None


@dataclass(frozen=True)
class Contact:
    """Whom one side reaches for what: a role, a name, and how."""

    role: str
    name: str = ""
    reach: str = ""


@dataclass(frozen=True)
class Prose:
    """A clause in words: `id` is its lasting name in every version."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Ending:
    """What a document that ends an agreement says: who ends it, when notice was given, on which ground."""

    by: str
    notified: dt.date
    ground: str = ""


@dataclass(frozen=True)
class Conditions:
    """Everything that one version says beside its objectives; days are whole days."""

    reporting: Reporting | None = None
    review: str | None = None  # one of EVERY
    claims_within: int | None = None
    disruption_notice: int | None = None
    amendment: AmendmentRule | None = None
    renewal: Renewal | None = None
    termination: Termination | None = None
    provider_duties: tuple[str, ...] = ()
    customer_duties: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    clauses: tuple[Prose, ...] = field(default=())
    annexes: tuple[Annex, ...] = ()


def conditions_read(spec: Reader, until: bool) -> Conditions:
    """Return the conditions of a version; `until` tells whether its term has an end.

    Raises TermError for what is unknown, missing or contradicts another term.
    """
    duties = Reader(spec.get("duties", "duties of each side", {}), spec.at("duties"))
    duties.known("provider", "customer")
    return Conditions(
        reporting=_part(spec, "reporting", _reporting),
        review=_part(spec, "review", _review),
        claims_within=_part(spec, "claims", _claims),
        disruption_notice=_part(spec, "disruptions", _disruptions),
        amendment=_part(spec, "amendment", _amendment),
        renewal=_renewal_checked(spec, until),
        termination=_part(spec, "termination", _termination),
        provider_duties=_lines(duties, "provider"),
        customer_duties=_lines(duties, "customer"),
        contacts=tuple(_contact(Reader(one, path)) for path, one in spec.items("contacts", "a list of contacts", ())),
        clauses=tuple(_prose_each(spec)),
        annexes=tuple(annexes_read(spec)),
    )


def ending_read(spec: Reader) -> Ending | None:
    """Return what a document that ends the agreement says, None where it is none; such a one has no other terms."""
    if not spec.has("ended"):
        return None
    for key in ("objectives", "calendars", "exclusions", *CONDITIONS):
        if spec.has(key):
            raise TermError(spec.at(key), spec.value[key], "nothing, because this document ends the agreement")
    reader = Reader(spec.value["ended"], spec.at("ended"))
    reader.known("by", "notified", "ground")
    notified = date_of(reader.get("notified", "the date on which notice was given"), reader.at("notified"))
    return Ending(reader.choice("by", ENDERS), notified, reader.text("ground", ""))


def parse_months(text: str) -> int:
    """Return the months of a length such as `12 months` or `1 year`; 0 for `none`.

    >>> parse_months("1 year"), parse_months("none")
    (12, 0)
    """
    if text == "none":
        return 0
    match = _LENGTH.fullmatch(text.strip())
    months = int(match[1]) * (12 if match[2] == "year" else 1) if match else 0
    if not 1 <= months <= 1200:
        raise EngineError("none, or a length such as 12 months or 1 year")
    return months


def parse_days(text: str) -> int:
    """Return the days of a duration of whole days such as `90d` or `2w`."""
    seconds = parse_duration(text)
    if seconds % DAY or not 0 <= seconds <= LONGEST_NOTICE * DAY:
        raise EngineError("whole days such as 30d, at most ten years")
    return seconds // DAY


def _part(spec: Reader, key: str, read: Callable[[Reader], T]) -> T | None:
    """Return one condition, None where it is not said."""
    return read(Reader(spec.value[key], spec.at(key))) if spec.has(key) else None


def _days(reader: Reader, key: str) -> int:
    return reader.parsed(key, parse_days, expected="whole days such as 30d, at most ten years")


def _reporting(reader: Reader) -> Reporting:
    reader.known("every", "within", "to", "content")
    every = reader.choice("every", EVERY)
    return Reporting(every, _days(reader, "within"), reader.text("to", ""), reader.text("content", ""))


def _review(reader: Reader) -> str:
    reader.known("every")
    return reader.choice("every", EVERY)


def _claims(reader: Reader) -> int:
    reader.known("within")
    return _days(reader, "within")


def _disruptions(reader: Reader) -> int:
    reader.known("notice")
    return _days(reader, "notice")


def _amendment(reader: Reader) -> AmendmentRule:
    reader.known("notice", "by")
    return AmendmentRule(_days(reader, "notice"), reader.choice("by", WHO, "either"))


def _renewal(reader: Reader) -> Renewal:
    reader.known("automatic", "notice")
    expected = "none, or a length such as 12 months or 1 year"
    months = reader.parsed("automatic", parse_months, expected=expected)
    return Renewal(months, _days(reader, "notice") if reader.has("notice") else 0)


def _renewal_checked(spec: Reader, until: bool) -> Renewal | None:
    """Return the renewal; refuse one of a term without an end, and a notice that is longer than the extension."""
    renewal = _part(spec, "renewal", _renewal)
    if renewal is None or not renewal.months:
        return renewal
    if not until:
        raise TermError(spec.at("renewal"), spec.value["renewal"], "an end of the term to renew, in effective.until")
    if renewal.notice >= renewal.months * 28:  # the shortest month: no term begins after its own last day of notice
        found = spec.value["renewal"]["notice"]
        raise TermError(f"{spec.at('renewal')}.notice", found, "a notice shorter than the term that follows")
    return renewal


def _termination(reader: Reader) -> Termination:
    reader.known("notice", "by", "grounds", "data_return")
    returned = _days(reader, "data_return") if reader.has("data_return") else None
    by = reader.choice("by", WHO, "either")
    return Termination(_days(reader, "notice"), by, _lines(reader, "grounds"), returned)


def _contact(reader: Reader) -> Contact:
    reader.known("role", "name", "reach")
    return Contact(reader.text("role"), reader.text("name", ""), reader.text("reach", ""))


def _lines(reader: Reader, key: str) -> tuple[str, ...]:
    return tuple(text_check(one, path) for path, one in reader.items(key, "a list of texts", ()))


def _prose_each(spec: Reader) -> Iterator[Prose]:
    """Yield the clauses in words; their ids stand once each."""
    seen: set[str] = set()
    for path, value in spec.items("clauses", "a list of clauses", ()):
        reader = Reader(value, path)
        reader.known("id", "title", "text")
        name = reader.text("id")
        if not _ID.fullmatch(name):
            raise TermError(reader.at("id"), name, "a short name of lower-case letters, digits and hyphens")
        if name in seen:
            raise TermError(reader.at("id"), name, "each clause's id once")
        seen.add(name)
        yield Prose(name, reader.text("title"), _prose(reader))


def _prose(reader: Reader) -> str:
    """Return a text of several lines."""
    value = reader.get("text", "a text")
    plain = isinstance(value, str) and value.strip() and value.replace("\n", "").replace("\t", "").isprintable()
    if not plain or len(value) > LONGEST_PROSE:
        raise TermError(reader.at("text"), value, f"a text of at most {LONGEST_PROSE} printable characters")
    return str(value)
