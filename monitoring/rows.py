"""Rows of facts on their way in: what each must be before any of them is recorded."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from monitoring.instants import instant_of
from monitoring.models import Fact, FactState

EARLIEST = instant_of(datetime(1970, 1, 1, tzinfo=UTC))
LATEST = instant_of(datetime(2200, 1, 1, tzinfo=UTC))  # later ones are milliseconds taken for seconds
ERRORS_MOST = 100
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
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
    sentence: str


class FactsRefused(ValueError):
    """A delivery of which nothing was recorded, with the errors of its rows (at most 100)."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        """Take at least one error."""
        super().__init__(errors[0].sentence)
        self.errors = list(errors)


def row_key(start: int, scope: str) -> str:
    """Return the identity of a fact that has no name of its own: when and where it began."""
    return f"{start}|{scope}"


def row_errors(position: int, row: FactRow) -> list[RowError]:
    """Return what is wrong with one row; nothing where it can be recorded."""
    errors = [RowError(position, field, sentence) for field, sentence in _time_errors(row)]
    if not _is_state(row.state):
        errors.append(RowError(position, "state", _("The state must be up, degraded, down or unknown.")))
    if not _is_flag(row.override):
        errors.append(RowError(position, "override", _("The mark of a correction must be true or false.")))
    elif row.override and row.end is None:
        errors.append(RowError(position, "override", _("A correction must say until when it holds.")))
    return errors + [RowError(position, field, sentence) for field, sentence in _text_errors(row)]


def rows_errors(rows: Iterable[FactRow]) -> list[RowError]:
    """Return what is wrong with the rows, at most 100 errors."""
    errors: list[RowError] = []
    for position, row in enumerate(rows):
        errors += row_errors(position, row)
        if len(errors) >= ERRORS_MOST:
            return errors[:ERRORS_MOST]
    return errors


def _is_state(value: object) -> bool:
    """Tell whether a value is the number of a state."""
    return isinstance(value, int) and not isinstance(value, bool) and value in FactState.values


def _is_flag(value: object) -> bool:
    """Tell whether a value is true or false."""
    return isinstance(value, bool)


def _is_instant(value: object) -> bool:
    """Tell whether a value is a whole second between 1970 and 2200."""
    return isinstance(value, int) and not isinstance(value, bool) and EARLIEST <= value < LATEST


def _time_errors(row: FactRow) -> list[tuple[str, str]]:
    """Return the errors of start and end as field and sentence."""
    if not _is_instant(row.start):
        return [("start", _("The start must be a time between the years 1970 and 2200."))]
    if row.end is None:
        return []
    if not _is_instant(row.end):
        return [("end", _("The end must be a time between the years 1970 and 2200."))]
    return [] if row.end > row.start else [("end", _("The end must come after the start."))]


def _text_errors(row: FactRow) -> list[tuple[str, str]]:
    """Return the errors of the fields of text as field and sentence."""
    errors = []
    for field, longest in _LONGEST.items():
        value = getattr(row, field)
        if not isinstance(value, str) or _CONTROL.search(value):
            errors.append((field, _("This must be one line of text without control characters.")))
        elif len(value) > longest:
            errors.append((field, _("This may have at most %(count)d characters.") % {"count": longest}))
    if row.key == "":
        errors.append(("key", _("The key that identifies the fact must not be empty.")))
    return errors
