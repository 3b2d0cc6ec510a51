"""The one place that judges: seconds of each class and what was counted in, a verdict out (docs/arithmetic.md)."""

from __future__ import annotations

from collections.abc import Iterable

from slmo.core.classes import Class, Seconds
from slmo.core.kinds import KINDS, Tally
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.verdict import AT_RISK_SHARE, NOTHING, Judgement, Verdict

__all__ = ["AT_RISK_SHARE", "Judgement", "Verdict", "judge", "verdict_of_parts"]


def judge(terms: ObjectiveTerms | None, seconds: Seconds, closed: bool, tally: Tally | None = None) -> Judgement:
    """Judge a period by an objective's terms; None where no version was in force.

    `closed` tells that the period had ended at the moment asked about; `tally` is what was counted besides seconds.
    Exact arithmetic only.
    """
    if terms is None:
        return NOTHING
    return KINDS[terms.indicator].judge(terms, seconds, closed, tally or Tally())


_WORST_FIRST = (
    Verdict.BREACHED, Verdict.INDETERMINATE, Verdict.AT_RISK, Verdict.ON_TRACK, Verdict.MET, Verdict.NO_DATA,
)  # fmt: skip


def verdict_of_parts(parts: Iterable[tuple[Verdict, Seconds]], quiet_is_unknown: bool = True) -> Verdict:
    """Return the verdict on a period that an amendment cut: its worst part's.

    A part of which nothing is known although it had counted time leaves the whole indeterminate, unless breached; not
    so for kinds of which nothing to count is no lack of knowledge.
    """
    listed = list(parts)
    verdicts = [
        Verdict.INDETERMINATE if verdict is Verdict.NO_DATA and seconds[Class.UNKNOWN] and quiet_is_unknown else verdict
        for verdict, seconds in listed
    ]
    if all(verdict is Verdict.NO_DATA for verdict, _ in listed):
        return Verdict.NO_DATA
    return min(verdicts, key=_WORST_FIRST.index)
