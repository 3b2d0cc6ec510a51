"""Who is told of a breach, and what."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from django.db.models import Q
from django.utils import translation

from agreements.models import Agreement
from monitoring.figures.numbers import target_text
from monitoring.models import Breach
from slmo.accounts.models import Organisation, Role, User
from slmo.core.units import truncate
from slmo.notify.services import message_enqueue

STAFF_LEVEL = 3  # from this level on people watch performance and warn others (SFIA SLMO 3)


def breach_news(breach: Breach, kind: str, now: datetime, actor: User | None = None) -> None:
    """Tell whom the step concerns, but for the actor; a breach of a period long past alerts nobody."""
    if breach.historic:
        return
    told = [user for user in recipients(breach, kind) if actor is None or user.pk != actor.pk]
    agreement = breach.objective.agreement
    context = {"service": str(agreement.service), "agreement": str(agreement), "objective": breach.objective.name}
    message_enqueue(
        kind=kind,
        recipients=told,
        context={**context, **_details(breach, kind, now, actor)},
        subject_type="monitoring.breach",
        subject_id=breach.pk,
        url=f"/operations/breaches/{breach.pk}/",
        dedupe_key=f"breach:{breach.pk}:{kind}:{now.isoformat()}",
        now=now,
    )


def recipients(breach: Breach, kind: str) -> list[User]:
    """Return the active people whom news of a breach concerns: carriers when it opens, customers when it closes."""
    agreement = breach.objective.agreement
    concerned = customers_of(agreement) if kind == "breach_closed" else staff_of(agreement)
    owners = [person.pk for person in (breach.owner, agreement.service.owner) if person]
    return list(User.objects.filter(Q(pk__in=concerned) | Q(pk__in=owners), is_active=True).order_by("pk"))


def staff_of(agreement: Agreement) -> Iterable[int]:
    """Return the provider's people who watch performance, on whichever side of the agreement it sits."""
    parties = [one.pk for one in (agreement.provider, agreement.customer) if one.kind == Organisation.Kind.PROVIDER]
    staff = User.objects.filter(
        assignments__organisation__in=parties, assignments__role=Role.LEVEL, assignments__level__gte=STAFF_LEVEL
    )
    return staff.values_list("pk", flat=True)


def customers_of(agreement: Agreement) -> Iterable[int]:
    """Return the people of the customer; nobody where the provider itself is the customer of a supplier."""
    if agreement.customer.kind != Organisation.Kind.CUSTOMER:
        return []
    return User.objects.filter(assignments__organisation=agreement.customer_id).values_list("pk", flat=True)


def percent(share: str) -> str:
    """Return a stored share such as `0.998950000` as `99.89 %`, cut off and not rounded."""
    return f"{truncate(Fraction(share) * 100, 2)} %" if share else ""


def _details(breach: Breach, kind: str, now: datetime, actor: User | None) -> dict[str, str | datetime]:
    """Return what the letter of one kind says besides the names."""
    if kind == "breach_opened":
        with translation.override("en"):  # letters say it in each reader's language
            target = target_text(breach.result.target)
        return {"target": target, "achieved": percent(breach.result.achieved), "opened_at": now}
    if kind == "breach_acknowledged":
        return {"person": str(actor or "SLMO"), "acknowledged_at": now}
    return {"closed_at": now}
