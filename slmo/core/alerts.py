"""Burn alerts of an objective at a moment, read from the same partition as its figures."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slmo.core.budget import BURN_WINDOWS, AlertState, BurnWindow, alert_firing, burn_rate
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts, States
from slmo.core.governing import spans
from slmo.core.judgement import judge
from slmo.core.kinds import KINDS, Asked
from slmo.core.partition import Class, read
from slmo.core.terms.model import Agreement, ObjectiveTerms
from slmo.core.units import Window


def windows_of(terms: ObjectiveTerms) -> Sequence[BurnWindow]:
    """Return the burn windows of an objective: its own, or else the usual ones."""
    return BURN_WINDOWS if terms.alerts is None else terms.alerts


def alert_state(
    agreement: Agreement,
    objective: str,
    facts: Facts | States,
    as_of: int,
    period: int,
    exclusions: Sequence[ExclusionWindow] = (),
    table: Sequence[BurnWindow] | None = None,
) -> list[AlertState]:
    """Return for each burn window its rates at `as_of` and whether it fires; `period` is the objective's, in seconds.

    Without a `table` the objective's own windows are used, or else the usual ones. A long window with unknown time
    never fires: it is not wholly covered by facts. What is judged by a value instead of a share has no burn.
    """
    terms = spans(agreement, objective, Window(as_of - 1, as_of), as_of)[0].terms(objective)
    if terms is None or terms.target is None or KINDS[terms.indicator].has_value:
        return []
    asked = Asked.of(agreement, objective, facts, as_of, exclusions)
    found = []
    for row in windows_of(terms) if table is None else table:
        rates, covered = [], True
        for length in (row.long, row.short):
            seconds, tally = read(asked, Window(as_of - length, as_of))
            judged = judge(terms, seconds, closed=True, tally=tally)
            rates.append(burn_rate(Fraction(judged.total - judged.good), judged.total, terms.target.value))
            covered = covered and not (length == row.long and seconds[Class.UNKNOWN])
        factor = row.factor(period)
        firing = alert_firing(factor, rates[0], rates[1], covered)
        found.append(AlertState(row, factor, rates[0], rates[1], firing, covered))
    return found
