"""What each side of the small table keeps to itself, with its mark in it, for a test that looks for the marks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.models import Indicator, Version
from agreements.services import (
    agreement_create,
    attachment_add,
    note_write,
    template_save,
    version_counter,
    version_draft,
    version_edit,
    version_propose,
)
from agreements.services.document_clauses import clause_put, clauses_of
from agreements.services.version import version_withdraw
from monitoring.instants import instant_of
from monitoring.models import FactState
from monitoring.services import FactRow, facts_record
from reports.services.cost import cost_record
from reports.services.evidence import evidence_share, evidence_withdraw
from slmo.accounts.models import User
from tests.agreements.table import NOW, signed, terms

MARKS = {"provider": "zebra-of-the-provider", "customer": "quagga-of-the-customer"}


def marked(version: Version, side: str, actor: User) -> Version:
    """Write a side's mark into its draft: an objective, a clause in words, the reason."""
    mark = MARKS[side]
    objective = {**clauses_of(version.document)["objective.availability"], "name": mark, "title": f"Title {mark}"}
    prose = {"id": mark, "title": f"About {mark}", "text": f"We want {mark}."}
    document = clause_put(clause_put(version.document, f"objective.{mark}", objective), f"clause.{mark}", prose)
    return version_edit(
        version=version, document=document, note=f"Because of {mark}.", expected_changed_at=None, actor=actor, now=NOW
    )


def drafts_make(table: SimpleNamespace, side: str, actor: User, answered: Version | None) -> Version:
    """Let a side draft, draft and discard, keep notes, files and a template, all with its mark; return its draft."""
    mark: str = MARKS[side]
    base: dict[str, Any] = {"agreement": table.agreement, "base": table.draft, "side": side, "now": NOW}
    kept = version_counter(version=answered, actor=actor, now=NOW) if answered else version_draft(**base, actor=actor)
    drafts = [marked(one, side, actor) for one in (kept, version_draft(**base, actor=actor))]
    file = SimpleUploadedFile(f"{mark}.txt", f"Prices of {mark}".encode())
    attachment_add(version=drafts[0], upload=file, title=f"File {mark}", annex=False, actor=actor, now=NOW)
    template_save(version=drafts[0], side=side, title=f"Template {mark}", actor=actor, now=NOW)
    version_withdraw(version=drafts[1], actor=actor, now=NOW)
    for version in (table.draft, drafts[0]):
        note_write(version=version, clause=f"clause.{mark}", side=side, text=f"Note: {mark}", actor=actor, now=NOW)
    return drafts[0]


def evidence_make(table: SimpleNamespace, draft: Version) -> None:
    """Record what the provider's evidence follows from, and share some of it: on a draft alone, or no longer."""
    mark, by = MARKS["provider"], {"actor": table.manager, "now": NOW}
    Indicator.objects.filter(service=table.payments).update(
        gaps_up=True, recorded_from=datetime(2025, 9, 1, tzinfo=UTC), recorded_until=NOW
    )
    facts_record(
        indicator=table.payments.indicators.get(), rows=list(outages(mark)), origin="test", actor=None, now=NOW
    )
    cost_record(
        service=table.payments, level=">= 99.9%", amount=1200, currency="EUR", since=date(2025, 1, 1), note=mark, **by
    )  # fmt: skip
    promised_to_another(table, mark)
    evidence_share(version=draft, objective=mark, note=f"Shared too early: {mark}", **by)
    told = evidence_share(version=table.draft, objective="availability", note="Taken back.", **by)
    evidence_withdraw(shared=told, **by)


def outages(mark: str) -> Iterator[FactRow]:
    """Yield two outages in the months before."""
    for month in (11, 12):
        begun = instant_of(datetime(2025, month, 4, 9, tzinfo=UTC))
        yield FactRow(begun, begun + 7200, int(FactState.DOWN), "", f"{month}", mark)


def promised_to_another(table: SimpleNamespace, mark: str) -> None:
    """Let the provider promise the same service to another customer: a precedent."""
    other = agreement_create(
        slug="payments-bank", title=f"Payments for {mark}", service=table.payments, provider=table.provider,
        customer=table.bank, timezone="UTC", document=terms(title=f"As in {mark}"), actor=table.manager, now=NOW,
    )  # fmt: skip
    signed(other.versions.get())


def secrets_make(table: SimpleNamespace) -> SimpleNamespace:
    """Put the table's draft on the table, and around it what each side keeps to itself."""
    version_propose(version=table.draft, actor=table.manager, now=NOW)
    evidence_make(table, drafts_make(table, "provider", table.manager, None))
    drafts_make(table, "customer", table.carl, table.draft)
    User.objects.filter(pk=table.head.pk).update(is_superuser=True)  # sees as much as anybody of the provider can
    return table
