"""Acts beside a version's own transitions × every role × both sides: ended, renewed, shared, costed, kept, limited.

The transitions are walked in test_every_act.py, planned disruptions in tests/monitoring/test_disruption_api.py. Which
acts of the policy the agreements and their evidence ask about is read from the code: a new one fails here until it is
walked, or it is said which file walks it.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from agreements.models import Agreement
from agreements.services import (
    authority_limit_set,
    indicator_create,
    objective_measure,
    version_draft,
    version_edit,
    version_propose,
)
from reports.services.cost import cost_record
from reports.services.evidence import evidence_share
from slmo.accounts.models import Organisation
from slmo.accounts.policy import ACTIONS, can
from slmo.audit.models import Entry
from tests.agreements import test_every_act
from tests.agreements.hall import Role, hall_make
from tests.agreements.table import NOW, PASSWORD, SLUG, TERMS, signed
from tests.support.worlds import kept

ROOT = Path(__file__).resolve().parents[2]
ASKED = re.compile(r"""(?:require|can)\(\s*[\w.]+,\s*"(\w+)\"""")
CODE = ("agreements", "reports/evidence", "reports/services", "reports/views", "monitoring/services/disruption.py")
ELSEWHERE: Mapping[str, str] = {  # acts of the policy → the test that walks who may do them
    "agreement_create": "tests/agreements/test_library.py",
    "agreement_view": "tests/agreements/test_scope.py",
    "catalogue_view": "tests/agreements/test_scope.py",
    "dependency_edit": "tests/agreements/test_scope.py",
    "disruption_announce": "tests/monitoring/test_disruption_api.py",
    "disruption_answer": "tests/monitoring/test_disruption_api.py",
    "export_view": "tests/accounts/test_policy.py",
    "report_publish": "tests/reports/test_report.py",
    "requirement_answer": "tests/agreements/test_requirements.py",
    "requirement_record": "tests/agreements/test_requirements.py",
    "service_edit": "tests/agreements/test_scope.py",
    "whatif_run": "tests/accounts/test_policy.py",
}


@dataclass(frozen=True)
class Act:
    """Who does an act by which address: the action of the policy, of which organisation, and what follows."""

    url: str
    action: str
    of: Callable[[Agreement, Role], tuple[Organisation, ...]]
    args: tuple[Any, ...] = (SLUG,)
    data: Callable[[SimpleNamespace], Mapping[str, Any]] = field(default=lambda hall: {})
    query: str = ""
    done: int = 302
    drafts: bool = False  # what only the side that drafts sees
    known: tuple[str, ...] = ()  # who knows of it beside those who sit at the table


def own(agreement: Agreement, role: Role) -> tuple[Organisation, ...]:
    return (agreement.organisation_of(role.side),)


def providers(agreement: Agreement, _role: Role) -> tuple[Organisation, ...]:
    return (agreement.provider,)


def both(agreement: Agreement, _role: Role) -> tuple[Organisation, ...]:
    return (agreement.provider, agreement.customer)


def ahead(days: int) -> str:
    return (timezone.now().date() + timedelta(days=days)).isoformat()


DRAFT, PROPOSED, MEASURED = (SLUG, 2), (SLUG, 3), (SLUG, 3, "availability")
COST = {
    "kind": "availability",
    "level": "99.9",
    "amount": "100",
    "currency": "EUR",
    "per": "month",
    "since": "2026-01-01",
}
ACTS: Mapping[str, Act] = {
    "give notice": Act("agreement_end", "agreement_end", own,
                       data=lambda hall: {"way": "notice", "ends_on": ahead(60), "password": PASSWORD}),
    "propose an end": Act("agreement_end", "agreement_end", own,
                          data=lambda hall: {"way": "together", "ends_on": ahead(60)}),
    "renew": Act("agreement_renew", "version_draft", own, data=lambda hall: {"last_day": "2045-01-01"}),
    "amend": Act("version_new", "version_draft", own, data=lambda hall: {"effective_from": ahead(90)}),
    "record a signature": Act(
        "version_sign_recorded", "version_sign_recorded", both, (*PROPOSED, "customer"),
        lambda hall: {"signer_name": "A. Signer", "evidence": "On paper.", "confirm": "on"}, done=422,
    ),  # both sides have people here, who sign for themselves: told to whoever may record one
    "share evidence": Act("evidence_share", "evidence_share", providers, MEASURED),
    "take evidence back": Act("evidence_withdraw", "evidence_share", providers, MEASURED),
    "try terms": Act("evidence", "evidence_view", providers, MEASURED,
                     lambda hall: {"terms": json.dumps(TERMS["spec"]["objectives"][0])}, done=200),
    "record a cost": Act("service_cost", "cost_edit", providers, ("payments",), lambda hall: COST),
    "remove a cost": Act("cost_drop", "cost_edit", providers, ("payments", "cost")),
    "add a file": Act(
        "version_attachments", "version_draft", own, DRAFT, drafts=True,
        data=lambda hall: {"title": "Prices", "file": SimpleUploadedFile("prices.txt", b"1 EUR", "text/plain")},
    ),
    "edit a clause": Act(
        "room_edit", "version_draft", own, DRAFT, query="?clause=term", drafts=True,
        data=lambda hall: {"effective_from": ahead(99), "effective_until": "2040-01-01", "currency": "EUR",
                           "changed_at": hall.draft.changed_at.isoformat()},
    ),
    "remove a clause": Act(
        "room_edit", "version_draft", own, DRAFT, query="?clause=calendar.office", drafts=True,
        data=lambda hall: {"remove": "1", "changed_at": hall.draft.changed_at.isoformat()},
    ),
    "keep as a template": Act("template_new", "template_edit", own, PROPOSED, lambda hall: {"title": "Ours"}),
    "limit who signs": Act(
        "authority_limits", "authority_edit", providers, ("provider",), known=("another customer", "supplier"),
        data=lambda hall: {"who": "", "currency": "EUR", "charge_most": "5", "valid_from": "2026-01-01"},
    ),
    "let an indicator measure": Act("objective_measure", "source_edit", both, (SLUG, "availability"),
                                    lambda hall: {"indicator": hall.other.pk}),
}  # fmt: skip


def world_make() -> SimpleNamespace:
    """Make the hall with an agreement in force that has an end, a draft and a proposal, evidence and a cost."""
    hall = hall_make()
    table = hall.table
    spec = {**TERMS["spec"], "effective": {"from": "2026-01-01", "until": "2040-01-01"}}
    spec["termination"] = {"notice": "30d", "by": "either"}
    version = version_edit(version=table.draft, document={"spec": spec}, expected_changed_at=None, actor=None, now=NOW)
    signed(version)
    hall.indicator = table.payments.indicators.get()
    hall.indicator.gaps_up, hall.indicator.recorded_from = True, timezone.now() - timedelta(days=120)
    hall.indicator.save()
    objective_measure(objective=table.agreement.objectives.get(), indicator=hall.indicator, actor=None, now=NOW)
    hall.other = indicator_create(service=table.payments, slug="other", name="Other", actor=None, now=NOW)
    given: dict[str, Any] = {"agreement": table.agreement, "side": "provider", "actor": None}
    hall.draft = version_draft(effective_from=date(2030, 1, 1), now=timezone.now(), **given)
    proposal = version_draft(effective_from=date(2031, 1, 1), now=timezone.now(), **given)
    version_propose(version=proposal, actor=None, now=timezone.now())
    evidence_share(version=proposal, objective="availability", actor=table.head, now=timezone.now())
    hall.cost = cost_record(
        service=table.payments, level=">= 99.9%", amount=Decimal(5), currency="EUR", since=date(2025, 1, 1),
        actor=table.head, now=timezone.now(),
    )  # fmt: skip
    hall.roles.append(Role("provider level 6", "provider", table.head))
    client = type(hall.clients["nobody"])(raise_request_exception=False)
    client.force_login(table.head)
    hall.clients["provider level 6"] = client
    return hall


@pytest.fixture(scope="module")
def world_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Write it once."""
    with kept(world_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def world(world_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    return world_kept


def expected(world: SimpleNamespace, role: Role, act: Act) -> int:
    """Return the answer that the tables promise."""
    if role.name in act.known:
        return 403
    if not role.side or (act.drafts and role.side != "provider"):
        return 404
    return act.done if can(role.user, act.action, *act.of(world.table.agreement, role)) else 403


def answered(world: SimpleNamespace, role: Role, act: Act) -> tuple[int, bool]:
    """Do an act, take it back, and return the answer's status and whether anything was written down."""
    args = [world.cost.pk if one == "cost" else one for one in act.args]
    point, before = transaction.savepoint(), Entry.objects.count()
    try:
        answer = world.clients[role.name].post(reverse(act.url, args=args) + act.query, act.data(world))
        return answer.status_code, Entry.objects.count() > before
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.wide
@pytest.mark.parametrize("name", ACTS)
def test_an_act_beside_the_table_is_done_by_whom_the_policy_names_and_by_nobody_else(
    world: SimpleNamespace, name: str
) -> None:
    act = ACTS[name]
    wanted = {role.name: expected(world, role, act) for role in world.roles}
    found = {role.name: answered(world, role, act) for role in world.roles}
    assert {who: status for who, (status, _written) in found.items()} == wanted
    assert {who for who, (_status, written) in found.items() if written} == {
        who for who, status in wanted.items() if status == 302
    }
    assert set(wanted.values()) == {act.done, 403, 404}


@pytest.mark.wide
def test_a_limit_binds_a_notice_of_each_role_of_both_sides(world: SimpleNamespace) -> None:
    for where in (world.table.provider, world.table.retail):
        authority_limit_set(
            organisation=where, level=6, currency="EUR", valid_from=date(2026, 1, 1), actor=None, now=NOW
        )
    found = {role.name: answered(world, role, ACTS["give notice"]) for role in world.roles}
    assert {who for who, (status, _written) in found.items() if status == 302} == {"provider level 6"}
    refused = {who for who, (status, _written) in found.items() if status == 422}
    assert refused == {"provider level 5", "customer level 5", "customer representative"}
    assert {who for who, (_status, written) in found.items() if written} == {"provider level 6"}


def test_every_act_of_the_policy_that_the_code_asks_about_is_walked_somewhere() -> None:
    files = [one for part in CODE for one in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))]
    asked = {name for one in files for name in ASKED.findall(one.read_text())}
    assert asked <= set(ACTIONS)
    assert len(asked) > 20, "the search has lost its way"
    walked = {act.action for act in ACTS.values()} | {act.action for act in test_every_act.ACTS.values()}
    assert asked <= walked | set(ELSEWHERE)
    assert not walked & set(ELSEWHERE)
    for path in ELSEWHERE.values():
        text = (ROOT / path).read_text()
        assert "403" in text or "Denied" in text or "can(" in text, path
