"""Scoped reads of reviews and improvements, and of what a review looks at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Version, VersionState
from agreements.ruling import renewal_months
from agreements.selectors import agreements_visible, services_visible
from governance.models import Improvement, ImprovementState, Review, ReviewState
from monitoring.models import Breach, PeriodResult
from reports.models import Report, ReportState
from slmo.accounts.models import Organisation, Role, User
from slmo.core.lifecycle import term_at

UNFINISHED = (ImprovementState.PROPOSED, ImprovementState.STARTED)
UNCONCLUDED = (ReviewState.PLANNED, ReviewState.HELD)


def is_staff_of_provider(user: User) -> bool:
    """Tell whether the person works for the organisation that runs this portal."""
    return any(held.kind == Organisation.Kind.PROVIDER and held.role == Role.LEVEL for held in user.held)


def reviews_visible(user: User) -> QuerySet[Review]:
    """Return the reviews of every agreement that the person may see."""
    reviews = Review.objects.filter(agreement__in=agreements_visible(user))
    return reviews.select_related(
        "agreement__service", "agreement__provider", "agreement__customer", "draft", "concluded_by"
    )


def review_get(user: User, pk: int) -> Review:
    """Return one review; raise Review.DoesNotExist where the person may not know of it."""
    return reviews_visible(user).get(pk=pk)


def improvements_visible(user: User) -> QuerySet[Improvement]:
    """Return the improvements that the person may see.

    The provider's people see those of every service they see; a counterparty sees what was born of its own reviews
    and breaches, never what another customer's breach led to.
    """
    rows = Improvement.objects.select_related(
        "service__organisation", "owner", "breach__objective__agreement", "review"
    )
    if is_staff_of_provider(user):
        return rows.filter(service__in=services_visible(user))
    own = agreements_visible(user)
    return rows.filter(Q(review__agreement__in=own) | Q(breach__objective__agreement__in=own))


def improvement_get(user: User, pk: int) -> Improvement:
    """Return one improvement; raise Improvement.DoesNotExist where the person may not know of it."""
    return improvements_visible(user).get(pk=pk)


@dataclass(frozen=True)
class DeliveredRow:
    """What one objective delivered over the months of a review."""

    objective_id: int
    name: str
    results: Sequence[PeriodResult]

    def _count(self, *verdicts: str) -> int:
        """Return the number of periods with one of these verdicts."""
        return sum(result.verdict in verdicts for result in self.results)

    @property
    def judged(self) -> int:
        """Return the number of closed or running periods that carry a judgement."""
        return self._count("met", "breached", "on_track", "at_risk")

    @property
    def missed(self) -> int:
        """Return the number of periods that missed their target."""
        return self._count("breached")

    @property
    def unclear(self) -> int:
        """Return the number of periods that could not be judged for want of facts."""
        return self._count("indeterminate", "no_data")

    @property
    def worst(self) -> PeriodResult | None:
        """Return the period with the lowest achieved figure, or None where none was judged."""
        figures = [result for result in self.results if result.achieved]
        return min(figures, key=lambda result: Decimal(result.achieved), default=None)

    @property
    def credit(self) -> Decimal:
        """Return the sum of the estimated credits, in the agreement's currency."""
        return sum((result.credit_amount or Decimal(0) for result in self.results), Decimal(0))


def span_of(review: Review) -> tuple[datetime, datetime]:
    """Return the instants between which the review looks: local midnights in the agreement's zone."""
    zone = ZoneInfo(review.agreement.timezone)
    return (
        datetime.combine(review.covers_from, time(), zone),
        datetime.combine(review.covers_until, time(), zone),
    )


def delivered(review: Review) -> list[DeliveredRow]:
    """Return, for each objective of the agreement, the current results of the periods that begin in the span."""
    start, end = span_of(review)
    results = PeriodResult.objects.filter(
        objective__agreement=review.agreement_id, current=True, start__gte=start, start__lt=end
    ).order_by("start")
    by_objective: dict[int, list[PeriodResult]] = {}
    for result in results:
        by_objective.setdefault(result.objective_id, []).append(result)
    objectives = review.agreement.objectives.order_by("position", "name")
    return [DeliveredRow(objective.pk, objective.name, by_objective.get(objective.pk, [])) for objective in objectives]


def breaches_covered(review: Review) -> QuerySet[Breach]:
    """Return the breaches of the agreement whose periods begin in the span, oldest first."""
    start, end = span_of(review)
    rows = Breach.objects.filter(
        objective__agreement=review.agreement_id, period_start__gte=start, period_start__lt=end
    ).exclude(state="withdrawn")
    return rows.select_related("objective", "result").order_by("period_start")


def reports_covered(review: Review, *, published_only: bool) -> QuerySet[Report]:
    """Return the month reports between the two parties for the months of the span, oldest first."""
    rows = Report.objects.filter(
        provider=review.agreement.provider_id,
        customer=review.agreement.customer_id,
        month__gte=review.covers_from.replace(day=1),
        month__lt=review.covers_until,
    )
    if published_only:
        rows = rows.filter(state=ReportState.PUBLISHED)
    return rows.order_by("month", "number")


@dataclass(frozen=True)
class Event:
    """One thing on the horizon."""

    day: date
    icon: str
    what: str | Promise
    subject: str
    url: str


def horizon(user: User, start: date, end: date) -> list[Event]:
    """Return what happens in `[start, end)` to what the person may see, in order of days; four queries."""
    agreements = agreements_visible(user)
    events = [*_reviews_in(user, start, end), *_terms_in(agreements, start, end), *_improvements_in(user, start, end)]
    return sorted(events, key=lambda event: (event.day, event.subject))


def _reviews_in(user: User, start: date, end: date) -> Iterable[Event]:
    """Yield the reviews that take place in the span."""
    rows = reviews_visible(user).filter(state__in=UNCONCLUDED, due_at__date__gte=start, due_at__date__lt=end)
    for review in rows:
        url = reverse("review", args=[review.pk])
        yield Event(review.due_at.date(), "calendar-event", _("Review"), review.agreement.title, url)


def _terms_in(agreements: QuerySet[Agreement], start: date, end: date) -> Iterable[Event]:
    """Yield the signed terms that begin, are extended or end in the span; an end that a later version takes up is none.

    Agreements that are ended have their end at the date of the version that ends them.
    """
    signed = Version.objects.filter(agreement__in=agreements, state=VersionState.SIGNED).select_related("agreement")
    ends: dict[int, Version] = {}
    extended = Q(document__spec__has_any_keys=["renewal", "ended"])
    for version in signed.filter(Q(effective_from__gte=start) | Q(effective_until__gte=start) | extended):
        if start <= version.effective_from < end and not version.is_ending:
            url = reverse("version", args=[version.agreement.slug, version.number])
            label = _("New terms take effect")
            yield Event(version.effective_from, "file-check", label, version.agreement.title, url)
        known = ends.get(version.agreement_id)
        if known is None or known.effective_from < version.effective_from:
            ends[version.agreement_id] = version
    for version in ends.values():
        url = reverse("agreement", args=[version.agreement.slug])
        until = _until(version, start)
        if until is None or not start <= until < end:
            continue
        if renewal_months(version.document["spec"]):
            yield Event(until, "repeat", _("The term is extended by itself"), version.agreement.title, url)
        else:
            yield Event(until, "calendar-off", _("The agreement ends"), version.agreement.title, url)


def _until(version: Version, on: date) -> date | None:
    """Return where the term that a version has on a date ends, or where a version ends its agreement."""
    if version.is_ending:
        return version.effective_from
    months = renewal_months(version.document["spec"])
    return term_at(version.effective_from, version.effective_until, months, on).end


def _improvements_in(user: User, start: date, end: date) -> Iterable[Event]:
    """Yield the unfinished improvements that are due in the span."""
    rows = improvements_visible(user).filter(state__in=UNFINISHED, due_on__gte=start, due_on__lt=end).distinct()
    for row in rows:
        url = reverse("improvement_entry", args=[row.pk])
        yield Event(row.due_on or end, "trending-up", _("Improvement due"), row.title, url)
