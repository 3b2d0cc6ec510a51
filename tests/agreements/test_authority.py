"""Who may sign: never the drafter, one person for one side, and within the organisation's table of limits."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from agreements.errors import Refused
from agreements.models import AuthorityLimit, Version
from agreements.reading.exposure import exposure_of
from agreements.services import (
    agreement_end,
    agreement_end_propose,
    authority_limit_end,
    authority_limit_set,
    version_draft,
    version_edit,
    version_propose,
    version_sign,
)
from agreements.services.authority import signers_possible
from slmo.accounts.errors import Denied
from slmo.accounts.models import User
from slmo.audit.models import Entry
from slmo.core.terms import agreement_parse
from tests.agreements.table import NOW, PASSWORD, SLUG, TERMS, person, signed, terms, text_of

DAY = date(2026, 2, 1)


@pytest.fixture
def proposed(table: SimpleNamespace) -> SimpleNamespace:
    """Return the table with the manager's draft proposed: EUR 1,000 a month, 10 % of it as credit, 99.9 %."""
    table.version = version_propose(version=table.draft, actor=table.manager, now=NOW)
    return table


def limit(table: SimpleNamespace, **values: Any) -> AuthorityLimit:
    given = {"currency": "EUR", "valid_from": DAY, **values}
    return authority_limit_set(organisation=table.provider, actor=None, now=NOW, **given)


def sign(table: SimpleNamespace, actor: User, side: str = "provider") -> Version:
    return version_sign(version=table.version, side=side, actor=actor, now=NOW)


def refusal(table: SimpleNamespace, actor: User, side: str = "provider") -> str:
    with pytest.raises(Refused) as error:
        sign(table, actor, side)
    return error.value.messages[0].replace("\N{NO-BREAK SPACE}", " ")


def test_whoever_drafted_does_not_sign_and_is_told_who_may(proposed: SimpleNamespace) -> None:
    said = refusal(proposed, proposed.manager)
    assert "drafted or last edited" in said
    assert said.endswith("Who may sign instead: Head.")
    assert sign(proposed, proposed.head).signatures.get().user == proposed.head


def test_whoever_edited_last_does_not_sign_either(table: SimpleNamespace) -> None:
    text = terms(target=">= 99.5%")
    version = version_edit(version=table.draft, document=text, expected_changed_at=None, actor=table.head, now=NOW)
    table.version = version_propose(version=version, actor=table.manager, now=NOW)
    for who in (table.manager, table.head):
        assert "Nobody else of Provider may sign it" in refusal(table, who)


def test_the_rule_holds_for_the_customers_side_too(table: SimpleNamespace) -> None:
    signed(table.draft)
    draft = version_draft(agreement=table.agreement, actor=table.carl, now=NOW)
    table.version = version_propose(version=draft, actor=table.carl, now=NOW)
    assert "Nobody else of Retail" in refusal(table, table.carl, "customer")
    cora = person("cora", table.retail, "customer")
    assert sign(table, cora, "customer").signatures.get().user == cora


def test_one_person_signs_for_one_side(proposed: SimpleNamespace) -> None:
    from slmo.accounts.services import assignment_grant

    assignment_grant(user=proposed.carl, organisation=proposed.provider, role="level", level=6, actor=None, now=NOW)
    carl = User.objects.get(pk=proposed.carl.pk)
    sign(proposed, carl, "customer")
    assert "for the other side" in refusal(proposed, carl)


def test_what_a_version_exposes_to_is_read_from_its_terms() -> None:
    def exposed(**objective: Any) -> tuple[Decimal, Decimal, Fraction | None]:
        document = {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "a"},
                    "spec": {**terms(**objective)["spec"], "timezone": "UTC"}}  # fmt: skip
        found = exposure_of(agreement_parse([document]).versions[0])
        return found.charge, found.credit, found.strictest

    assert exposed() == (Decimal(12000), Decimal(1200), Fraction(999, 1000))
    credits = TERMS["spec"]["objectives"][0]["credits"]
    assert exposed(credits={**credits, "cap_year": 500})[1] == 500
    assert exposed(credits={**credits, "cap_month": 50})[1] == 600
    assert exposed(period="quarter")[0] == 4000


LIMITS = [
    ({"charge_most": 12000, "credit_most": 1200, "strictest": "99.9"}, ""),
    ({"charge_most": "11999.99"}, "The charge of a year is 12 000.00 EUR; you may sign up to 11 999.99 EUR."),
    ({"credit_most": 1000}, "Credits may reach 1200.00 EUR a year; you may sign up to 1000.00 EUR."),
    ({"strictest": "99.5"}, "The strictest target is 99.9 %; you may sign up to 99.5 %."),
    ({"charge_most": 99999, "currency": "USD"}, "Your limit for signing is in USD"),
    ({"valid_from": DAY + timedelta(days=9), "charge_most": 1}, ""),
    ({"valid_until": DAY + timedelta(days=1), "charge_most": 1}, ""),
]


def numbered(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(value) if isinstance(value, str | int) and name != "currency" else value
        for name, value in values.items()
    }


@pytest.mark.parametrize(("values", "expected"), LIMITS)
def test_a_limit_in_force_binds_and_says_which_one_it_is(
    proposed: SimpleNamespace, values: dict[str, Any], expected: str
) -> None:
    limit(proposed, **numbered(values))
    if expected:
        assert expected in refusal(proposed, proposed.head).replace(",", " ")
    else:
        assert sign(proposed, proposed.head).signatures.exists()


@pytest.fixture
def ruled(table: SimpleNamespace) -> SimpleNamespace:
    """Return the table with the same terms in force, which either side can end by a notice of 30 days."""
    text = {"spec": {**TERMS["spec"], "termination": {"notice": "30d", "by": "either"}}}
    signed(version_edit(version=table.draft, document=text, expected_changed_at=None, actor=None, now=NOW))
    return table


def end(table: SimpleNamespace, actor: User | None, side: str = "provider") -> Version:
    return agreement_end(
        agreement=table.agreement, side=side, ends_on=NOW.date() + timedelta(days=30), actor=actor, now=NOW
    )


@pytest.mark.parametrize(("values", "expected"), LIMITS)
def test_the_same_limit_binds_a_notice_that_ends_what_was_signed_under_it(
    ruled: SimpleNamespace, values: dict[str, Any], expected: str
) -> None:
    limit(ruled, **numbered(values))
    if not expected:
        assert end(ruled, ruled.head).state == "signed"
        return
    with pytest.raises(Refused) as error:
        end(ruled, ruled.head)
    said = error.value.messages[0].replace("\N{NO-BREAK SPACE}", " ").replace(",", " ")
    assert expected in said
    assert said.endswith("an administrator can name somebody.")
    assert ruled.agreement.versions.count() == 1


def test_a_refused_notice_names_who_may_give_it_and_the_page_says_so_before(ruled: SimpleNamespace) -> None:
    limit(ruled, level=5, charge_most=Decimal(5))
    limit(ruled, level=6, charge_most=Decimal(99999))
    client, path = Client(), reverse("agreement_end", args=[SLUG])
    client.force_login(ruled.manager)
    assert "Who may sign instead: Head." in text_of(client.get(path))
    given = {"way": "notice", "ends_on": (NOW.date() + timedelta(days=400)).isoformat(), "password": PASSWORD}
    refused = client.post(path, given)
    assert refused.status_code == 422
    assert "Who may sign instead: Head." in text_of(refused)
    client.force_login(ruled.head)
    assert "may sign instead" not in text_of(client.get(path))
    assert client.post(path, given).status_code == 302
    assert ruled.agreement.versions.get(number=2).is_ending


def test_limits_of_one_side_do_not_bind_the_other_nor_a_notice_that_is_only_recorded(ruled: SimpleNamespace) -> None:
    limit(ruled, charge_most=Decimal(1))
    point = transaction.savepoint()
    assert end(ruled, None).state == "signed"  # what was given outside the portal, or by its own administration
    transaction.savepoint_rollback(point)
    assert end(ruled, ruled.carl, "customer").state == "signed"


def test_an_ending_that_both_sign_takes_the_authority_for_what_it_ends(ruled: SimpleNamespace) -> None:
    draft = agreement_end_propose(agreement=ruled.agreement, ends_on=date(2026, 9, 1), actor=ruled.manager, now=NOW)
    ruled.version = version_propose(version=draft, actor=ruled.manager, now=NOW)
    row = limit(ruled, level=6, charge_most=Decimal(11999))
    assert "The charge of a year is 12 000.00 EUR" in refusal(ruled, ruled.head)
    authority_limit_end(limit=row, on=DAY, actor=None, now=NOW)
    assert sign(ruled, ruled.head).signatures.exists()


def test_a_persons_own_row_comes_before_that_of_the_level(proposed: SimpleNamespace) -> None:
    limit(proposed, level=5, charge_most=Decimal(1))
    limit(proposed, level=7, charge_most=Decimal(99999))
    assert "up to 1.00" in refusal(proposed, proposed.head)
    limit(proposed, user=proposed.head, charge_most=Decimal(99999))
    assert sign(proposed, proposed.head).signatures.exists()


def test_who_is_in_no_row_does_not_sign_where_there_are_rows(proposed: SimpleNamespace) -> None:
    dina = person("dina", proposed.provider, "level", 7)
    limit(proposed, level=7)
    said = refusal(proposed, proposed.head)
    assert "none of them names you" in said
    assert "Who may sign instead: Dina." in said
    assert signers_possible(version=proposed.version, side="provider", now=NOW) == [dina]


def test_nobody_signs_under_a_row_that_they_entered(proposed: SimpleNamespace) -> None:
    values = {"level": 5, "valid_from": DAY}
    authority_limit_set(organisation=proposed.provider, actor=proposed.head, now=NOW, **values)
    assert "none of them names you" in refusal(proposed, proposed.head)


def test_the_table_is_entered_by_administrators_and_never_edited(table: SimpleNamespace) -> None:
    for who in (table.manager, table.carl):
        with pytest.raises(Denied):
            authority_limit_set(organisation=table.provider, actor=who, now=NOW, valid_from=DAY)
    row = limit(table, charge_most=Decimal(5))
    authority_limit_end(limit=row, on=DAY + timedelta(days=3), actor=table.head, now=NOW)
    assert AuthorityLimit.objects.get().valid_until == DAY + timedelta(days=3)
    with pytest.raises(ValidationError):
        authority_limit_end(limit=row, on=DAY - timedelta(days=1), actor=table.head, now=NOW)
    for wrong in ({"charge_most": Decimal(1), "currency": ""}, {"strictest": Decimal(120)}, {"user": table.carl}):
        with pytest.raises(ValidationError) as refused:
            limit(table, **wrong)
        assert set(refused.value.message_dict) & {"currency", "strictest", "user"}
    assert Entry.objects.filter(subject_type="agreements.authoritylimit").count() == 2


def test_a_signature_under_a_signed_version_is_frozen_in_the_database(table: SimpleNamespace) -> None:
    signature = signed(table.draft).signatures.first()
    with pytest.raises(DatabaseError), transaction.atomic():
        type(signature).objects.filter(pk=signature.pk).update(signer_name="Somebody else")
    with pytest.raises(DatabaseError), transaction.atomic():
        signature.delete()


def test_the_pages_enter_end_and_refuse(proposed: SimpleNamespace) -> None:
    client, path = Client(), reverse("authority_limits", args=["provider"])
    client.force_login(proposed.head)
    assert "No limits are set" in text_of(client.get(path))
    given = {"who": f"person:{proposed.head.pk}", "currency": "EUR", "charge_most": "100", "valid_from": "2026-01-01"}
    assert client.post(path, {**given, "charge_most": "-1"}).status_code == 422
    assert client.post(path, given).status_code == 302
    assert "100.00 EUR" in text_of(client.get(path))
    end = reverse("authority_limit_end", args=[AuthorityLimit.objects.get().pk])
    client.force_login(proposed.manager)
    assert client.get(path).status_code == client.post(end).status_code == 403
    client.force_login(proposed.carl)
    assert client.get(reverse("authority_limits", args=["bank"])).status_code == 404


def test_the_sign_page_says_who_may_sign_instead(proposed: SimpleNamespace) -> None:
    client, path = Client(), reverse("version_sign", args=[SLUG, 1, "provider"])
    client.force_login(proposed.manager)
    shown = text_of(client.get(path))
    assert "Who may sign instead: Head." in shown
    assert 'name="password"' not in shown
    assert (
        client.post(path, {"digest": proposed.version.digest, "confirm": "on", "password": PASSWORD}).status_code == 422
    )
    assert not proposed.version.signatures.exists()
