"""What lists say about services and agreements, each with one query whatever their number."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Least

from agreements.models import Agreement, Negotiation, Round, Service, Version, VersionState
from agreements.selectors import agreements_visible, dependencies_visible, services_visible, shown_to
from slmo.accounts.models import User
from slmo.accounts.selectors import organisation_ids_of


def services_listed(user: User | AnonymousUser) -> QuerySet[Service]:
    """Return the visible services with `agreed` and `needed`: their visible agreements and dependants, counted."""
    agreed = agreements_visible(user).filter(service=OuterRef("pk"))
    needed = dependencies_visible(user).filter(needs=OuterRef("pk"))
    return services_visible(user).annotate(agreed=_counted(agreed, "service"), needed=_counted(needed, "needs"))


def agreements_listed(user: User | AnonymousUser, now: datetime) -> QuerySet[Agreement]:
    """Return the visible agreements with what a list says about each.

    `today`: the date in the agreement's zone. `force_number`, `force_from`, `force_until`: of the version signed last
    among those that have begun; where its term is extended by itself, or the agreement is ended, `force_until` is the
    end that was signed. `force_last`: its last day. `term_until`: the end of its own term, `renewed_by`: how that is
    extended, as its document says. `ended_from`: when the agreement ends or ended. `standing`: in_force, signed
    (begins later), proposed, draft, expired, terminated or withdrawn. `open`: whether a proposal waits. `turn`: whose
    move it is, `turn_since` and `turn_until`, in which version, and which clauses the last round changed.
    """
    everything = Version.objects.filter(agreement=OuterRef("pk"), state=VersionState.SIGNED)
    signed = everything.exclude(document__spec__has_key="ended")
    endings = everything.filter(document__spec__has_key="ended").order_by("effective_from")
    begun = signed.filter(effective_from__lte=OuterRef("today")).order_by("-effective_from")
    renewed = begun.annotate(renewed=KT("document__spec__renewal__automatic"))
    shown = Version.objects.filter(shown_to(organisation_ids_of(user)), agreement=OuterRef("pk"))
    today = Cast(Func(F("timezone"), Value(now), function="timezone"), DateField())
    return (
        agreements_visible(user)
        .annotate(today=today)
        .annotate(
            force_number=Subquery(begun.values("number")[:1]),
            force_from=Subquery(begun.values("effective_from")[:1]),
            term_until=Subquery(begun.values("effective_until")[:1]),
            renewed_by=Subquery(renewed.values("renewed")[:1], output_field=CharField()),
            ended_from=Subquery(endings.values("effective_from")[:1]),
            begins=Exists(signed.filter(effective_from__gt=OuterRef("today"))),
            open=Exists(shown.filter(state=VersionState.PROPOSED)),
            drafted=Exists(shown.filter(state=VersionState.DRAFT)),
            **_turns(user),
        )
        .annotate(force_until=_until())
        .annotate(standing=_standing(), force_last=Cast(_day_before("force_until"), DateField()))
    )


def _turns(user: User | AnonymousUser) -> dict[str, Subquery]:
    """Return the expressions for whose move it is in the negotiation that has waited longest, as far as it is known."""
    known = shown_to(organisation_ids_of(user))
    shown = Version.objects.filter(known, negotiation=OuterRef("pk"))
    moving = Negotiation.objects.filter(Exists(shown), agreement=OuterRef("pk"), closed_at__isnull=True)
    first = moving.order_by("turn_since")
    still = [VersionState.DRAFT, VersionState.PROPOSED]
    working = Version.objects.filter(known, agreement=OuterRef("pk"), state__in=still).order_by("-number")
    last = Round.objects.filter(negotiation__agreement=OuterRef("pk"), negotiation__closed_at__isnull=True)
    return {
        "turn": Subquery(first.values("turn")[:1]),
        "turn_since": Subquery(first.values("turn_since")[:1]),
        "turn_until": Subquery(first.values("turn_until")[:1]),
        "turn_version": Subquery(working.values("number")[:1]),
        "turn_changed": Subquery(last.order_by("-at").values("changed")[:1]),
    }


def _day_before(name: str) -> ExpressionWrapper:
    """Return the expression for the midnight a day before a date."""
    return ExpressionWrapper(F(name) - Value(timedelta(days=1)), output_field=DateTimeField())


def _until() -> Least:
    """Return the expression for the end that is certain: of the agreement, or of a term that is not extended."""
    extended = Q(renewed_by__isnull=False) & ~Q(renewed_by="none")
    own = Case(When(extended, then=Value(None)), default=F("term_until"), output_field=DateField())
    return Least(own, F("ended_from"))  # the earlier one; PostgreSQL passes over what is not there


def _standing() -> Case:
    """Return the expression that names where an agreement stands."""
    running = Q(force_from__isnull=False) & (Q(force_until__isnull=True) | Q(force_until__gt=F("today")))
    return Case(
        When(running, then=Value("in_force")),
        When(ended_from__lte=F("today"), then=Value("terminated")),
        When(begins=True, then=Value("signed")),
        When(open=True, then=Value("proposed")),
        When(drafted=True, then=Value("draft")),
        When(force_from__isnull=False, then=Value("expired")),
        default=Value("withdrawn"),
        output_field=CharField(),
    )


def _counted(rows: QuerySet[Any], field: str) -> Coalesce:
    """Return an expression that counts the rows of a subquery; 0 where there are none."""
    counted = rows.order_by().values(field).annotate(counted=Count("pk")).values("counted")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
