"""The judgement of `slmo.core.judgement`, for many periods at once, in whole numbers."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from slmo.core.batch.plan import COUNTS_AS, Plan
from slmo.core.batch.table import CODE, VERDICTS, Verdicts
from slmo.core.intervals import Codes, Mask, Times
from slmo.core.judgement import AT_RISK_SHARE, Verdict, verdict_of_parts
from slmo.core.partition import CLASSES, Class

_COLUMN = {one: place for place, one in enumerate(CLASSES)}
_NOTHING = dict.fromkeys(Class, 0)


def _worse(one: Verdict, other: Verdict) -> int:
    """Tell which of two verdicts on parts is the verdict on the whole: below 0 for the first."""
    return -1 if verdict_of_parts([(one, _NOTHING), (other, _NOTHING)]) is one else 1


WORST_FIRST = sorted(Verdict, key=functools.cmp_to_key(_worse))
_RANK = np.array([WORST_FIRST.index(verdict) for verdict in VERDICTS], dtype=np.int8)
_OF_RANK = np.array([CODE[verdict] for verdict in WORST_FIRST], dtype=np.int8)


class _Judged(NamedTuple):
    """Cells with their verdicts; `good` in parts of `scale`."""

    verdict: Codes
    good: Times
    total: Times


def periods_judged(plan: Plan, seconds: Times) -> Verdicts:
    """Return the verdict of each period of a plan from the seconds of each class in its cells."""
    lanes = np.repeat(np.arange(len(plan.lanes)), np.diff(plan.cell_bounds))
    judged = _cells_judged(plan, seconds, lanes)
    scale = plan.scale[lanes]
    if _uncut(plan):
        verdict, good, total = judged
    else:
        verdict, good, total, scale, seconds = _united(plan, judged, scale, seconds)
    start, end = plan.periods[:, 0], plan.periods[:, 1]
    return Verdicts(plan.period_item, start, end, verdict, good, scale, total, seconds, {})


def _cells_judged(plan: Plan, seconds: Times, lanes: Times) -> _Judged:
    terms = plan.terms
    up, degraded, down, unknown, future = (
        seconds[:, _COLUMN[one]] for one in (Class.UP, Class.DEGRADED, Class.DOWN, Class.UNKNOWN, Class.FUTURE)
    )
    weight_of, counts_as, target_of = terms.weight_of[lanes], terms.counts_as[lanes], terms.target_of[lanes]
    known = up + degraded + down
    counted = known + unknown
    good = up * weight_of + degraded * terms.weight[lanes] + (counts_as == COUNTS_AS.index("up")) * unknown * weight_of
    total = np.where(counts_as == COUNTS_AS.index("excluded"), known, counted)
    whole, bad = (total + future) * weight_of, total * weight_of - good
    best, limit = (good + future * weight_of) * target_of, terms.target[lanes] * whole
    missed = np.where(terms.strict[lanes], best <= limit, best < limit)
    allowed = target_of - terms.target[lanes]  # the share that may be bad, in parts of target_of
    ahead = bad * target_of > allowed * total * weight_of
    much = AT_RISK_SHARE.denominator * bad * target_of >= AT_RISK_SHARE.numerator * allowed * whole
    unsure = (terms.share[lanes] >= 0) & (unknown * terms.share_of[lanes] > terms.share[lanes] * counted)
    verdict = np.full(len(total), CODE[Verdict.ON_TRACK], dtype=np.int8)
    for mask, one in (  # the strongest last
        ((bad > 0) & (ahead | much), Verdict.AT_RISK),
        (_ended(plan), Verdict.MET),
        (missed, Verdict.BREACHED),
        (unsure, Verdict.INDETERMINATE),
        (total == 0, Verdict.NO_DATA),
    ):
        verdict[mask] = CODE[one]
    return _Judged(verdict, good * (plan.scale[lanes] // weight_of), total)


def _ended(plan: Plan) -> Mask:
    """Tell for each cell whether its span had ended at the moment asked about."""
    ended = [plan.as_of >= frame.edges[frame.high] for frame in plan.frames]
    return np.concatenate([ended[frame] for frame in plan.lane_frame.tolist()] or [np.array([], dtype=np.bool_)])


def _uncut(plan: Plan) -> bool:
    """Tell whether each cell is a period of its own, in the same order."""
    cells = plan.cell_period
    return len(cells) == len(plan.periods) and bool((cells == np.arange(len(cells))).all())


def _united(plan: Plan, judged: _Judged, scale: Times, seconds: Times) -> tuple[Codes, Times, Times, Times, Times]:
    """Add up the parts of periods that amendments cut; the worst part's verdict is theirs (`verdict_of_parts`)."""
    count, period = len(plan.periods), plan.cell_period
    good, total, scales = (np.zeros(count, dtype=np.int64) for _ in range(3))
    sums = np.zeros((count, len(CLASSES)), dtype=np.int64)
    np.add.at(good, period, judged.good)
    np.add.at(total, period, judged.total)
    np.add.at(sums, period, seconds)
    scales[period] = scale
    nothing = judged.verdict == CODE[Verdict.NO_DATA]
    hidden = nothing & (seconds[:, _COLUMN[Class.UNKNOWN]] > 0)
    rank = np.full(count, len(VERDICTS), dtype=np.int8)
    np.minimum.at(rank, period, np.where(hidden, _RANK[CODE[Verdict.INDETERMINATE]], _RANK[judged.verdict]))
    known = np.zeros(count, dtype=np.bool_)
    known[period[~nothing]] = True
    verdict = np.where(known, _OF_RANK[rank], np.int8(CODE[Verdict.NO_DATA]))
    return verdict, good, total, scales, sums
