"""Two people of one side write into one draft at the same instant: nothing that either wrote is lost."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from agreements.errors import Conflict
from agreements.models import Negotiation, Revision, Version
from agreements.services import clause_edit, version_propose
from agreements.services.document_clauses import clauses_of, digests_of
from agreements.services.position import clause_accept
from slmo.audit.models import Entry
from tests.agreements.table import NOW, table_make

AVAILABILITY = "objective.availability"


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Do acts in a thread each, all at the same instant; return what came of them."""
    barrier, outcomes = Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=20)
            act()
            outcomes.append("done")
        except Conflict:
            outcomes.append("conflict")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def edit(table: SimpleNamespace, clause: str, value: Any, second: int) -> Callable[[], Version]:
    """Return an act that writes one clause from the text as it is now."""
    digest = digests_of(table.draft.document)[clause]
    return lambda: clause_edit(
        version=Version.objects.get(pk=table.draft.pk), clause=clause, value=value, expected_digest=digest,
        actor=None, now=NOW + timedelta(seconds=second),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_edits_at_the_same_instant_are_merged_by_clause_and_of_one_clause_only_the_first_is_written() -> None:
    table = table_make()
    promised = clauses_of(table.draft.document)[AVAILABILITY]
    hours, term = {"weekly": {"mon-fri": ["08:00-20:00"]}}, {"effective": {"from": "2026-01-01"}, "currency": "USD"}
    different = [edit(table, "calendar.office", hours, 1), edit(table, "term", term, 2)]
    same = [edit(table, AVAILABILITY, {**promised, "target": f">= 99.9{last}%"}, 3 + last) for last in (1, 2, 3)]
    assert at_once(*different, *same) == ["conflict", "conflict", "done", "done", "done"]
    clauses = clauses_of(Version.objects.get(pk=table.draft.pk).document)
    assert (clauses["calendar.office"], clauses["term"]["currency"]) == (hours, "USD")
    assert clauses[AVAILABILITY]["target"] in {f">= 99.9{last}%" for last in (1, 2, 3)}
    assert Revision.objects.filter(version=table.draft).count() == 1 + 3
    assert Entry.objects.filter(action="version_edit").count() == 3
    assert Negotiation.objects.get().provider_changes == 1 + 3


@pytest.mark.django_db(transaction=True)
def test_clauses_accepted_at_the_same_instant_make_the_version_ready_once() -> None:
    table = table_make()
    version = version_propose(version=table.draft, actor=None, now=NOW)
    keys = list(clauses_of(version.document))
    acts = [
        lambda key=key: clause_accept(version=Version.objects.get(pk=version.pk), clause=key, actor=None, now=NOW)
        for key in keys
    ]
    assert at_once(*acts) == ["done"] * len(keys)
    version.refresh_from_db()
    assert version.agreed_at == NOW
    assert Negotiation.objects.get().turn == "both"
