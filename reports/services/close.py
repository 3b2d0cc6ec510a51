"""The end of a month: drafts of its reports, as soon as its facts are in and assessed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from monitoring.models import ObjectiveStatus, PeriodResult, Restatement, RestatementState, ResultState
from reports.models import Report
from reports.months import month_add
from reports.restated import reports_outdated
from reports.selectors.report import results_due
from reports.services.report import report_compile
from slmo.accounts.models import Organisation

LOOK_BACK = timedelta(days=62)  # two months: older ones are compiled when somebody asks for them
GRACE = timedelta(hours=1)  # sources that are read every few minutes have delivered by then


def periods_close(*, now: datetime) -> list[Report]:
    """Compile the drafts of months that ended lately and have none; return those that were written.

    A month whose facts are not yet wholly assessed is left for the next call. A published report with figures that
    were restated lately gets the draft of its next issue. May be called again at any time.
    """
    providers = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).order_by("pk")
    written = [report for provider in providers for report in _provider_close(provider, now)]
    return written + _restated_compile(now)


def _restated_compile(now: datetime) -> list[Report]:
    """Compile the drafts of reports whose published issue was outdated lately, by restated figures."""
    lately = Restatement.objects.filter(state=RestatementState.ISSUED, decided_at__gt=now - LOOK_BACK)
    return [
        report_compile(month=one.month, provider=one.provider, customer=one.customer, actor=None, now=now)
        for one in reports_outdated(lately.order_by("pk").values_list("before_id", flat=True))
    ]


def _provider_close(provider: Organisation, now: datetime) -> list[Report]:
    """Compile one provider's missing drafts: one for each customer, and one for the whole catalogue."""
    since, until = now - LOOK_BACK, now - GRACE
    wanted = {
        pair for month, customer in results_due(provider, since, until) for pair in ((month, customer), (month, None))
    }
    wanted -= set(Report.objects.filter(provider=provider).values_list("month", "customer_id"))
    customers = Organisation.objects.in_bulk({customer for _month, customer in wanted if customer})
    ready = {month: _complete(provider, month, until) for month in {month for month, _customer in wanted}}
    return [
        report_compile(month=month, provider=provider, customer=customers.get(customer), actor=None, now=now)
        for month, customer in sorted(wanted, key=lambda pair: (pair[0], pair[1] or 0))
        if ready[month]
    ]


def _complete(provider: Organisation, month: date, until: datetime) -> bool:
    """Tell whether the month is over, and nothing in it waits to be assessed."""
    over = datetime.combine(month_add(month, 1), datetime.min.time(), ZoneInfo(provider.timezone))
    if over > until:
        return False
    mine = Q(objective__agreement__provider=provider) | Q(objective__agreement__customer=provider)
    waiting = ObjectiveStatus.objects.filter(mine, due_from__lt=over)
    open_still = PeriodResult.objects.filter(
        mine, current=True, state=ResultState.PROVISIONAL, assessed_at__lt=F("end")
    )
    return not waiting.exists() and not open_still.filter(end__gt=over - LOOK_BACK, end__lte=over).exists()
