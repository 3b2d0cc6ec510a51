"""Rows of facts on their way in: what each must be before any of them is recorded."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Any, NamedTuple

from monitoring.instants import instant_of
from monitoring.models import Fact
from monitoring.models.measured import PLACES
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _

EARLIEST = instant_of(datetime(1970, 1, 1, tzinfo=UTC))
LATEST = instant_of(datetime(2200, 1, 1, tzinfo=UTC))  # later ones are milliseconds taken for seconds
ERRORS_MOST = 100
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_EXACT = Context(prec=100)
LARGEST = Decimal(10) ** 15  # of numbers as they were measured
_LONGEST = {name: int(getattr(Fact._meta.get_field(name), "max_length", 0)) for name in ("scope", "key", "reference")}


class FactRow(NamedTuple):
    """One fact to record: `[start, end)` in epoch seconds; without `end` it holds until the stream's next change."""

    start: int
    end: int | None
    state: int
    scope: str
    key: str
    reference: str
    override: bool = False


class RowError(NamedTuple):
    """What is wrong with one row: its position in the delivery (from 0), the field, and a sentence."""

    position: int
    field: str
    sentence: Sentence


class FactsRefused(ValueError):
    """A delivery of which nothing was recorded, with the errors of its rows (at most 100)."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        """Take at least one error."""
        super().__init__(errors[0].sentence)
        self.errors = list(errors)


def row_key(start: int, scope: str) -> str:
    """Return the identity of a fact that has no name of its own: when and where it began."""
    return f"{start}|{scope}"


def is_plain_text(row: Any) -> bool:
    """Tell whether scope, key and reference are surely usable: printable, not too long, and the key not empty."""
    scope, key, reference = row.scope, row.key, row.reference
    if not (type(scope) is type(key) is type(reference) is str and key and row.override is False):
        return False
    short = len(scope) <= _LONGEST["scope"] and len(key) <= _LONGEST["key"] and len(reference) <= _LONGEST["reference"]
    return short and scope.isprintable() and key.isprintable() and reference.isprintable()


def is_flag(value: object) -> bool:
    """Tell whether a value is true or false."""
    return isinstance(value, bool)


def is_instant(value: object) -> bool:
    """Tell whether a value is a whole second between 1970 and 2200."""
    return isinstance(value, int) and not isinstance(value, bool) and EARLIEST <= value < LATEST


def instant_errors(row: Any, *fields: str) -> Iterator[tuple[str, Sentence]]:
    """Yield the errors of fields that must hold an instant, as field and sentence."""
    for field in fields:
        if is_instant(getattr(row, field)):
            continue
        if field == "start":
            yield field, _("The start must be a time between the years 1970 and 2200.")
        elif field == "end":
            yield field, _("The end must be a time between the years 1970 and 2200.")
        else:
            yield field, _("This must be a time between the years 1970 and 2200.")


def span_errors(row: Any) -> list[tuple[str, Sentence]]:
    """Return the errors of a span from `start` to `end`, as field and sentence."""
    if errors := list(instant_errors(row, "start", "end")):
        return errors[:1]
    return [] if row.end > row.start else [("end", _("The end must come after the start."))]


def number_errors(row: Any, *fields: str) -> Iterator[tuple[str, Sentence]]:
    """Yield the errors of fields that must hold an exact number, as field and sentence."""
    for field in fields:
        value = getattr(row, field)
        if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= LARGEST:
            yield field, _("This must be a plain number below 1,000,000,000,000,000.")
        elif value != value.quantize(Decimal(1).scaleb(-PLACES), context=_EXACT):
            yield field, _("This may have at most %(count)d digits after the point.") % {"count": PLACES}


def line_errors(row: Any, field: str, longest: int) -> Iterator[tuple[str, Sentence]]:
    """Yield the errors of a field that must hold one line of text, as field and sentence."""
    value = getattr(row, field)
    if not isinstance(value, str) or _CONTROL.search(value):
        yield field, _("This must be one line of text without control characters.")
    elif len(value) > longest:
        yield field, _("This may have at most %(count)d characters.") % {"count": longest}


def common_errors(row: Any) -> Iterator[tuple[str, Sentence]]:
    """Yield the errors of the fields that every fact has, as field and sentence."""
    if not is_flag(row.override):
        yield "override", _("The mark of a correction must be true or false.")
    for field, longest in _LONGEST.items():
        yield from line_errors(row, field, longest)
    if row.key == "":
        yield "key", _("The key that identifies the fact must not be empty.")
