"""Acts on many breaches at once: all of them or none."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from monitoring.models import Breach, BreachState
from monitoring.services.breach import UNCLOSED, breach_acknowledge, breach_close, breach_explain
from slmo.accounts.models import User


@transaction.atomic
def breaches_acknowledge(*, breaches: Iterable[Breach], actor: User | None, now: datetime) -> int:
    """Acknowledge those of the breaches that are open; return how many.

    Raises Denied, with nothing done, where one of them is not the actor's to acknowledge.
    """
    opened = _in_order(breach for breach in breaches if breach.state == BreachState.OPEN)
    for breach in opened:
        breach_acknowledge(breach=breach, actor=actor, now=now)
    return len(opened)


@transaction.atomic
def breaches_settle(
    *,
    breaches: Iterable[Breach],
    cause: str,
    explanation: str,
    outcome: str,
    actor: User | None,
    now: datetime,
) -> int:
    """Take every unclosed breach through the steps that are left, with one cause, explanation and outcome.

    Each step is recorded as if it had been taken alone. Returns how many were closed. Raises Denied, ValidationError
    or Refused, with nothing done, where one of them refuses.
    """
    unclosed = _in_order(breach for breach in breaches if breach.state in UNCLOSED)
    for found in unclosed:
        breach = found
        if breach.state == BreachState.OPEN:
            breach = breach_acknowledge(breach=breach, actor=actor, now=now)
        breach = breach_explain(breach=breach, cause=cause, explanation=explanation, actor=actor, now=now)
        breach_close(breach=breach, outcome=outcome, actor=actor, now=now)
    return len(unclosed)


def _in_order(breaches: Iterable[Breach]) -> list[Breach]:
    """Return the breaches in the order of their keys, in which all who lock several of them lock them."""
    return sorted(breaches, key=lambda breach: breach.pk)
