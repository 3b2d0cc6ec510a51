"""Another system's figures beside ours, period by period, and why they differ."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from monitoring.connectors import CONNECTORS
from monitoring.connectors.outbound import networks_refresh
from monitoring.instants import instant_of, moment_of
from monitoring.models import PeriodResult, Source
from monitoring.selectors import results_visible
from monitoring.services.source_secrets import config_open
from slmo.accounts.models import User
from slmo.core.errors import EngineError
from slmo.core.units import Window
from slmo.core.zones import offset_at
from slmo.web import words

PAST = timedelta(days=190)  # about six months are compared


class Compared(NamedTuple):
    """One period: what they say, and what we say of one objective; `why` are sentences."""

    start: datetime
    end: datetime
    theirs_down: int
    theirs_total: int
    ours: PeriodResult | None
    ours_down: int
    why: list[str]

    @property
    def difference(self) -> int:
        """Return how many seconds more they count as down."""
        return self.theirs_down - self.ours_down

    @property
    def distance(self) -> int:
        """Return the difference without its sign."""
        return abs(self.difference)


def source_compared(source: Source, user: User, now: datetime) -> dict[str, Any] | None:
    """Return the other system's figures of the last months beside ours, None where it gives none.

    Raises ConnectorError where it cannot be asked.
    """
    networks_refresh()
    window = Window(instant_of(now - PAST), instant_of(now))
    told = CONNECTORS[source.kind].compare(config_open(source), window)
    if told is None:
        return None
    results = _results(source, user)
    rows = [row for figure in told.figures for row in _rows(told, figure, results)]
    return {"told": told, "rows": sorted(rows, key=lambda row: row.start, reverse=True)}


def _results(source: Source, user: User) -> Mapping[tuple[int, int], list[PeriodResult]]:
    """Return the results of the objectives that the source's indicator measures, by the bounds of their periods."""
    found: dict[tuple[int, int], list[PeriodResult]] = {}
    for result in results_visible(user).filter(objective__indicator=source.indicator):
        found.setdefault((instant_of(result.start), instant_of(result.end)), []).append(result)
    return found


def _rows(told: Any, figure: Any, results: Mapping[tuple[int, int], list[PeriodResult]]) -> Iterable[Compared]:
    """Yield the rows of one period: one for each of our results, or one without any."""
    bounds = moment_of(figure.start), moment_of(figure.end)
    total = figure.up + figure.down
    for result in results.get((figure.start, figure.end), []):
        down = int((result.total or 0) - (result.good or 0))
        why = list(_reasons(told, figure, result)) if down != figure.down else []
        yield Compared(*bounds, figure.down, total, result, down, why)
    if (figure.start, figure.end) not in results:
        sentence = _("No objective that it feeds has a period with these bounds.")
        yield Compared(*bounds, figure.down, total, None, 0, [sentence])


def _reasons(told: Any, figure: Any, result: PeriodResult) -> Iterable[str]:
    """Yield what may explain that both figures differ."""
    if told.hours and (changed := clock_change(told.zone, figure.start, figure.end)):
        sentence = _(
            "Zabbix’ service hours stand an hour off by the clock from the change of clocks on %(day)s until the "
            "period’s end; ours follow the clock."
        )
        yield sentence % {"day": words.day(moment_of(changed).date())}
    if told.excluded:
        yield _("Zabbix leaves out its own excluded downtimes; compare them with the approved exclusions here.")
    if unknown := int(result.seconds.get("unknown", 0)):
        sentence = _("Here %(time)s are unknown; Zabbix has no unknown and counts them as up or down.")
        yield sentence % {"time": words.duration(unknown)}
    ours, theirs = int(result.total or 0), figure.up + figure.down
    if ours != theirs:
        sentence = _("Zabbix counts %(theirs)s as service hours, the agreement %(ours)s.")
        yield sentence % {"theirs": words.duration(theirs, 4), "ours": words.duration(ours, 4)}


def clock_change(zone: str, start: int, end: int) -> int | None:
    """Return when clocks changed within a span, to the second; None where they did not, or for no known zone."""
    try:
        if (before := offset_at(zone, start)) == offset_at(zone, end - 1):
            return None
    except (EngineError, KeyError):
        return None
    while end - start > 1:  # the offset at `start` is the one before, at `end` another
        middle = (start + end) // 2
        start, end = (middle, end) if offset_at(zone, middle) == before else (start, middle)
    return end
