"""Share of good slices of time: which parts of which days failed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.cut import Cut
from monitoring.figures.kinds.base import Counted, Figure, Step, count_text, readers_of
from monitoring.figures.numbers import target_of, target_text
from slmo.core.classes import CLASSES
from slmo.core.kinds.slices import SlicesKind
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import parse_duration
from slmo.web import words
from slmo.web.charts import slice_heat
from slmo.web.signs import sign_of

CELL_LEAST = 1800  # seconds; shorter slices share a cell, which shows the worst of them
FAILED_MOST = 50
WORST = ("down", "unknown", "up")


class Slice(NamedTuple):
    """One slice that counts: when, and up, down, unknown or future."""

    start: int
    end: int
    state: str


class SlicesFigure(Counted):
    """Good slices of all counted slices."""

    name = "slices"
    template = "monitoring/kinds/slices.html"

    def fact(self, figure: Figure) -> str:
        """Say how many slices were good."""
        values = {
            "good": count_text(figure.good), "total": count_text(figure.total), "figure": figure.text,
            "length": _length(figure),
        }  # fmt: skip
        if figure.open:
            return _("%(good)s of %(total)s slices of %(length)s so far were good: %(figure)s.") % values
        return _("%(good)s of %(total)s slices of %(length)s were good: %(figure)s.") % values

    def note(self, figure: Figure) -> str:
        """Name the number of slices."""
        return _("of %(total)s slices of %(length)s") % {"total": count_text(figure.total), "length": _length(figure)}

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Count slices."""
        steps = self.share_steps(figure, _("Slices that count"), _("Good slices"))
        good_when = str(figure.written.get("good_when", ""))
        if target_of(good_when) is not None:
            steps.insert(0, Step(_("A slice is good when"), "", target_text(good_when), _length(figure)))
        return steps

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return the slices that failed, and the month as a map of days and hours."""
        found = [one for reader in readers_of(cut) if isinstance(reader, SlicesKind) for one in _slices(reader)]
        failed = [one for one in found if one.state == "down"]
        length = cut.objective.own.slice if cut.objective else CELL_LEAST
        zone = cut.terms.timezone
        return {
            "chart": _heat(found, zone, max(length, CELL_LEAST)) if found else None,
            "failed": [_shown(one, zone) for one in failed[:FAILED_MOST]],
            "failed_count": len(failed),
            "unknown_count": sum(one.state == "unknown" for one in found),
            "hours": _by_hour(failed, zone),
        }


def _length(figure: Figure) -> str:
    """Return the length of a slice."""
    return words.duration(parse_duration(str(figure.written.get("slice", "5m"))))


def _slices(reader: SlicesKind) -> Iterator[Slice]:
    """Yield the slices that count, in order."""
    all_of = reader.slices
    window = reader.ruling.window
    for start, end, counts, what in zip(*(column.tolist() for column in all_of), strict=True):
        if counts and window.start <= start < window.end:
            yield Slice(start, end, CLASSES[what].value)


def _shown(one: Slice, zone: str) -> dict[str, Any]:
    """Return a slice as the table shows it."""
    return {"from_text": words.when(one.start, zone), "until_text": words.time_of_day(one.end, zone)}


def _by_hour(failed: list[Slice], zone: str) -> list[tuple[str, int]]:
    """Return how many slices failed in each hour of the day, the worst hours first."""
    counts: dict[int, int] = {}
    for one in failed:
        hour = datetime.fromtimestamp(one.start, ZoneInfo(zone)).hour
        counts[hour] = counts.get(hour, 0) + 1
    worst = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:6]
    return [(f"{hour:02d}:00", count) for hour, count in worst]


def _heat(found: list[Slice], zone: str, cell: int) -> dict[str, Any]:
    """Return the map of days and hours; a cell shows the worst of its slices."""
    local = ZoneInfo(zone)
    grouped: dict[tuple[date, int], list[str]] = {}
    for one in found:
        if one.state == "future":
            continue
        at = datetime.fromtimestamp(one.start, local)
        grouped.setdefault((at.date(), (at.hour * 3600 + at.minute * 60) // cell), []).append(one.state)
    days = sorted({day for day, _part in grouped})
    parts = -(-86_400 // cell)
    cells = [
        {"day": days.index(day), "hour": part, "state": min(states, key=WORST.index),
         "label": _cell_label(day, part * cell, states)}
        for (day, part), states in grouped.items()
    ]  # fmt: skip
    hours = [datetime.fromtimestamp(part * cell, UTC).strftime("%H:%M") for part in range(parts)]
    labels = {"up": _("Good"), "down": _("Bad"), "unknown": _("No data")}
    return slice_heat(cells, days=[str(day.day) for day in days], hours=hours, labels=labels)


def _cell_label(day: date, since: int, states: list[str]) -> str:
    """Say what became of the slices of one cell."""
    when = f"{words.day(day)}, {datetime.fromtimestamp(since, UTC):%H:%M}"
    bad = states.count("down")
    if bad:
        told = ngettext("%(bad)s of %(count)s slice bad", "%(bad)s of %(count)s slices bad", len(states))
        return f"{when}: {told % {'bad': bad, 'count': len(states)}}"
    return f"{when}: {sign_of(min(states, key=WORST.index)).label}"
