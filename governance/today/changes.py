"""What changed since a person last looked: audit entries, said in words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q
from django.urls import reverse

from agreements.models import Agreement, Service, Version
from governance.selectors import is_staff_of_provider
from monitoring.models import Source
from reports.models import Report
from slmo.accounts.models import User
from slmo.audit.models import Entry
from slmo.audit.words import action_text

ENTRIES_MOST = 400  # read at once; a longer absence is answered by the audit log itself
LINES_MOST = 12
# What the portal does by itself is news only where it concerns what was promised; the rest is set-up.
DRAFTING = (
    "agreement_create",
    "report_compile",
    "report_write",
    "exclusion_propose",
    "exclusion_decline",
    "exclusion_withdraw",
    "restatement_decline",
    "result_differs",
)  # a side's own until it is shown
SYSTEM_NEWS = ("breach_open", "breach_reopen", "breach_withdraw", "result_differs", "report_compile", "source_silent")


@dataclass(frozen=True)
class Change:
    """One line: when (the latest of a run), who did what to which thing, how many more in a row, where it leads."""

    at: datetime
    who: str
    did: str
    subject: str
    more: int
    url: str


def changes(user: User, since: datetime) -> list[Change]:
    """Return what others did since then in the person's organisations, newest first, a day's like acts as one line."""
    organisations = sorted({held.organisation_id for held in user.held})
    entries = Entry.objects.filter(at__gte=since, organisation_ids__overlap=organisations)
    entries = entries.filter(Q(actor_id__isnull=False) | Q(action__in=SYSTEM_NEWS)).exclude(actor_id=user.pk)
    if not is_staff_of_provider(user):
        entries = entries.exclude(action__in=DRAFTING)
    runs: dict[tuple[str, str, date], list[Entry]] = {}
    for entry in entries.order_by("-at", "-id")[:ENTRIES_MOST]:
        runs.setdefault((entry.action, entry.actor_name, entry.at.date()), []).append(entry)
    lines = list(runs.values())[:LINES_MOST]
    urls = _urls([run[0] for run in lines])
    return [_change(run, urls.get(_key(run[0]), "")) for run in lines]


def _key(entry: Entry) -> tuple[str, str]:
    """Return what names the thing of an entry."""
    return (entry.subject_type, entry.subject_id)


def _change(run: list[Entry], url: str) -> Change:
    """Return a run of entries with the same act and person as one line, in the words of the audit log."""
    latest = run[0]
    did = action_text(latest.action)
    return Change(latest.at, latest.actor_name, did, latest.subject_label, len(run) - 1, url)


def _report_url(row: Report) -> str:
    """Return the address of a month report; that of its month where it is about all customers."""
    if row.customer is None:
        return reverse("report_month", args=[row.month])
    return reverse("report", args=[row.month, row.provider.slug, row.customer.slug])


# kind of thing → how its page is reached from its row
PAGES: Mapping[type[Model], Callable[[Any], str]] = {
    Agreement: lambda row: reverse("agreement", args=[row.slug]),
    Report: lambda row: _report_url(row),
    Service: lambda row: reverse("service", args=[row.slug]),
    Source: lambda row: reverse("source", args=[row.slug]),
    Version: lambda row: reverse("version", args=[row.agreement.slug, row.number]),
}
JOINED: Mapping[type[Model], tuple[str, ...]] = {Version: ("agreement",), Report: ("provider", "customer")}
BY_KEY: Mapping[str, str] = {
    "monitoring.breach": "breach",
    "monitoring.correction": "correction",
    "monitoring.exclusion": "exclusion",
    "monitoring.restatement": "restatement",
    "governance.review": "review",
    "governance.improvement": "improvement_entry",
}


def _urls(entries: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """Return the addresses of the things of these entries: at most one query for each kind of thing."""
    keys = {_key(entry) for entry in entries}
    urls = {key: reverse(BY_KEY[key[0]], args=[key[1]]) for key in keys if key[0] in BY_KEY}
    for model, address in PAGES.items():
        label = model._meta.label_lower
        ids = [subject_id for kind, subject_id in keys if kind == label]
        if not ids:
            continue
        rows = model._default_manager.filter(pk__in=ids)
        if parties := JOINED.get(model):
            rows = rows.select_related(*parties)
        urls |= {(label, str(row.pk)): address(row) for row in rows}
    return urls
