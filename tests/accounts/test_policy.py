"""The table of actions, and the questions asked of it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template

from slmo.accounts.errors import Denied
from slmo.accounts.models import Organisation
from slmo.accounts.policy import ACTIONS, Can, can, require
from slmo.accounts.rules import permission_of
from tests.support.people import organisation, person

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]

NEEDED = [
    "catalogue_view",
    "service_edit",
    "dependency_edit",
    "agreement_view",
    "agreement_create",
    "requirement_record",
    "requirement_answer",
    "template_edit",
    "disruption_announce",
    "disruption_answer",
    "comment_write",
    "note_write",
    "agreement_end",
    "version_draft",
    "version_propose",
    "version_accept",
    "version_sign",
    "version_sign_recorded",
    "version_withdraw",
    "objective_view",
    "facts_view",
    "facts_record",
    "facts_import",
    "measurement_record",
    "measurement_correct",
    "source_edit",
    "correction_propose",
    "correction_approve",
    "exclusion_propose",
    "exclusion_approve",
    "restatement_issue",
    "objective_reassess",
    "breach_view",
    "breach_acknowledge",
    "breach_assign",
    "breach_note",
    "breach_explain",
    "breach_close",
    "report_view",
    "report_publish",
    "whatif_run",
    "review_schedule",
    "review_hold",
    "review_conclude",
    "improvement_edit",
    "evidence_view",
    "evidence_share",
    "cost_edit",
    "procedure_edit",
    "strategy_edit",
    "network_allow",
    "user_edit",
    "organisation_edit",
    "authority_edit",
    "audit_view",
    "token_issue",
    "export_view",
]
CUSTOMERS = [
    "agreement_end",
    "agreement_view",
    "breach_view",
    "catalogue_view",
    "comment_write",
    "disruption_answer",
    "export_view",
    "facts_view",
    "measurement_correct",
    "measurement_record",
    "note_write",
    "objective_view",
    "report_view",
    "requirement_record",
    "template_edit",
    "token_issue",
    "version_accept",
    "version_draft",
    "version_propose",
    "version_sign",
    "version_withdraw",
    "whatif_run",
]


@pytest.fixture
def provider() -> Organisation:
    return organisation("north")


@pytest.fixture
def customer() -> Organisation:
    return organisation("baltic", "customer")


@pytest.fixture
def supplier() -> Organisation:
    return organisation("cloud", "supplier")


def test_the_table_knows_exactly_the_actions_of_the_portal() -> None:
    assert sorted(ACTIONS) == sorted(NEEDED)


@pytest.mark.parametrize("level", range(2, 8))
def test_a_level_may_do_what_its_own_and_lower_levels_may_do_and_nothing_above(
    level: int, provider: Organisation
) -> None:
    actor = person("ann", provider, level)
    allowed = {action for action in ACTIONS if can(actor, action, provider)}
    assert allowed == {action for action, rule in ACTIONS.items() if rule.level <= level}


def test_every_level_from_2_to_7_adds_something() -> None:
    assert {rule.level for rule in ACTIONS.values()} == set(range(2, 8))


def test_a_representative_of_the_customer_sees_and_negotiates_and_does_nothing_else(
    provider: Organisation, customer: Organisation
) -> None:
    actor = person("carl", customer)
    assert sorted(action for action in ACTIONS if can(actor, action, provider, customer)) == CUSTOMERS


def test_a_customer_may_do_nothing_on_what_concerns_another_customer(
    provider: Organisation, customer: Organisation
) -> None:
    other = organisation("hudson", "customer")
    actor = person("carl", customer)
    assert not any(can(actor, action, provider, other) for action in ACTIONS)


def test_a_provider_may_do_nothing_on_what_another_provider_provides(
    provider: Organisation, customer: Organisation
) -> None:
    actor = person("ann", organisation("south"), 7)
    assert not any(can(actor, action, provider, customer) for action in ACTIONS)


def test_providers_people_keep_the_records_of_a_supplier_but_do_not_sign_for_it(supplier: Organisation) -> None:
    actor = person("ann", organisation("north"), 5)
    assert can(actor, "service_edit", supplier)
    assert can(actor, "facts_import", supplier)
    assert can(actor, "version_sign_recorded", supplier)
    assert not can(actor, "version_sign", supplier)
    assert not can(actor, "version_accept", supplier)


def test_providers_people_sign_an_underpinning_contract_as_its_customer(
    provider: Organisation, supplier: Organisation
) -> None:
    assert can(person("ann", provider, 5), "version_sign", supplier, provider)
    assert not can(person("bob", provider, 4), "version_sign", supplier, provider)


def test_providers_people_do_not_sign_for_a_customer(provider: Organisation, customer: Organisation) -> None:
    assert not can(person("ann", provider, 7), "version_sign", customer)


def test_a_suppliers_own_people_sign_from_level_5_and_publish_nothing(supplier: Organisation) -> None:
    low, high = person("sue", supplier, 4), person("sam", supplier, 5)
    assert not can(low, "version_sign", supplier)
    assert can(high, "version_sign", supplier)
    assert not can(high, "report_publish", supplier)
    assert not can(high, "facts_record", supplier)


def test_without_organisations_the_question_is_whether_one_may_anywhere(customer: Organisation) -> None:
    actor = person("carl", customer)
    assert can(actor, "agreement_view")
    assert not can(actor, "report_publish")


def test_whoever_administers_the_installation_edits_users_but_signs_nothing(provider: Organisation) -> None:
    actor = person("root")
    actor.is_superuser = True
    assert can(actor, "user_edit", provider)
    assert can(actor, "audit_view")
    assert not can(actor, "version_sign", provider)
    assert not can(actor, "agreement_view", provider)


def test_nobody_and_inactive_people_may_do_nothing(provider: Organisation) -> None:
    actor = person("ann", provider, 7)
    actor.is_active = False
    assert not any(can(actor, action, provider) for action in ACTIONS)
    assert not any(can(AnonymousUser(), action, provider) for action in ACTIONS)
    assert not any(can(None, action, provider) for action in ACTIONS)


def test_a_refusal_is_a_sentence_that_names_the_act_and_the_place(provider: Organisation) -> None:
    with pytest.raises(Denied) as refused:
        require(person("ann", provider, 2), "report_publish", provider)
    assert str(refused.value) == "You may not do this: Publish a report. It needs level 5 or higher in: North."
    assert refused.value.action == "report_publish"


def test_an_unknown_action_raises_instead_of_answering_no(provider: Organisation) -> None:
    with pytest.raises(KeyError):
        can(None, "version_singn", provider)
    with pytest.raises(KeyError):
        require(None, "version_singn", provider)
    with pytest.raises(KeyError):
        Template("{{ can.version_singn }}").render(Context({"can": Can(None)}))


def test_templates_ask_by_the_name_of_the_action(provider: Organisation) -> None:
    context = Context({"can": Can(person("ann", provider, 5), provider)})
    text = "{% if can.version_sign %}sign{% endif %}{% if can.strategy_edit %}strategy{% endif %}"
    assert Template(text).render(context) == "sign"


def test_djangos_own_question_gives_the_same_answers(provider: Organisation) -> None:
    actor = person("ann", provider, 5)
    for action in ACTIONS:
        assert actor.has_perm(permission_of(action), provider) == can(actor, action, provider)


def test_every_action_that_templates_ask_about_is_in_the_table() -> None:
    asked = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\bcan\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert asked <= set(ACTIONS)


def test_many_questions_about_one_person_cost_one_query(
    provider: Organisation, customer: Organisation, django_assert_num_queries: object
) -> None:
    actor = person("ann", provider, 5)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [can(actor, action, provider, customer) for action in ACTIONS]
