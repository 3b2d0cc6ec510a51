"""Month reports: the list, one month, one report, and what its writers do with it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reports.forms import LetterForm, PublishForm
from reports.models import Report, ReportState
from reports.reading import read_report
from reports.restated import restatements_since
from reports.restated_reading import restates_shown
from reports.selectors.report import customers_of, issues_of, months_of, providers_of, report_get
from reports.services.report import report_compile, report_intact, report_publish, report_url, report_write
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import Can, can
from slmo.web.pages import page


@login_required
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """List the months with what was judged in them, and their reports."""
    context = {"months": months_of(request.user, timezone.now()), "writes": bool(_desks(request.user, None))}
    return page(request, "reports/months.html", context)


@login_required
@require_safe
def month(request: HttpRequest, month: date) -> HttpResponse:
    """Show one month: the reports about it, and those that are still to be compiled."""
    found = next((one for one in months_of(request.user, timezone.now()) if one.month == month), None)
    desks = _desks(request.user, found.reports if found else [])
    if found is None and not desks:
        raise Http404
    context = {"month": month, "found": found, "desks": desks}
    return page(request, "reports/month.html", context)


@login_required
@require_safe
def report(request: HttpRequest, month: date, provider: str, customer: str) -> HttpResponse:
    """Show one report; a published one is drawn from its frozen content alone."""
    issue = request.GET.get("issue", "")
    number = int(issue) if issue.isascii() and issue.isdecimal() and len(issue) < 6 else None
    return _show(request, report_get(request.user, month, provider, customer, number))


@login_required
@require_POST
def compile_(request: HttpRequest, month: date, provider: str, customer: str) -> HttpResponse:
    """Write the present figures into the draft."""
    desk = next((one for one in _desks(request.user, None) if one.slug == provider), None)
    if desk is None:
        raise Organisation.DoesNotExist(provider)
    reader = None if customer == "all" else customers_of(desk).get(slug=customer)
    found = report_compile(month=month, provider=desk, customer=reader, actor=request.user, now=timezone.now())
    messages.success(request, _("The figures are up to date."))
    return redirect(report_url(found))


@login_required
@require_POST
def letter(request: HttpRequest, month: date, provider: str, customer: str) -> HttpResponse:
    """Keep the covering letter."""
    found = report_get(request.user, month, provider, customer)
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _show(request, found, letter_form=form, status=422)
    report_write(report=found, letter=form.cleaned_data["letter"], actor=request.user, now=timezone.now())
    messages.success(request, _("The letter is saved."))
    return redirect(report_url(found))


@login_required
@require_POST
def publish(request: HttpRequest, month: date, provider: str, customer: str) -> HttpResponse:
    """Publish the draft that was read."""
    found = report_get(request.user, month, provider, customer)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _show(request, found, publish_form=form, status=422)
    try:
        digest = form.cleaned_data["digest"]
        report_publish(report=found, digest=digest, actor=request.user, now=timezone.now())
    except ValidationError as error:
        form.add_error(None, error)
        return _show(request, found, publish_form=form, status=409)
    messages.success(request, _("The report is published."))
    return redirect(report_url(found))


def _show(request: HttpRequest, found: Report, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Return a report's page, with its desk where the reader may write it."""
    draft = found.state == ReportState.DRAFT
    writes = draft and Can(request.user, found.provider).report_publish
    context = {
        "report": found,
        "told": read_report(found),
        "draft": draft,
        "writes": writes,
        "intact": draft or report_intact(found),
        "issues": issues_of(request.user, found),
        "outdated": [] if draft else restatements_since(found),
        "restates": restates_shown(found),
        "restatable": Can(request.user, found.provider).report_publish and _newest(request.user, found),
        "letter_form": LetterForm(initial={"letter": found.letter}),
        "publish_form": PublishForm(initial={"digest": found.digest}),
        "customer_slug": found.customer.slug if found.customer else "all",
        **forms,
    }
    return page(request, "reports/report.html", context, status=status)


def _newest(user: User, found: Report) -> bool:
    """Tell whether a report has no later issue that the person knows of."""
    return all(one.number < found.number for one in issues_of(user, found))


def _desks(user: User, reports: list[Report] | None) -> list[Any]:
    """Return the providers whose reports the person writes; with `reports`, each with whom they lack."""
    providers = [provider for provider in providers_of(user) if can(user, "report_publish", provider)]
    if reports is None:
        return providers
    known = {(report.provider_id, report.customer_id) for report in reports}
    return [
        {
            "provider": provider,
            "missing": [one for one in customers_of(provider) if (provider.pk, one.pk) not in known],
            "catalogue_missing": (provider.pk, None) not in known,
        }
        for provider in providers
    ]
