"""The life of a signed version: its term, how it is renewed by itself, and when it can be ended at the earliest.

Dates are local to the agreement's zone; a term is `[start, end)`, as in a document's `effective`.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from slmo.core.errors import EngineError
from slmo.core.periods import months_later
from slmo.core.terms.conditions import Conditions

MOST_RENEWALS = 12_000  # a thousand years of months


class Term(NamedTuple):
    """A span of dates in which a version holds; `end` None is open, `renewals` counts how often it was extended."""

    start: dt.date
    end: dt.date | None
    renewals: int = 0

    @property
    def last(self) -> dt.date | None:
        """Return the last day of the term."""
        return self.end - dt.timedelta(days=1) if self.end else None


def term_at(start: dt.date, until: dt.date | None, months: int, on: dt.date) -> Term:
    """Return the term that a version has on a date: its own, or that to which it was extended by so many months.

    Extensions are counted from the first end, so that a term that ends on the 31st does not drift.

    >>> term_at(dt.date(2026, 1, 1), dt.date(2027, 1, 1), 12, dt.date(2028, 5, 1))
    Term(start=datetime.date(2028, 1, 1), end=datetime.date(2029, 1, 1), renewals=2)
    """
    if until is None or not months or on < until:
        return Term(start, until)
    passed = (on.year - until.year) * 12 + on.month - until.month
    count = max(0, passed // months - 1)
    while months_later(until, count * months) <= on:
        count += 1
        if count > MOST_RENEWALS:
            raise EngineError("a window between the years 2 and 9998")
    return Term(months_later(until, (count - 1) * months), months_later(until, count * months), count)


def notice_last(end: dt.date, notice: int) -> dt.date:
    """Return the last day on which notice of so many days reaches an end.

    >>> notice_last(dt.date(2027, 1, 1), 90)
    datetime.date(2026, 10, 3)
    """
    return end - dt.timedelta(days=notice)


def ending_earliest(conditions: Conditions, side: str, term: Term, notified: dt.date) -> dt.date | None:
    """Return from which date on a side's notice can end an agreement by its own terms; None where it cannot.

    `term` is the one that the version was signed for. By the clause on termination the agreement ends after its
    notice; by that on renewal at the end of a term, where notice still reaches it.
    """
    found = []
    termination, renewal = conditions.termination, conditions.renewal
    if termination is not None and termination.by in ("either", side):
        found.append(notified + dt.timedelta(days=termination.notice))
    if renewal is not None and renewal.months and term.end is not None:
        reached = notified + dt.timedelta(days=renewal.notice - 1)  # an end on the day after is the first in time
        found.append(term_at(term.start, term.end, renewal.months, reached).end or term.end)
    return min(found) if found else None


def ending_at_term(conditions: Conditions, term: Term, notified: dt.date, end: dt.date) -> bool:
    """Tell whether `end` is where an extended term ends, and notice given on `notified` reaches it in time."""
    renewal = conditions.renewal
    if renewal is None or not renewal.months or term.end is None or end < term.end:
        return False
    at = term_at(term.start, term.end, renewal.months, end - dt.timedelta(days=1))
    return at.end == end and notified <= notice_last(end, renewal.notice)
