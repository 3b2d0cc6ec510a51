"""What every kind of facts offers: its table, its rows on their way in, and how the engine reads them."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.db.models import Max, Model
from django.utils.functional import Promise

from agreements.models import Indicator
from monitoring.instants import EARLIEST, moment_of
from monitoring.models import Stream
from monitoring.prepared import rows_fetch
from monitoring.rows import common_errors
from monitoring.sentence import Sentence, engine
from monitoring.sentence import gettext as _
from monitoring.states_sql import CURRENT, KNOWN_AT
from slmo.core.errors import EngineError
from slmo.core.facts import Facts
from slmo.core.kinds import Asked
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window, parse_instant

NUMBER_LONGEST = 60


class ItemRefused(ValueError):
    """An item that is not a fact: the field, and a sentence."""

    def __init__(self, field: str, sentence: Sentence) -> None:
        """Name the field and say what is wrong."""
        super().__init__(sentence)
        self.field = field


class Column(NamedTuple):
    """A column of a kind's own: its name, its type while it is staged, and how that becomes the table's."""

    name: str
    staged: str
    made: str = "{0}"


def moment(name: str) -> Column:
    """Return a column that rows give in epoch seconds."""
    return Column(name, "bigint", "to_timestamp({0})")


class FactKind:
    """One kind of facts. Its rows have the fields of `columns` first, then scope, key, reference and override.

    `begins` and `ends` say in SQL from when to when a row `fact` of the table bears on figures; NULL: to the present.
    `monthly` kinds have a table that is partitioned by the month of `first`, and rows of their streams beside it.
    `kin` is the column by which facts of different keys tell of one thing, so that one bears on what others say.
    `first` and `last` are the columns of a fact's own beginning and end; `numbered` tells that several facts of one
    delivery may have one time and place. `files` are the engine's names of the files that bring such facts, `fields`
    and `common` the names in an item of the API. `labels` are people's words for what `shown` tells, `told` says what
    a file of the kind holds.
    """

    name: ClassVar[str]
    indicators: ClassVar[Collection[str]]
    model: ClassVar[type[Model]]
    row: ClassVar[type[Any]]
    columns: ClassVar[tuple[Column, ...]]
    texts: ClassVar[tuple[str, ...]] = ()
    begins: ClassVar[str]
    ends: ClassVar[str]
    kin: ClassVar[str] = ""
    first: ClassVar[str] = "start"
    last: ClassVar[str] = "end"
    monthly: ClassVar[bool] = False
    numbered: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]]
    fields: ClassVar[tuple[str, ...]]
    common: ClassVar[tuple[str, ...]] = ("scope", "key", "reference")
    sample: ClassVar[str]
    labels: ClassVar[Mapping[str, Promise]]
    told: ClassVar[Promise]

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names that an item of the API may have."""
        return frozenset((*self.fields, *self.common))

    @property
    def columns_shown(self) -> tuple[str, ...]:
        """Return the columns of a file that brings such facts."""
        return tuple(self.sample.split("\n", 1)[0].split(","))

    def is_plain(self, row: Any) -> bool:
        """Tell whether a row is surely usable: a quick look that most rows pass; `errors` looks at the others."""
        return False

    def errors(self, row: Any) -> list[tuple[str, Sentence]]:
        """Return what is wrong with a row as field and sentence."""
        return [*self.own_errors(row), *common_errors(row)]

    def own_errors(self, row: Any) -> Iterable[tuple[str, Sentence]]:
        """Return what is wrong with the fields of this kind's own."""
        raise NotImplementedError

    def staged(self, row: Any) -> Sequence[Any]:
        """Return a row as COPY takes it."""
        return tuple(row)

    def item_row(self, item: Mapping[str, Any]) -> Any:
        """Return an item of the API as a row; raises ItemRefused."""
        raise NotImplementedError

    def file_rows(self, facts: Facts) -> Iterator[Any]:
        """Yield the rows of a file that the engine has read."""
        raise NotImplementedError

    def row_span(self, row: Any) -> tuple[int, int | None]:
        """Return from when to when a row says something, None where it has not ended."""
        return getattr(row, self.first), getattr(row, self.last)

    def row_reach(self, row: Any) -> tuple[int, int | None]:
        """Return from when to when a row bears on figures, as `begins` and `ends` say it; None: to the present."""
        return self.row_span(row)

    def read(self, indicator: Indicator, window: Window, terms: Terms | None, known_at: datetime | None) -> Facts:
        """Return what is recorded about an indicator as far as a window's figures depend on it.

        `known_at` asks what was known at that moment, None what is known now.
        """
        raise NotImplementedError

    def day_lines(self, facts: Facts, window: Window) -> Iterator[str]:
        """Yield the facts that bear on a day, as canonical lines in the order of their recording."""
        raise NotImplementedError

    def day_digest(self, facts: Facts, window: Window) -> str:
        """Return the SHA-256 over the facts that bear on a day."""
        return hashlib.sha256("\n".join(self.day_lines(facts, window)).encode()).hexdigest()

    def touched_by_time(self, asked: Asked, since: int) -> Iterator[Window]:
        """Yield the spans, besides that from `since` on, in which the passing of time since then changed a figure."""
        return iter(())

    def looks_at(self, asked: Asked) -> int | None:
        """Return when time alone may change a figure next; None where it will not before the day is over."""
        return None

    def file_lines(self, facts: Facts, until: int) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        """Return the columns of a file and its lines, in the order of recording; states end by `until`."""
        raise NotImplementedError

    def shown(self, fact: Any) -> Mapping[str, str]:
        """Return what a row or a recorded fact says besides when and where, by the names of the file's columns."""
        raise NotImplementedError


def item_instant(item: Mapping[str, Any], field: str) -> int:
    """Return a field's time in epoch seconds; raises ItemRefused."""
    value = item.get(field)
    if type(value) is str and len(value) == 20 and value[4::3] == "--T::Z":  # as most are written, 2026-03-01T09:00:00Z
        with suppress(ValueError):
            return int(datetime.fromisoformat(value).timestamp())
    try:
        return parse_instant(value if isinstance(value, str) else "")
    except EngineError as error:
        raise ItemRefused(field, _("Expected %(what)s.") % {"what": engine(str(error))}) from error


def item_number(item: Mapping[str, Any], field: str) -> Decimal:
    """Return a field's number exactly as it was written, a JSON number or text; raises ItemRefused."""
    value = item.get(field)
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    try:
        number = Decimal(text[:NUMBER_LONGEST])
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(text) > NUMBER_LONGEST:
        raise ItemRefused(field, _("Expected a plain number, such as 12 or 0.25."))
    return number


def item_text(item: Mapping[str, Any], field: str) -> str:
    """Return a field's text, which must be given; raises ItemRefused."""
    value = item.get(field)
    if not isinstance(value, str) or not value.strip():
        raise ItemRefused(field, _("Expected a text."))
    return value.strip()


def numbered_keys(keys: Iterable[str]) -> Iterator[str]:
    """Yield the keys of one delivery, those that occur again with their number: `k`, `k#2`, `k#3`."""
    seen: dict[str, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        yield key if seen[key] == 1 else f"{key}#{seen[key]}"


def plain(value: Decimal) -> str:
    """Return an exact number without exponent and without zeros at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds_of(*names: str) -> str:
    """Return columns of instants in SQL, as whole seconds."""
    return ", ".join(f'extract(epoch FROM "{name}")::bigint' for name in names)


def recorded(
    kind: FactKind, columns: str, within: str, indicator: Indicator, window: Window, known_at: datetime | None
) -> list[tuple[Any, ...]]:
    """Return columns of the facts of an indicator that lie `within` a window, in the order of their recording.

    `within` is SQL over %(since)s and %(until)s, and for kinds of months %(reach)s, before which nothing begins that
    reaches into the window; `{holds}` in it stands for what a row must fulfil to be known.
    """
    holds = CURRENT if known_at is None else KNOWN_AT
    values: dict[str, Any] = {
        "indicator": indicator.pk,
        "since": moment_of(max(window.start, EARLIEST)),
        "until": moment_of(max(window.end, EARLIEST)),
        "known_at": known_at,
    }
    if kind.monthly:
        streams = Stream.objects.filter(indicator=indicator, kind=kind.name)
        longest = streams.aggregate(longest=Max("longest"))["longest"]
        if longest is None:
            return []
        values["reach"] = moment_of(max(window.start - int(longest.total_seconds()) - 1, EARLIEST))
    select = f"SELECT {columns}, id AS seq FROM {kind.model._meta.db_table} WHERE indicator_id = %(indicator)s"
    return rows_fetch(f"{select} AND {holds} AND {within.format(holds=holds)} ORDER BY seq", **values)
