"""Reminders of a turn that is nearly over, and escalation of one that is overdue."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse

from agreements.models import BOTH, Negotiation, Side, Version, VersionState
from agreements.services.news import signers_of
from slmo.accounts.models import Organisation, Role, User
from slmo.notify.services import message_enqueue

ABOVE = 6  # the level that oversees the whole catalogue: who hears of what the negotiators left lying


class Step(NamedTuple):
    """What is told when: `after` the end of the turn (before it where negative), as which kind of news."""

    after: timedelta
    kind: str
    escalates: bool = False


# The latest step that is reached is told, once; earlier ones that were missed, when the portal stood still, are not.
STEPS: tuple[Step, ...] = (
    Step(timedelta(days=-2), "turn_due"),
    Step(timedelta(0), "turn_overdue"),
    Step(timedelta(days=3), "turn_overdue"),
    Step(timedelta(days=7), "turn_escalated", escalates=True),
)


def turns_reached(now: datetime) -> list[int]:
    """Return the keys of the open negotiations whose turn has reached a step."""
    soon = now - STEPS[0].after
    rows = Negotiation.objects.filter(closed_at__isnull=True, turn_until__lte=soon).exclude(turn="")
    return list(rows.order_by("turn_until", "pk").values_list("pk", flat=True))


def turn_remind(*, negotiation_id: int, now: datetime) -> bool:
    """Tell of one turn what its latest step says; return whether it is news.

    May run twice: the step of this turn names the message, which exists once.
    """
    rows = Negotiation.objects.select_related("agreement__provider", "agreement__customer")
    negotiation = rows.filter(pk=negotiation_id, closed_at__isnull=True, turn_until__isnull=False).first()
    version = _version(negotiation) if negotiation is not None and negotiation.turn else None
    place = step_reached(negotiation.turn_until, now) if negotiation is not None and negotiation.turn_until else None
    if negotiation is None or version is None or place is None:
        return False
    late = sides_late(negotiation)
    message = message_enqueue(
        kind=STEPS[place].kind,
        recipients=_recipients(negotiation, late, STEPS[place]),
        context={
            "agreement": negotiation.agreement.title,
            "version": str(version.number),
            "organisation": " · ".join(one.name for one in late),
            "until_at": negotiation.turn_until,
        },
        subject_type="agreements.version",
        subject_id=version.pk,
        url=reverse("version", args=[negotiation.agreement.slug, version.number]),
        dedupe_key=f"turn:{negotiation.pk}:{negotiation.turn_since:%Y-%m-%dT%H:%M:%S.%f}:{place}",
        now=now,
    )
    return message.created_at == now


def step_reached(until: datetime, now: datetime) -> int | None:
    """Return the place of the latest step of a turn that ends or ended at `until`; None before the first."""
    reached = [place for place, step in enumerate(STEPS) if now >= until + step.after]
    return max(reached, default=None)


def sides_late(negotiation: Negotiation) -> list[Organisation]:
    """Return the organisations whose move it is."""
    sides: Sequence[str] = Side.values if negotiation.turn == BOTH else [negotiation.turn]
    return [negotiation.agreement.organisation_of(side) for side in sides]


def _recipients(negotiation: Negotiation, late: Sequence[Organisation], step: Step) -> Iterable[User]:
    """Return who hears of a step: the side's negotiators; of an escalation those above them and who waits, too."""
    told: QuerySet[User] = signers_of(*late)
    if not step.escalates:
        return told
    parties = (negotiation.agreement.provider, negotiation.agreement.customer)
    above = Q(assignments__level__gte=ABOVE) | Q(assignments__role=Role.CUSTOMER)
    overseers = User.objects.filter(above, assignments__organisation__in=late, is_active=True)
    return User.objects.filter(Q(pk__in=overseers.values("pk")) | Q(pk__in=signers_of(*parties).values("pk")))


def _version(negotiation: Negotiation) -> Version | None:
    """Return the version that lies on the table."""
    still = [VersionState.DRAFT, VersionState.PROPOSED]
    return negotiation.versions.filter(state__in=still).order_by("-number").first()
