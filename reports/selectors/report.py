"""Which reports a person may know of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from agreements.selectors import objectives_visible
from monitoring.models import PeriodResult
from reports.models import Report, ReportState
from reports.selectors.counts import Counts, local_month
from reports.selectors.matrix import ended_month
from slmo.accounts.models import Organisation, User
from slmo.accounts.selectors import organisation_ids_of

FINAL = ("met", "breached", "indeterminate", "no_data")


def reports_visible(user: User) -> QuerySet[Report]:
    """Return the reports that the person may read: a provider's own, and those published to a customer's people."""
    own = organisation_ids_of(user)
    shown = Q(provider__in=own) | Q(customer__in=own, state=ReportState.PUBLISHED)
    return Report.objects.filter(shown).select_related("provider", "customer", "published_by")


def report_get(user: User, month: date, provider: str, customer: str, issue: int | None = None) -> Report:
    """Return an issue of a report (default: the latest) by its address; `customer` is a short name, or `all`.

    Raises Report.DoesNotExist where there is none, or none that the person may know of.
    """
    reader = Q(customer__isnull=True) if customer == "all" else Q(customer__slug=customer)
    issues = reports_visible(user).filter(reader, month=month, provider__slug=provider).order_by("-number")
    found = issues.first() if issue is None else issues.filter(number=issue).first()
    if found is None:
        raise Report.DoesNotExist(f"{month} {provider} {customer}")
    return found


def issues_of(user: User, report: Report) -> list[Report]:
    """Return the other issues of a report that the person may read, the latest first."""
    same = {"month": report.month, "provider": report.provider_id, "customer": report.customer_id}
    return list(reports_visible(user).filter(**same).exclude(pk=report.pk).order_by("-number"))


@dataclass
class Month:
    """One month of a provider: what was judged in it, and the reports about it."""

    month: date
    counts: Counts = field(default_factory=Counts)
    reports: list[Report] = field(default_factory=list)

    @property
    def published(self) -> int:
        """Return how many reports are out."""
        return sum(report.state == ReportState.PUBLISHED for report in self.reports)


def months_of(user: User, now: datetime) -> list[Month]:
    """Return the months that have ended with results or reports, latest first; three reads."""
    found: dict[date, Month] = {}
    for month, verdict, count in _verdicts(user, now):
        found.setdefault(month, Month(month)).counts.add(verdict, count)
    for report in reports_visible(user).order_by("month", "customer__name"):
        found.setdefault(report.month, Month(report.month)).reports.append(report)
    return [found[month] for month in sorted(found, reverse=True)]


def providers_of(user: User) -> list[Organisation]:
    """Return the providers for whose people the person writes reports."""
    return list(Organisation.objects.filter(pk__in=organisation_ids_of(user), kind=Organisation.Kind.PROVIDER))


def customers_of(provider: Organisation) -> QuerySet[Organisation]:
    """Return the organisations to which the provider has promised something."""
    return Organisation.objects.filter(agreements_received__provider=provider).distinct().order_by("name")


def results_due(provider: Organisation, since: datetime, now: datetime) -> Iterable[tuple[date, int]]:
    """Return the months and customers with results that ended in `[since, now)`, for compiling their reports."""
    rows = (
        PeriodResult.objects.filter(objective__agreement__provider=provider, current=True, verdict__in=FINAL)
        .filter(end__gt=since, end__lte=now)
        .annotate(month=ended_month())
        .order_by("month", "objective__agreement__customer_id")
    )
    return rows.values_list("month", "objective__agreement__customer_id").distinct()


def _verdicts(user: User, now: datetime) -> Iterable[tuple[date, str, int]]:
    """Yield how many periods ended in each month with each verdict, one instant of ending at a time."""
    rows = PeriodResult.objects.filter(current=True, end__lte=now, verdict__in=FINAL)
    rows = rows.filter(objective__in=objectives_visible(user).order_by().values("pk")).order_by()
    counted = rows.values_list("end", "objective__agreement__timezone", "verdict").annotate(n=Count("pk"))
    for end, zone, verdict, count in counted:
        yield local_month(end, zone), verdict, count
