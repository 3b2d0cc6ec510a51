"""What the page of one objective shows besides its figure: its periods, the days of a year, the budget's line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Objective
from monitoring.figures.cut import Cut, Outage, budget_points
from monitoring.figures.numbers import figure_of, target_of, target_share, target_text, value_text
from monitoring.figures.standing import TELLING, day_class
from monitoring.models import LedgerDay, PeriodResult
from slmo.web import words
from slmo.web.charts import achieved_bars, budget_line, calendar_heatmap, outage_timeline, value_periods
from slmo.web.charts.base import unit_of

BARS = 24  # periods drawn as bars


@dataclass(frozen=True)
class Period:
    """One period of the switcher."""

    result_id: int
    key: str
    label: str
    verdict: str
    percent: str
    year: int
    chosen: bool


def results_of(objective: Objective) -> list[PeriodResult]:
    """Return the current results of an objective, oldest first, without what only one figure's page needs."""
    rows = PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    return list(rows.defer("provenance", "parts"))


def result_chosen(results: Sequence[PeriodResult], zone: ZoneInfo, asked: str) -> PeriodResult | None:
    """Return the result whose period begins on the date asked for, else the latest that tells something."""
    for result in results:
        if period_key(result, zone) == asked:
            return result
    telling = [result for result in results if result.verdict in TELLING]
    found = telling or list(results)
    return found[-1] if found else None


def period_key(result: PeriodResult, zone: ZoneInfo) -> str:
    """Return how an address names a period: by its first local date."""
    return result.start.astimezone(zone).date().isoformat()


def period_label(start: datetime, end: datetime, zone: ZoneInfo, *, short: bool = False, inside: bool = False) -> str:
    """Return what a period is called: its month or its day where it is one, else its first and last day.

    `short`: the month's abbreviation. `inside`: as it stands inside a sentence.
    """
    first = start.astimezone(zone)
    last = datetime.fromtimestamp(end.timestamp() - 1, zone).date()
    if first.day == 1 and (first.year, first.month) == (last.year, last.month) and (last.day >= 28):
        named = words.month_short if short else words.month_inside if inside else words.month
        return named(first.date())
    if quarter := _quarter(first.date(), last):
        return quarter
    return words.day(last) if first.date() == last else f"{words.day(first.date())} – {words.day(last)}"


def _quarter(first: date, last: date) -> str:
    """Return what a calendar quarter or year is called; an empty text for any other span."""
    starts, ends = first.day == 1, (last + timedelta(days=1)).day == 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if not (starts and ends):
        return ""
    if months == 12 and first.month == 1:
        return str(first.year)
    return words.quarter(first) if months == 3 and first.month % 3 == 1 else ""


def periods_listed(results: Sequence[PeriodResult], chosen: PeriodResult | None, zone: ZoneInfo) -> list[Period]:
    """Return the periods of the switcher, latest first."""
    return [
        Period(
            result.pk,
            period_key(result, zone),
            period_label(result.start, result.end, zone),
            result.verdict,
            figure_of(result),
            result.start.astimezone(zone).year,
            chosen is not None and result.pk == chosen.pk,
        )
        for result in reversed(results)
    ]


def bars_of(results: Sequence[PeriodResult], zone: ZoneInfo) -> dict[str, Any] | None:
    """Return the chart of the last periods against their target, each a link to why; None without any figure."""
    values = [result for result in results if result.verdict in TELLING and result.value][-BARS:]
    if values:
        return value_bars_of(values, zone)
    shown = [result for result in results if result.verdict in TELLING and result.achieved][-BARS:]
    share = target_share(shown[-1].target) if shown else None
    if share is None:
        return None
    periods = [
        {
            "label": period_label(result.start, result.end, zone, short=True),
            "achieved": Fraction(result.achieved),
            "verdict": result.verdict,
            "text": f"{period_label(result.start, result.end, zone)}: {figure_of(result)}",
            "url": reverse("why", args=[result.pk]),
        }
        for result in shown
    ]
    label = _("target %(target)s") % {"target": target_text(shown[-1].target)}
    return achieved_bars(periods, share, target_label=label)


def value_bars_of(results: Sequence[PeriodResult], zone: ZoneInfo) -> dict[str, Any]:
    """Return the chart of the last periods of an objective that is judged by a value."""
    limit = target_of(results[-1].target)
    size, unit = (1, "")
    if limit and limit.unit == "seconds":
        size, unit = unit_of(max([limit.value, *(Fraction(one.value) for one in results)]))
    percent = limit is not None and limit.unit == "%"
    periods = [
        {
            "label": period_label(result.start, result.end, zone, short=True),
            "value": float(Fraction(result.value) / size * (100 if percent else 1)),
            "verdict": result.verdict,
            "text": f"{period_label(result.start, result.end, zone)}: {figure_of(result)}",
            "url": reverse("why", args=[result.pk]),
        }
        for result in results
    ]
    label = _("target %(target)s") % {"target": target_text(results[-1].target)}
    bound = float(limit.value / size * (100 if percent else 1)) if limit else None
    return value_periods(periods, bound, limit_label=label, unit="%" if percent else unit)


def days_of(
    objective: Objective, year: int, results: Sequence[PeriodResult], zone: ZoneInfo, target: str
) -> list[dict[str, Any]]:
    """Return the days of a year on which anything was counted, for the calendar; each leads to its period's figure."""
    whys, kind = _whys(results, year, zone), objective.indicator.kind if objective.indicator else ""
    between = (date(year, 1, 1), date(year, 12, 31))
    rows = LedgerDay.objects.filter(objective=objective, day__range=between).order_by("day")
    found = []
    for row in rows.values("day", "up", "down", "degraded", "unknown", "excluded", "outages", "tally"):
        name, label = day_stated(row) if kind == "attested" else day_told(row, target)
        if name != "out_of_hours" and not (kind == "tasks" and name == "unknown"):  # a day without tasks is no gap
            url = next((url for first, last, url in whys if first <= row["day"] <= last), "")
            found.append({"date": row["day"], "verdict": name, "label": label, "url": url})
    return found


def _whys(results: Sequence[PeriodResult], year: int, zone: ZoneInfo) -> list[tuple[date, date, str]]:
    """Return first day, last day and address of the figures of a year's periods."""
    found = []
    for result in results:
        first = result.start.astimezone(zone).date()
        last = datetime.fromtimestamp(result.end.timestamp() - 1, zone).date()
        if first.year <= year <= last.year:
            found.append((first, last, reverse("why", args=[result.pk])))
    return found


def day_told(row: Mapping[str, Any], target: str) -> tuple[str, str]:
    """Return what a day was, and that in words: by its events, tasks or samples if it has any, else by its states."""
    tally, name = row["tally"] or {}, day_class(row)
    total, limit = Fraction(tally.get("total", 0)), target_of(target)
    if name in ("excluded", "out_of_hours") or limit is None or not (total or "value" in tally):
        return name, day_label(row, name) if name != "out_of_hours" else ""
    if "value" in tally:
        value = Fraction(tally["value"])
        return "met" if limit.met(value) else "breached", f"{words.day(row['day'])}: {value_text(str(value), target)}"
    good = Fraction(tally.get("good", 0))
    told = {"day": words.day(row["day"]), "good": words.number(good), "total": words.number(total)}
    return "met" if limit.met(good / total) else "breached", _("%(day)s: %(good)s of %(total)s good") % told


def day_stated(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what was stated of a day, and that in words."""
    found, day = day_class(row), words.day(row["day"])
    told = {"up": ("met", _("%(day)s: stated as met")), "down": ("breached", _("%(day)s: stated as not met"))}
    name, label = told.get(found, (found, _("%(day)s: nothing stated") if found == "unknown" else "%(day)s"))
    return name, label % {"day": day}


def day_label(row: Mapping[str, Any], name: str) -> str:
    """Say what a day was like."""
    when = words.day(row["day"])
    told = {
        "down": _("%(day)s: down for %(length)s"),
        "degraded": _("%(day)s: degraded for %(length)s"),
        "unknown": _("%(day)s: nothing known for %(length)s"),
        "up": _("%(day)s: up"),
        "excluded": _("%(day)s: excluded"),
    }[name]
    return told % {"day": when, "length": words.duration(row[name])}


def span_shown(span: Any, zone: str) -> dict[str, Any]:
    """Return a span of seconds as tables show it, on the agreement's own clock."""
    exact = bool(span.start % 60 or span.end % 60)
    return {
        "from_text": words.when(span.start, zone, seconds=exact),
        "until_text": words.when(span.end, zone, seconds=exact),
        "seconds": span.seconds,
    }


def outage_shown(outage: Outage, zone: str) -> dict[str, Any]:
    """Return an outage as tables show it, its beginning on the agreement's own clock."""
    return {
        "from_text": words.when(outage.start, zone, seconds=bool(outage.start % 60)),
        "seconds": outage.seconds,
        "start": outage.start,
        "end": outage.end,
        "references": outage.references,
    }


def calendar_of(days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the calendar's chart."""
    return calendar_heatmap(days)


def budget_of(cut: Cut) -> dict[str, Any] | None:
    """Return the line of the error budget through the period; None where the period has no budget."""
    allowed = cut.result.budget_allowed
    if not allowed:
        return None
    limit = words.fraction_of(allowed)
    labels = {"left": _("left"), "pace": _("even pace"), "empty": _("nothing left")}
    window = cut.window
    return budget_line(
        budget_points(cut, limit), limit, start=window.start, end=window.end, zone=cut.terms.timezone, labels=labels
    )


def timeline_of(cut: Cut, outages: Sequence[Outage]) -> dict[str, Any]:
    """Return the outages and other states of the period along time, one line for each kind."""
    spans: dict[str, list[dict[str, Any]]] = {"down": [], "degraded": [], "unknown": [], "excluded": []}
    told = {(outage.start, outage.end): ", ".join(outage.references) for outage in outages}
    for span in cut.spans:
        if span.name in spans:
            label = f"{words.when(span.start, cut.terms.timezone)}, {words.duration(span.seconds)}"
            reference = told.get((span.start, span.end), "")
            entry = {"start": span.start, "end": span.end, "state": span.name}
            spans[span.name].append({**entry, "label": f"{label} · {reference}" if reference else label})
    names = {"down": _("Down"), "degraded": _("Degraded"), "unknown": _("Unknown"), "excluded": _("Excluded")}
    rows = [{"name": names[name], "spans": found} for name, found in spans.items() if found]
    rows = rows or [{"name": names["down"], "spans": []}]
    return outage_timeline(rows, start=cut.window.start, end=cut.window.end, zone=cut.terms.timezone)
