"""How well an indicator is covered by facts: the worst state of each day, and when facts came last."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.models import Indicator
from monitoring.instants import instant_of, moment_of
from monitoring.kinds import FactKind, kind_of
from monitoring.models import FactBatch
from monitoring.reading import states_load
from slmo.core.facts import State, States
from slmo.core.periods import local_days
from slmo.core.units import Window
from slmo.web import words
from slmo.web.signs import CLASSES

STRIP_DAYS = 90


@dataclass(frozen=True)
class Coverage:
    """What is recorded about an indicator as a whole."""

    facts: int
    first: datetime | None
    last: datetime | None
    batch: FactBatch | None


def coverage(indicator: Indicator) -> Coverage:
    """Return how many facts hold now, from when to when, and the last delivery; two queries."""
    kind = kind_of(indicator)
    rows = kind.model._default_manager.filter(indicator=indicator, superseded_at__isnull=True)
    told = rows.aggregate(facts=Count("pk"), first=Min(kind.first), last=Max(kind.first))
    batch = FactBatch.objects.filter(indicator=indicator).select_related("recorded_by", "source").first()
    return Coverage(told["facts"], told["first"], told["last"], batch)


def strip_end(indicator: Indicator, known: Coverage, now: datetime, asked: date | None) -> date:
    """Return the day after the last one that the strip shows: as asked, else where the record ends, else today."""
    if asked is not None:
        return asked
    ends = [known.last, indicator.recorded_until] if indicator.recorded_until else [now]
    latest = min(max(end for end in ends if end is not None), now)
    return (latest - timedelta(seconds=1)).date() + timedelta(days=1)


def strip_days(indicator: Indicator, end: date, now: datetime) -> list[dict[str, Any]]:
    """Return the worst state of each of the last days before `end`, in UTC days, as the strip draws them."""
    first = end - timedelta(days=STRIP_DAYS)
    window = Window(_midnight(first), _midnight(end))
    kind = kind_of(indicator)
    if kind.name != "states":
        counts = _counts(indicator, kind, window)
        return [_counted(day, span, counts.get(day, 0), instant_of(now)) for day, span in local_days("UTC", window)]
    states = states_load(indicator, window)
    return [_day(day, span, states, instant_of(now)) for day, span in local_days("UTC", window)]


def _counts(indicator: Indicator, kind: FactKind, window: Window) -> dict[date, int]:
    """Return how many facts begin on each UTC day of the window."""
    within = {f"{kind.first}__gte": moment_of(window.start), f"{kind.first}__lt": moment_of(window.end)}
    rows = kind.model._default_manager.filter(indicator=indicator, superseded_at__isnull=True, **within)
    days = rows.order_by().annotate(day=TruncDate(kind.first, tzinfo=UTC)).values_list("day")
    return dict(days.annotate(Count("pk")))


def _counted(day: date, span: Window, count: int, now: int) -> dict[str, Any]:
    """Return one day of facts that are no states: whether anything was recorded, and how much."""
    if span.start >= now:
        return {"verdict": "future", "label": f"{words.day(day)}: {CLASSES['future'].label}"}
    if not count:
        return {"verdict": "unknown", "label": _("%(day)s: nothing recorded") % {"day": words.day(day)}}
    told = ngettext("%(day)s: %(count)s fact", "%(day)s: %(count)s facts", count)
    return {"verdict": "up", "label": told % {"day": words.day(day), "count": words.number(count)}}


def _midnight(day: date) -> int:
    """Return the instant at which a day begins in UTC."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")))


def _day(day: date, span: Window, states: States, now: int) -> dict[str, Any]:
    """Return one day: its worst recorded state, `unknown` where nothing is recorded, `future` after now."""
    if span.start >= now:
        return {"verdict": "future", "label": f"{words.day(day)}: {CLASSES['future'].label}"}
    ends = np.minimum(states.end, min(span.end, now))
    starts = np.maximum(states.start, span.start)
    inside = ends > starts
    if not inside.any():
        return {"verdict": "unknown", "label": _("%(day)s: nothing recorded") % {"day": words.day(day)}}
    worst = State(list(State)[int(states.state[inside].max())])
    seconds = int((ends - starts)[inside & (states.state == worst.code)].sum())
    return {"verdict": str(worst), "label": f"{words.day(day)}: {_label(worst, seconds)}"}


def _label(state: State, seconds: int) -> str:
    """Return a state with how long it held; a day that was up says only that."""
    label = str(CLASSES[str(state)].label)
    return label if state is State.UP else f"{label}, {words.duration(seconds, 2)}"
