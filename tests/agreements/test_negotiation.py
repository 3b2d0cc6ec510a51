"""From draft to signature: every act in every state, by everybody."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from agreements.errors import Conflict, DocumentRefused, Refused
from agreements.models import Side, Version, VersionState
from agreements.ruling import version_in_force
from agreements.selectors import terms_of
from agreements.services import (
    objective_measure,
    version_counter,
    version_draft,
    version_edit,
    version_propose,
    version_sign,
    version_sign_recorded,
    version_withdraw,
)
from agreements.services.version import TRANSITIONS
from slmo.accounts.errors import Denied
from slmo.accounts.services.identity import Proof
from slmo.audit.models import Entry
from slmo.core.terms import document_digest
from slmo.notify.models import Message
from tests.agreements.table import NOW, PASSWORD, TERMS, contract, signed, terms

ACTS: dict[str, Callable[..., Any]] = {
    "edit": lambda version, actor: version_edit(
        version=version, document=TERMS, expected_changed_at=None, actor=actor, now=NOW
    ),
    "propose": lambda version, actor: version_propose(version=version, actor=actor, now=NOW),
    "withdraw": lambda version, actor: version_withdraw(version=version, actor=actor, now=NOW),
    "sign": lambda version, actor: version_sign(version=version, side="provider", actor=actor, now=NOW),
}


def in_state(version: Version, state: str) -> Version:
    """Bring a draft into a state by the acts that lead there."""
    if state == VersionState.SIGNED:
        return signed(version)
    if state == VersionState.PROPOSED:
        return version_propose(version=version, actor=None, now=NOW)
    if state == VersionState.COUNTERED:
        proposed = version_propose(version=version, actor=None, now=NOW)
        version_propose(version=version_counter(version=proposed, actor=None, now=NOW), actor=None, now=NOW)
    return version_withdraw(version=version, actor=None, now=NOW) if state == VersionState.WITHDRAWN else version


@pytest.mark.parametrize("state", VersionState.values)
@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_possible_exactly_in_the_states_of_the_table(table: SimpleNamespace, state: str, act: str) -> None:
    version = in_state(table.draft, state)
    actor = table.head if act == "sign" else table.manager  # who drafted does not sign
    if (state, act) in TRANSITIONS:
        ACTS[act](version, actor)
    else:
        with pytest.raises(Refused):
            ACTS[act](version, actor)


@pytest.mark.parametrize("act", ACTS)
def test_only_the_providers_negotiators_act_for_the_provider(table: SimpleNamespace, act: str) -> None:
    version = in_state(table.draft, "proposed" if act == "sign" else "draft")
    before = Entry.objects.count()
    for who in (table.analyst, table.watcher, table.carl, table.bella):
        with pytest.raises(Denied):
            ACTS[act](version, who)
    version.refresh_from_db()
    assert not version.signatures.exists()
    assert Entry.objects.count() == before


def test_each_side_signs_for_itself_alone(table: SimpleNamespace) -> None:
    version = in_state(table.draft, "proposed")
    with pytest.raises(Denied):
        version_sign(version=version, side="customer", actor=table.manager, now=NOW)
    with pytest.raises(Denied):
        version_sign(version=version, side="customer", actor=table.bella, now=NOW)
    version_sign(version=version, side="customer", actor=table.carl, now=NOW)
    version = version_sign(version=version, side="provider", actor=table.head, now=NOW)
    assert version.state == "signed"
    assert {one.user: one.digest for one in version.signatures.all()} == {
        table.carl: version.digest,
        table.head: version.digest,
    }


def test_the_second_signature_brings_terms_objectives_audit_and_news(table: SimpleNamespace) -> None:
    version = signed(table.draft)
    table.agreement.refresh_from_db()
    assert terms_of(table.agreement).objective_names == ("availability",)
    objective = table.agreement.objectives.get()
    assert objective.indicator == table.payments.indicators.get()
    actions = list(Entry.objects.filter(subject_type="agreements.version").values_list("action", flat=True))
    assert sorted(actions) == ["version_draft", "version_propose", "version_sign", "version_sign"]
    kinds = Message.objects.filter(subject_id=str(version.pk)).values_list("kind", flat=True)
    assert sorted(kinds) == ["version_proposed", "version_signed"]
    assert version.digest == document_digest(version.document)


def test_a_version_that_is_proposed_again_is_news_again(table: SimpleNamespace) -> None:
    version = in_state(table.draft, "proposed")
    Version.objects.filter(pk=version.pk).update(state="draft")
    version_propose(version=version, actor=None, now=NOW + timedelta(hours=1))
    assert Message.objects.filter(kind="version_proposed", subject_id=str(version.pk)).count() == 2


def test_one_side_does_not_sign_twice(table: SimpleNamespace) -> None:
    version = in_state(table.draft, "proposed")
    version_sign(version=version, side="provider", actor=table.head, now=NOW)
    with pytest.raises(Refused):
        version_sign(version=version, side="provider", actor=table.head, now=NOW)
    version.refresh_from_db()
    assert version.state == "proposed"


def test_a_wrong_password_or_another_text_signs_nothing(table: SimpleNamespace) -> None:
    version = in_state(table.draft, "proposed")
    with pytest.raises(ValidationError) as wrong:
        version_sign(version=version, side="provider", actor=table.head, proof=Proof("guess"), now=NOW)
    assert "password" in wrong.value.message_dict
    with pytest.raises(Conflict):
        version_sign(version=version, side="provider", actor=table.head, digest="0" * 64, now=NOW)
    assert not version.signatures.exists()
    version_sign(
        version=version, side="provider", actor=table.head, proof=Proof(PASSWORD), digest=version.digest, now=NOW
    )
    assert version.signatures.count() == 1


def test_a_text_that_does_not_match_its_digest_is_not_signed(table: SimpleNamespace) -> None:
    version = in_state(table.draft, "proposed")
    Version.objects.filter(pk=version.pk).update(document=terms(target=">= 10%"))
    with pytest.raises(Conflict):
        version_sign(version=version, side="provider", actor=table.head, now=NOW)


def test_a_signed_version_is_frozen_in_the_database_itself(table: SimpleNamespace) -> None:
    version = signed(table.draft)
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(effective_from=date(2025, 1, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


def test_a_draft_of_a_signed_agreement_is_a_copy_from_the_next_month(table: SimpleNamespace) -> None:
    base = signed(table.draft)
    draft = version_draft(agreement=table.agreement, note="stricter", actor=table.manager, now=NOW)
    assert (draft.number, draft.base, draft.effective_from) == (2, base, date(2026, 3, 1))
    assert draft.document["spec"]["objectives"] == base.document["spec"]["objectives"]
    assert draft.document["spec"]["effective"] == {"from": "2026-03-01"}


def test_an_amendment_rules_from_its_date_and_the_older_version_before_it(table: SimpleNamespace) -> None:
    first = signed(table.draft)
    document = terms(target=">= 99.95%")
    second = signed(
        version_draft(
            agreement=table.agreement, document=document, effective_from=date(2026, 4, 1), actor=None, now=NOW
        )
    )
    table.agreement.refresh_from_db()
    parsed = terms_of(table.agreement)
    assert [one.id for one in parsed.versions] == ["2026-01-01", "2026-04-01"]
    assert parsed.versions[0].effective_until == parsed.versions[1].effective_from
    assert version_in_force(table.agreement, date(2026, 3, 31)) == first
    assert version_in_force(table.agreement, date(2026, 4, 1)) == second
    assert version_in_force(table.agreement, date(2025, 12, 31)) is None


def test_an_amendment_may_not_take_effect_before_what_is_signed(table: SimpleNamespace) -> None:
    signed(table.draft)
    for day in (date(2026, 1, 1), date(2025, 6, 1)):
        with pytest.raises(DocumentRefused) as refused:
            version_draft(agreement=table.agreement, effective_from=day, actor=table.manager, now=NOW)
        assert refused.value.key == "spec.effective.from"


def test_two_drafts_for_one_date_cannot_both_be_signed(table: SimpleNamespace) -> None:
    signed(table.draft)
    day = date(2026, 5, 1)
    drafts = [version_draft(agreement=table.agreement, effective_from=day, actor=None, now=NOW) for _ in range(2)]
    signed(drafts[0])
    with pytest.raises(DocumentRefused):
        version_propose(version=drafts[1], actor=None, now=NOW)


def test_an_edit_over_somebody_elses_edit_is_refused_and_changes_nothing(table: SimpleNamespace) -> None:
    edit = partial(version_edit, version=table.draft, expected_changed_at=table.draft.changed_at, actor=table.manager)
    edit(document=terms(target=">= 99%"), now=NOW.replace(hour=11))
    with pytest.raises(Conflict):
        edit(document=terms(target=">= 98%"), now=NOW.replace(hour=12))
    table.draft.refresh_from_db()
    assert table.draft.document["spec"]["objectives"][0]["target"] == ">= 99%"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"target": ">= 101%"}, "spec.objectives[0].target"),
        ({"targett": ">= 99%"}, "spec.objectives[0].targett"),
        ({"hours": "nights"}, "spec.objectives[0].hours"),
        ({"period": "fortnight"}, "spec.objectives[0].period"),
    ],
)
def test_a_term_that_cannot_be_used_is_refused_by_its_key(
    table: SimpleNamespace, change: dict[str, Any], key: str
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        version_edit(
            version=table.draft, document=terms(**change), expected_changed_at=None, actor=table.manager, now=NOW
        )
    assert refused.value.key == key


def test_what_the_agreement_says_about_itself_cannot_be_changed_by_a_version(table: SimpleNamespace) -> None:
    for section, name in (("metadata", "name"), ("spec", "provider"), ("spec", "timezone"), ("spec", "type")):
        document = terms()
        document.setdefault(section, {})[name] = "other"
        with pytest.raises(DocumentRefused) as refused:
            version_edit(version=table.draft, document=document, expected_changed_at=None, actor=table.manager, now=NOW)
        assert refused.value.key == f"{section}.{name}"


def test_a_supplier_without_people_signs_outside_with_evidence(table: SimpleNamespace) -> None:
    version = in_state(contract(table).versions.get(), "proposed")
    given = {"version": version, "side": "provider", "now": NOW}
    with pytest.raises(Denied):
        version_sign_recorded(**given, signer_name="Ada", evidence="letter", actor=table.analyst)
    with pytest.raises(ValidationError):
        version_sign_recorded(**given, signer_name="Ada", evidence="  ", actor=table.manager)
    version_sign_recorded(**given, signer_name="Ada", evidence="letter of 3 May", actor=table.manager)
    version = version_sign(version=version, side="customer", actor=table.manager, now=NOW)
    assert version.state == "signed"
    assert version.signatures.get(side="provider").evidence == "letter of 3 May"


def test_nobody_records_a_signature_for_a_party_that_can_sign_itself(table: SimpleNamespace) -> None:
    version = in_state(table.draft, "proposed")
    with pytest.raises(Refused):
        version_sign_recorded(
            version=version, side=Side.CUSTOMER, signer_name="Carl", evidence="phone call", actor=table.manager, now=NOW
        )


def test_the_customers_side_drafts_its_own_amendment(table: SimpleNamespace) -> None:
    signed(table.draft)
    draft = version_draft(agreement=table.agreement, actor=table.carl, now=NOW)
    assert draft.drafted_side == "customer"
    with pytest.raises(Denied):
        version_propose(version=draft, actor=table.manager, now=NOW)
    version_propose(version=draft, actor=table.carl, now=NOW)


def test_an_objective_is_measured_only_by_facts_of_its_service_or_of_what_that_needs(table: SimpleNamespace) -> None:
    from agreements.services import dependency_add, indicator_create

    signed(table.draft)
    objective = table.agreement.objectives.get()
    foreign = indicator_create(service=table.compute, slug="up", name="Up", actor=None, now=NOW)
    with pytest.raises(ValidationError):
        objective_measure(objective=objective, indicator=foreign, actor=table.analyst, now=NOW)
    dependency_add(service=table.payments, needs=table.compute, actor=table.analyst, now=NOW)
    assert objective_measure(objective=objective, indicator=foreign, actor=table.analyst, now=NOW).indicator == foreign
    with pytest.raises(Denied):
        objective_measure(objective=objective, indicator=None, actor=table.carl, now=NOW)


def test_services_cannot_need_each_other_in_a_circle(table: SimpleNamespace) -> None:
    from agreements.services import dependency_add

    dependency_add(service=table.payments, needs=table.compute, actor=None, now=NOW)
    with pytest.raises(Refused):
        dependency_add(service=table.compute, needs=table.payments, actor=None, now=NOW)
    with pytest.raises(Refused):
        dependency_add(service=table.payments, needs=table.payments, actor=None, now=NOW)
