"""Who is told of corrections and exclusions, and what."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from monitoring.models import Proposal
from slmo.accounts.models import User
from slmo.notify.services import message_enqueue


def asked_news(proposal: Proposal, service: str, people: Iterable[User], now: datetime) -> None:
    """Ask those who may decide, but for whoever proposed."""
    told = [person for person in people if person.pk != proposal.proposed_by_id]
    _enqueue(proposal, "approval_asked", told, _context(proposal, service, proposal.proposed_by), now)


def decided_news(proposal: Proposal, service: str, people: Iterable[User | None], now: datetime) -> None:
    """Tell whoever proposed, and whoever owns the service, how it was decided."""
    told = {person.pk: person for person in (proposal.proposed_by, *people) if person}
    person = getattr(proposal, "revoked_by", None) or proposal.decided_by
    told.pop(person.pk if person else 0, None)
    context = _context(proposal, service, person) | {"state": str(proposal.state)}
    _enqueue(proposal, "approval_given", told.values(), context, now)


def excluded_news(proposal: Proposal, service: str, people: Iterable[User], now: datetime) -> None:
    """Tell the customers' people that some time does not count."""
    person = getattr(proposal, "revoked_by", None) or proposal.decided_by
    context = _context(proposal, service, person) | {"state": str(proposal.state)}
    _enqueue(proposal, "time_excluded", people, context, now)


def proposal_url(proposal: Proposal) -> str:
    """Return the address of a proposal's page."""
    return reverse(_what(proposal), args=[proposal.pk])


def _what(proposal: Proposal) -> str:
    """Return the kind of a proposal as a code: correction or exclusion."""
    return str(proposal._meta.model_name)


def _context(proposal: Proposal, service: str, person: User | None) -> dict[str, Any]:
    """Return what all letters about a proposal say."""
    return {
        "what": _what(proposal),
        "service": service,
        "from_at": proposal.start,
        "until_at": proposal.end,
        "person": str(person or "SLMO"),
        "reason": proposal.reason,
    }


def _enqueue(proposal: Proposal, kind: str, people: Iterable[User], context: dict[str, Any], now: datetime) -> None:
    """Put one piece of news into the outbox."""
    message_enqueue(
        kind=kind,
        recipients=people,
        context=context,
        subject_type=proposal._meta.label_lower,
        subject_id=proposal.pk,
        url=proposal_url(proposal),
        dedupe_key=f"{_what(proposal)}:{proposal.pk}:{kind}:{proposal.state}",
        now=now,
    )
