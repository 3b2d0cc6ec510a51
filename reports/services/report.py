"""Verbs of month reports: compile a draft, write its letter, publish it once and for all."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.errors import Conflict, Refused
from monitoring.models import PeriodResult, ResultState
from reports.content import report_content
from reports.models import Report, ReportState
from reports.months import month_add, month_text
from reports.restated import is_outdated, restates_content
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.audit.canonical import canonical_json
from slmo.audit.services import record
from slmo.notify.services import message_enqueue

LETTER_MOST = 20_000  # characters; some ten printed pages


def report_digest(content: Mapping[str, Any], letter: str) -> str:
    """Return the SHA-256, in hex, over the canonical text of a report's figures and letter."""
    return hashlib.sha256(canonical_json({"content": content, "letter": letter}).encode()).hexdigest()


def report_intact(report: Report) -> bool:
    """Tell whether a published report still is what was published."""
    return report.digest == report_digest(report.content, report.letter)


@transaction.atomic
def report_compile(
    *, month: date, provider: Organisation, customer: Organisation | None, actor: User | None, now: datetime
) -> Report:
    """Write the figures of one month into the draft for one customer, or for the whole catalogue without one.

    A draft that is already there takes the present figures and keeps its letter. Where the report is published and
    figures of it were restated since, the draft is its next issue. `actor` None is the system itself.
    Raises Denied, and Refused where the month has not ended or the published report still holds.
    """
    _require(actor, "report_publish", provider)
    if now < _month_over(month, provider):
        raise Refused(_("This month has not ended yet: there is nothing to report before it has."))
    number = _issue_next(month, provider, customer)
    fields = {"month": month, "provider": provider, "customer": customer, "number": number}
    report, created = Report.objects.get_or_create(**fields, defaults={"created_at": now})
    report = _locked(report)
    _refuse_published(report)
    content = _content(report)
    if created or content != report.content:
        report.content, report.created_at = content, now
        report.digest = report_digest(content, report.letter)
        report.save(update_fields=["content", "created_at", "digest"])
        _record(report, "report_compile", actor, now)
    return report


@transaction.atomic
def report_write(*, report: Report, letter: str, actor: User | None, now: datetime) -> Report:
    """Put the covering letter into a draft.

    Raises Denied, and Refused where the report is published or the letter longer than `LETTER_MOST` characters.
    """
    report = _locked(report)
    _require(actor, "report_publish", report.provider)
    _refuse_published(report)
    if len(letter) > LETTER_MOST:
        raise Refused(_("The letter is too long: at most %(most)d characters.") % {"most": LETTER_MOST})
    if letter != report.letter:
        before, report.letter = report.letter, letter
        report.digest = report_digest(report.content, letter)
        report.save(update_fields=["letter", "digest"])
        _record(report, "report_write", actor, now, before={"letter": before}, after={"letter": letter})
    return report


@transaction.atomic
def report_publish(*, report: Report, digest: str = "", actor: User | None, now: datetime) -> Report:
    """Freeze a report with its digest, close the results that it shows, and tell the customer's people.

    `digest` is that of the draft which the publisher has read (without it, that of the `report` handed in): figures
    that have moved since then are not published unseen. Raises Denied, Refused where it is published already, and
    Conflict where the draft is another one by now.
    """
    read, report = digest or report.digest, _locked(report)
    _require(actor, "report_publish", report.provider)
    _refuse_published(report)
    results = list(PeriodResult.objects.select_for_update().filter(pk__in=results_closed_by(report)))
    content = _content(report)
    if read != report_digest(content, report.letter):
        raise Conflict(
            _("The figures or the letter have changed since you read this draft. Compile it again, and read it.")
        )
    report.content, report.digest = content, read
    report.state, report.published_at, report.published_by = ReportState.PUBLISHED, now, actor
    report.save(update_fields=["content", "digest", "state", "published_at", "published_by"])
    _close(results, now)
    _record(report, "report_publish", actor, now, after={"digest": read, "results": sorted(r.pk for r in results)})
    _tell(report, now)
    return report


def _issue_next(month: date, provider: Organisation, customer: Organisation | None) -> int:
    """Return the number of the draft to write: the latest issue's, or the next where restated figures outdate that."""
    issues = Report.objects.filter(month=month, provider=provider, customer=customer)
    latest = issues.order_by("-number").first()
    if latest is None:
        return 1
    return latest.number + (latest.state == ReportState.PUBLISHED and is_outdated(latest))


def _content(report: Report) -> dict[str, Any]:
    """Return everything that a report shows; for a restated one with what differs from the issue before it."""
    content = report_content(month=report.month, provider=report.provider, customer=report.customer)
    return content | restates_content(report, content)


def results_closed_by(report: Report) -> list[int]:
    """Return the results that publishing freezes: the customer's; for the whole catalogue those of the suppliers.

    What was promised to a customer is frozen by that customer's own report, never behind its back.
    """
    entries = report.content.get("objectives", ())
    if report.customer_id is None:
        entries = [entry for entry in entries if entry["received"]]
    return [entry["result"] for entry in entries]


def _require(actor: User | None, action: str, provider: Organisation) -> None:
    """Ask the table of actions, unless the system itself acts."""
    if actor is not None:
        require(actor, action, provider)


def _locked(report: Report) -> Report:
    """Return the report's row, held until the transaction ends."""
    rows = Report.objects.select_for_update(of=("self",)).select_related("provider", "customer")
    return rows.get(pk=report.pk)


def _refuse_published(report: Report) -> None:
    """Raise Refused for a report that is out: it is never edited, only restated."""
    if report.state == ReportState.PUBLISHED:
        raise Refused(_("This report is published: it never changes."))


def _month_over(month: date, provider: Organisation) -> datetime:
    """Return the instant at which the month has ended in the provider's zone."""
    return datetime.combine(month_add(month, 1), datetime.min.time(), ZoneInfo(provider.timezone))


def _close(results: list[PeriodResult], now: datetime) -> None:
    """Freeze the results that are still provisional."""
    open_still = [result for result in results if result.state != ResultState.CLOSED]
    for result in open_still:
        result.state, result.closed_at = ResultState.CLOSED, now
    PeriodResult.objects.bulk_update(open_still, ["state", "closed_at"])


def _record(
    report: Report,
    action: str,
    actor: User | None,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write the audit entry of one verb."""
    parties = [party for party in (report.provider, report.customer) if party]
    after = after if after is not None else {"digest": report.digest}
    record(actor=actor, action=action, subject=report, before=before, after=after, organisations=parties, now=now)


def _tell(report: Report, now: datetime) -> None:
    """Tell the people of the report's reader; the catalogue's own report is the provider's affair."""
    reader = report.customer or report.provider
    message_enqueue(
        kind="report_published",
        recipients=User.objects.filter(assignments__organisation=reader, is_active=True).distinct(),
        context={"report": str(report), "organisation": str(report.provider), "month": report.month},
        subject_type="reports.report",
        subject_id=report.pk,
        url=report_url(report),
        dedupe_key=f"report:{report.pk}:published",
        now=now,
    )


def report_url(report: Report) -> str:
    """Return the address of a report: month, provider and customer in words."""
    reader = report.customer.slug if report.customer else "all"
    return reverse("report", args=[report.month, report.provider.slug, reader])


def report_name(report: Report) -> str:
    """Return what a report is called in lists: `2023-04 · Retail`."""
    return f"{month_text(report.month)} · {report.customer or report.provider}"
