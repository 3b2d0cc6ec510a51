"""Stored results against the facts: all objectives at once, in minutes where one by one takes hours."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from django.db.models import F, QuerySet

from agreements.models import Objective
from monitoring.batch.compute import verdicts_compute
from monitoring.instants import instant_of, moment_of
from monitoring.models import PeriodResult, ResultState
from slmo.core.units import Window

_FIGURES = ("verdict", "good", "total", "seconds")
_SCALE = 10**6  # a stored amount is cut to so many parts of a second


class Difference(NamedTuple):
    """A stored result and what the facts make of its period; `field` names the first figure that differs."""

    objective: int
    window: Window
    field: str
    stored: object
    computed: object


def results_differing(objectives: QuerySet[Objective], window: Window, as_of: int) -> Iterator[Difference]:
    """Yield the provisional results of periods that ended inside the window and are not what their facts make of them.

    Final results are frozen: a figure that the facts have left behind is restated, and does not count as wrong here.
    Only results that were assessed after their period had ended, and since when nothing is due, are looked at.
    """
    stored = {
        (row.objective_id, instant_of(row.start), instant_of(row.end)): row
        for row in _stored(objectives, window, as_of)
    }
    if not stored:
        return
    asked = objectives.filter(pk__in={pk for pk, _, _ in stored})
    hull = Window(min(start for _, start, _ in stored), max(end for _, _, end in stored))
    answer = verdicts_compute(asked, hull, as_of)
    found = answer.verdicts
    for row in range(len(found)):
        period = found.window_of(row)
        known = stored.get((answer.objectives[int(found.item[row])], *period))
        if known is not None:
            verdict, good, total, seconds = found.figures_of(row)
            computed = (verdict.value, _cut(good), _cut(total), {one.value: count for one, count in seconds.items()})
            kept = (known.verdict, _cut(Fraction(known.good or 0)), _cut(Fraction(known.total or 0)), known.seconds)
            for name, ours, theirs in zip(_FIGURES, computed, kept, strict=True):
                if ours != theirs:
                    yield Difference(known.objective_id, period, name, theirs, ours)
                    break


def _stored(objectives: QuerySet[Objective], window: Window, as_of: int) -> QuerySet[PeriodResult]:
    results = PeriodResult.objects.filter(current=True, state=ResultState.PROVISIONAL, objective__in=objectives)
    ended = results.filter(end__gt=moment_of(window.start), end__lte=moment_of(min(window.end, as_of)))
    settled = ended.filter(assessed_at__gte=F("end"), objective__status__due_from=None)
    return settled.only("objective_id", "start", "end", *_FIGURES)


def _cut(amount: Fraction) -> int:
    return amount.numerator * _SCALE // amount.denominator
