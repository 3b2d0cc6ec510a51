"""What the page of two measurements shows: both figures of a period, where they disagree, and the periods before."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Indicator, Objective, Version
from agreements.reading.measurement import points
from agreements.selectors import objectives_visible
from monitoring.beside import disagreement_of, partitions, records_beside
from monitoring.figures.numbers import figure_text, target_of, target_share, target_text
from monitoring.figures.objective import period_label
from monitoring.instants import instant_of, moment_of
from monitoring.models import Difference, PeriodResult
from slmo.accounts.models import User
from slmo.core.measuring import CUSTOMER, PROVIDER
from slmo.core.partition import Partition
from slmo.core.units import Window
from slmo.web import words
from slmo.web.charts import outage_timeline, whatif_bars
from slmo.web.charts.values import value_periods

SPANS_MOST = 200  # disagreements listed one by one
BARS = 24  # periods drawn side by side
PLACES_MOST = 6  # decimals of a difference: of shares four in percentage points
SHOWN = ("down", "degraded", "unknown", "excluded")


def differences_visible(user: User) -> QuerySet[Difference]:
    """Return the comparisons of the objectives that the person may see."""
    seen = objectives_visible(user).select_related(None).order_by()
    return Difference.objects.filter(objective__in=seen)


def difference_shown(row: Difference, zone: ZoneInfo) -> dict[str, Any]:
    """Return one comparison as a table or a panel shows it."""
    agreement = row.objective.agreement
    return {
        "row": row,
        "key": row.start.astimezone(zone).date().isoformat(),
        "label": period_label(row.start, row.end, zone),
        "difference": difference_text(row.difference, row.target),
        "sides": [
            {
                "side": side,
                "name": str(party),
                "figure": figure_text(kept["achieved"], row.target, kept["value"]),
                "verdict": kept["verdict"],
                "rules": row.rules == side,
                "only_down": only_down,
                "silent": silent,
            }
            for side, party, kept, only_down, silent in (
                (PROVIDER, agreement.provider, row.provider, row.provider_down, row.provider_silent),
                (CUSTOMER, agreement.customer, row.customer, row.customer_down, row.customer_silent),
            )
        ],
    }


def difference_text(difference: str, target: str) -> str:
    """Return the distance of two figures in words: percentage points, a length of time or a number."""
    if not difference:
        return words.DASH
    found, exact = target_of(target), Fraction(difference)
    unit = found.unit if found else "number"
    places = 10**PLACES_MOST
    short = Fraction(int(exact * places), places)  # a hair's breadth is said in full
    return points(short or exact, unit)


def page_context(objective: Objective, rows: Sequence[Difference], chosen: Difference | None) -> dict[str, Any]:
    """Return what the page shows of an objective's comparisons, oldest first, and of the chosen one."""
    zone = ZoneInfo(objective.agreement.timezone)
    listed = [difference_shown(row, zone) for row in rows]
    context: dict[str, Any] = {
        "rows": list(reversed(listed)),
        "bars": _bars(listed[-BARS:], zone),
        "chosen": None,
        "by_states": any(row.agreed is not None for row in rows),
    }
    if chosen is None:
        return context
    result = PeriodResult.objects.filter(objective=objective, start=chosen.start, current=True).first()
    shown = next(one for one in listed if one["row"].pk == chosen.pk)
    return context | {"chosen": shown, "result": result, **_drilled(objective, chosen)}


def _drilled(objective: Objective, row: Difference) -> dict[str, Any]:
    """Return where the measurements disagree in a period, as a picture and one by one; nothing without states."""
    if row.agreed is None:
        return {"timeline": None, "spans": []}
    try:
        both = records_beside(objective, timezone.now())
    except Version.DoesNotExist:
        return {"timeline": None, "spans": []}
    period = Window(instant_of(row.start), instant_of(row.end))
    cut = partitions(both, period)
    found = disagreement_of(both, cut, period)
    names = [str(objective.agreement.provider), str(objective.agreement.customer)]
    told = [
        *((one, PROVIDER, names[0]) for one in found.provider_down.windows()),
        *((one, CUSTOMER, names[1]) for one in found.customer_down.windows()),
    ]
    told.sort(key=lambda one: one[0].start)
    zone = objective.agreement.timezone
    lines = [_line(name, part, zone) for name, part in zip(names, cut, strict=True)]
    apart = [_span(one.start, one.end, "down", zone, _only(name)) for one, _side, name in told]
    lines.append({"name": _("Only one says down"), "spans": apart})
    return {
        "timeline": outage_timeline(lines, start=period.start, end=period.end, zone=zone),
        "spans": [_span_shown(objective, one, side, name) for one, side, name in told[:SPANS_MOST]],
        "spans_more": max(0, len(told) - SPANS_MOST),
    }


def _line(name: str, part: Partition, zone: str) -> dict[str, Any]:
    """Return one measurement as a line of the picture."""
    spans = [
        _span(start, end, state.value, zone, "") for start, end, state in part.intervals() if state.value in SHOWN
    ]  # fmt: skip
    return {"name": name, "spans": spans}


def _span(start: int, end: int, state: str, zone: str, said: str) -> dict[str, Any]:
    label = f"{words.when(start, zone)}, {words.duration(end - start)}"
    return {"start": start, "end": end, "state": state, "label": f"{label} · {said}" if said else label}


def _only(name: str) -> str:
    return _("only %(party)s says down") % {"party": name}


def _span_shown(objective: Objective, span: Window, side: str, name: str) -> dict[str, Any]:
    """Return one disagreement as a row, with the facts of either party about that time."""
    zone = objective.agreement.timezone
    return {
        "from_text": words.when(span.start, zone, seconds=bool(span.start % 60)),
        "seconds": span.seconds,
        "side": side,
        "name": name,
        "facts": [
            (party, facts_url(indicator, span))
            for party, indicator in (
                (str(objective.agreement.provider), objective.indicator),
                (str(objective.agreement.customer), objective.customer_indicator),
            )
            if indicator is not None
        ],
    }


def facts_url(indicator: Indicator, span: Window) -> str:
    """Return the page of an indicator's facts, its days up to a span."""
    address = reverse("indicator", args=[indicator.service.slug, indicator.slug])
    return f"{address}?{urlencode({'until': moment_of(span.end).date().isoformat()})}#facts"


def _bars(listed: Sequence[dict[str, Any]], zone: ZoneInfo) -> dict[str, Any] | None:
    """Return both figures of each period side by side, the one that does not rule pale; None without any figure."""
    if not any(side["figure"] for one in listed for side in one["sides"]):
        return None
    target = listed[-1]["row"].target
    share, text = target_share(target), target_text(target)
    ruling, other = ([_bar(one, zone, rules) for one in listed] for rules in (True, False))
    if share is not None and any(one["achieved"] is not None for one in [*ruling, *other]):
        labels = {"before": _("the other"), "after": _("rules"), "before_target": text, "after_target": text}
        return whatif_bars(other, ruling, before_target=share, after_target=share, labels=labels)
    found = target_of(target)
    limit = float(found.value) if found else None
    return value_periods(ruling, limit, limit_label=text, before=other)


def _bar(one: dict[str, Any], zone: ZoneInfo, rules: bool) -> dict[str, Any]:
    row: Difference = one["row"]
    side = next(side for side in one["sides"] if side["rules"] is rules)
    kept = row.provider if side["side"] == PROVIDER else row.customer
    label = period_label(row.start, row.end, zone, short=True)
    return {
        "label": label,
        "achieved": Fraction(kept["achieved"]) if kept["achieved"] else None,
        "value": float(Fraction(kept["value"])) if kept["value"] else None,
        "verdict": kept["verdict"],
        "text": f"{one['label']}, {side['name']}: {side['figure'] or words.DASH}",
        "url": f"?period={one['key']}",
    }
