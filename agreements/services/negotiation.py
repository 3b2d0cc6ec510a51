"""The negotiation around the versions: whose turn it is, until when, and the rounds that were on the table.

Nothing here decides who may act: the verbs of versions, positions and comments do, and tell the negotiation.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import BOTH, Agreement, Negotiation, Round, RoundKind, Side, Version, VersionState
from agreements.services.document_clauses import clauses_changed, digests_of
from slmo.accounts.models import User

TURN_DAYS = 7  # days that a side has for its move unless the proposal says otherwise
TURN_DAYS_MOST = 366


def side_other(side: str) -> str:
    """Return the side across the table."""
    return str(Side.CUSTOMER if side == Side.PROVIDER else Side.PROVIDER)


def turn_end(agreement: Agreement, now: datetime, days: int = TURN_DAYS) -> datetime:
    """Return the end of a turn that begins now: the last second of the day, in the agreement's zone."""
    today = now.astimezone(ZoneInfo(agreement.timezone)).date()
    return turn_end_on(agreement, today + timedelta(days=days))


def turn_end_on(agreement: Agreement, day: date) -> datetime:
    """Return the last second of a day in the agreement's zone."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(agreement.timezone))


def turn_end_check(agreement: Agreement, until: datetime | None, now: datetime) -> datetime:
    """Return the end of a turn as asked for, or the usual one; raises Refused for one that is past or far away."""
    if until is None:
        return turn_end(agreement, now)
    if not now < until <= now + timedelta(days=TURN_DAYS_MOST):
        raise Refused(_("The other side must have until a later day than today, and at most a year."))
    return until


def negotiation_open(*, agreement: Agreement, side: str, now: datetime) -> Negotiation:
    """Open a negotiation in which it is the drafting side's turn; in the transaction of its first draft."""
    return Negotiation.objects.create(
        agreement=agreement, opened_at=now, opened_side=side, turn=side, turn_since=now, turn_until=None
    )


def negotiation_of(version: Version, now: datetime) -> Negotiation:
    """Return the negotiation of a version; one that was drafted without gets its own."""
    if version.negotiation is None:
        version.negotiation = negotiation_open(agreement=version.agreement, side=version.drafted_side, now=now)
        version.save(update_fields=["negotiation"])
    return version.negotiation


def turn_pass(negotiation: Negotiation, turn: str, until: datetime | None, now: datetime) -> None:
    """Make it a side's turn (or that of both), from now until then; what was closed is open again."""
    negotiation.turn, negotiation.turn_since, negotiation.turn_until = turn, now, until
    negotiation.closed_at = None
    negotiation.save(update_fields=["turn", "turn_since", "turn_until", "closed_at"])


def negotiation_close(negotiation: Negotiation, now: datetime) -> None:
    """End a negotiation: nobody has to move any more."""
    negotiation.turn, negotiation.turn_since, negotiation.turn_until = "", None, None
    negotiation.closed_at = now
    negotiation.save(update_fields=["turn", "turn_since", "turn_until", "closed_at"])


def negotiation_touch(negotiation: Negotiation, *sides: str) -> None:
    """Count a change that the people of these sides may see (of both where none is named)."""
    for side in sides or Side.values:
        field = f"{side}_changes"
        setattr(negotiation, field, getattr(negotiation, field) + 1)
    negotiation.save(update_fields=["provider_changes", "customer_changes"])


def negotiation_settle(version: Version, now: datetime) -> None:
    """After a version left the table unsigned: it is the turn of whoever has a draft left, else the end."""
    negotiation = negotiation_of(version, now)
    others = negotiation.versions.exclude(pk=version.pk)
    if others.filter(state=VersionState.PROPOSED).exists():
        return
    draft = others.filter(state=VersionState.DRAFT).order_by("-changed_at").first()
    if draft is None:
        negotiation_close(negotiation, now)
    else:
        turn_pass(negotiation, draft.drafted_side, None, now)


def round_open(*, version: Version, until: datetime, actor: User | None, now: datetime) -> Round:
    """Write down what is proposed as the next round, and pass the turn to the other side until then."""
    negotiation = negotiation_of(version, now)
    last = negotiation.rounds.order_by("-number").first()
    answered = negotiation.rounds.filter(version=version.answers_id).last() if version.answers_id else None
    digests = digests_of(version.document)
    before = answered.clauses if answered else digests_signed(version.base)
    made = Round.objects.create(
        negotiation=negotiation,
        number=last.number + 1 if last else 1,
        kind=RoundKind.COUNTER if version.answers_id else RoundKind.PROPOSAL,
        version=version,
        side=version.drafted_side,
        by=actor,
        by_name=str(actor) if actor else version.agreement.organisation_of(version.drafted_side).name,
        at=now,
        answer_until=until,
        answers=answered,
        digest=version.digest,
        note=version.note,
        clauses=digests,
        changed=clauses_changed(before, digests),
    )
    turn_pass(negotiation, side_other(version.drafted_side), until, now)
    return made


def turn_after_signature(version: Version, signed: set[str], now: datetime) -> None:
    """Pass the turn to the side whose signature is missing; with both there it is over."""
    negotiation = negotiation_of(version, now)
    missing = [side for side in Side.values if side not in signed]
    if not missing:
        negotiation_close(negotiation, now)
    elif negotiation.turn in (BOTH, *signed):
        turn_pass(negotiation, missing[0], turn_end(version.agreement, now), now)


def digests_signed(base: Version | None) -> dict[str, str]:
    """Return the digests of the clauses of a signed version; none where there is none, or it is not signed."""
    return digests_of(base.document) if base is not None and base.state == VersionState.SIGNED else {}
