"""Final figures that what is known now would give otherwise: never changed in silence, never forgotten.

The assessment asks; a person answers (monitoring/services/restatement.py).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitoring.causes import causes_since
from monitoring.models import PeriodResult, Restatement, RestatementState
from monitoring.record import Record
from monitoring.services.restatement_news import waiting_news
from slmo.audit.services import record as audit

WAITING, DECLINED, LAPSED = RestatementState.WAITING, RestatementState.DECLINED, RestatementState.LAPSED


def restatements_follow(
    record: Record, finals: Sequence[tuple[PeriodResult, PeriodResult, bool]], now: datetime
) -> None:
    """Let the questions about final figures follow what is known now.

    `finals` holds each final figure with what would stand there now, and whether the two are the same.
    """
    rows = Restatement.objects.select_for_update().filter(before__in=[final.pk for final, _row, _same in finals])
    asked: dict[int, list[Restatement]] = {}
    for question in rows.order_by("pk"):
        asked.setdefault(question.before_id, []).append(question)
    for final, row, same in finals:
        _follow(record, final, row, asked.get(final.pk, []), same, now)


def _follow(
    record: Record, final: PeriodResult, row: PeriodResult, asked: list[Restatement], same: bool, now: datetime
) -> None:
    """Ask, ask anew, or take the question back."""
    waiting = next((one for one in asked if one.state == WAITING), None)
    if same:
        if waiting is not None:
            waiting.state, waiting.decided_at = LAPSED, now
            waiting.save(update_fields=["state", "decided_at"])
        return
    new = figures_told(row)
    if (waiting is not None and waiting.new == new) or _declined(asked) == new:
        return
    question = waiting or Restatement(
        objective=record.objective, period_start=final.start, before=final, old=figures_told(final)
    )
    question.period_end, question.new, question.found_at = final.end, new, now
    question.credit_difference = credit_between(final, row)
    question.causes = causes_since(final, now)
    question.save()
    _audit(record, final, new, now)
    waiting_news(question, now)


def _declined(asked: list[Restatement]) -> dict[str, Any] | None:
    """Return the figures of the question that a person answered last, if the answer was no."""
    answered = [one for one in asked if one.state == DECLINED]
    return answered[-1].new if answered else None


def figures_told(row: PeriodResult) -> dict[str, Any]:
    """Return the figures of a result as restatements and the audit log keep them."""
    return {
        "verdict": row.verdict,
        "target": row.target,
        "achieved": row.achieved,
        "value": row.value,
        "good": _text(row.good),
        "total": _text(row.total),
        "unadjusted": row.unadjusted,
        "credit_percent": _text(row.credit_percent),
        "credit_amount": _text(row.credit_amount),
        "seconds": row.seconds,
    }


def credit_between(before: PeriodResult, after: PeriodResult) -> Any:
    """Return by how much the credit grows from one figure to the other; None where neither has a credit."""
    if before.credit_amount is None and after.credit_amount is None:
        return None
    return (after.credit_amount or 0) - (before.credit_amount or 0)


def _text(value: Any) -> str | None:
    """Return a number as exact text, the same whether it was computed or read."""
    return None if value is None else f"{value.normalize():f}"


def _audit(record: Record, final: PeriodResult, new: dict[str, Any], now: datetime) -> None:
    """Record in both parties' audit log that what is known now gives another figure than the final one."""
    agreement = record.objective.agreement
    audit(
        actor=None, action="result_differs", subject=final, before=figures_told(final), after=new,
        organisations=[agreement.provider, agreement.customer], now=now,
    )  # fmt: skip
