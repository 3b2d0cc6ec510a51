"""Service level requirements: from a customer's wish, through the provider's answer and a draft, to a signed clause."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from agreements.errors import Refused
from agreements.models import Agreement, Requirement, Wish
from agreements.requirements import requirement_get, requirements_visible, standing_of, traces_of, wish_met
from agreements.services import (
    requirement_answer,
    requirement_draft,
    requirement_edit,
    requirement_record,
    requirement_withdraw,
    version_edit,
    wish_trace,
)
from agreements.services.requirement import TRANSITIONS, wishes_said
from slmo.accounts.errors import Denied
from slmo.notify.models import Message
from tests.agreements.table import NOW, signed, terms, text_of

WISHES = [
    {"text": "Open whenever shops are", "weight": "must", "kind": "availability", "target": ">= 99.95%", "limit": ""},
    {"text": "Faults mended the same day", "weight": "should", "kind": "tasks", "target": ">= 90%", "limit": "8h"},
    {"text": "Data stay in the country", "weight": "must", "kind": "", "target": "", "limit": ""},
]


def recorded(table: Any, **changed: Any) -> Requirement:
    given: dict[str, Any] = {
        "customer": table.retail, "service": table.payments, "title": "Tills", "text": "Every till needs it.",
        "wishes": WISHES, "actor": table.carl, "now": NOW,
    }  # fmt: skip
    return requirement_record(**(given | changed))


def drafted(table: Any, requirement: Requirement, **spec: Any) -> Agreement:
    given = {
        "slug": "tills", "title": "Tills", "type": "SLA", "timezone": "Europe/Berlin",
        "effective_from": date(2026, 5, 1),
    }  # fmt: skip
    return requirement_draft(requirement=requirement, given=given, terms=spec, actor=table.manager, now=NOW)


def test_a_wish_becomes_a_clause_and_can_be_followed_to_the_signed_version(table: Any) -> None:
    made = recorded(table)
    requirement_answer(requirement=made, answer="99.9 is usual.", actor=table.manager, now=NOW)
    agreement = drafted(table, made)
    found = requirement_get(table.carl, made.pk)
    assert standing_of(found) == "drafted"
    spec = agreement.versions.get().document["spec"]
    assert [(one["title"], one["target"]) for one in spec["objectives"]] == [
        ("Open whenever shops are", ">= 99.95%"), ("Faults mended the same day", ">= 90%"),
    ]  # fmt: skip
    assert spec["objectives"][1]["limit"] == "8h"
    draft = agreement.versions.get()
    lower = {**draft.document, "spec": {**spec, "objectives": [{**spec["objectives"][0], "target": ">= 99.9%"}]}}
    version_edit(version=draft, document=lower, expected_changed_at=None, actor=table.manager, now=NOW)
    draft.refresh_from_db()
    signed(draft)
    found = requirement_get(table.carl, made.pk)
    assert standing_of(found) == "agreed"
    first, second, third = traces_of(table.carl, found)
    assert [(one.version.number, one.met) for one in first.answers] == [(1, False)]
    assert second.answers == third.answers == ()


def test_a_template_brings_the_rest_and_its_objectives_take_the_wished_figures() -> None:
    wishes = [Wish(pk=n, **one) for n, one in enumerate(WISHES)]
    spec, clauses = wishes_said(wishes, terms()["spec"])
    assert [one["name"] for one in spec["objectives"]] == ["availability", "faults-mended-the-same-day"]
    assert spec["objectives"][0]["target"] == ">= 99.95%"
    assert spec["objectives"][0]["credits"]
    assert clauses == {0: "objective.availability", 1: "objective.faults-mended-the-same-day"}


def test_the_provider_records_for_a_customer_and_both_are_told(table: Any) -> None:
    recorded(table, actor=table.manager)
    assert not Message.objects.filter(kind="requirement_recorded", url="").exists()
    made = recorded(table)
    requirement_answer(requirement=made, answer="Yes.", actor=table.manager, now=NOW)
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert {"requirement_recorded", "requirement_answered"} <= kinds


def test_who_may_do_what(table: Any) -> None:
    for actor in (table.bella, table.analyst):
        with pytest.raises(Denied):
            recorded(table, actor=actor)
    made = recorded(table)
    for actor in (table.carl, table.analyst):
        with pytest.raises(Denied):
            requirement_answer(requirement=made, answer="x", actor=actor, now=NOW)
    assert not requirements_visible(table.bella).exists()
    assert requirements_visible(table.manager).get() == made


def test_what_the_table_of_steps_does_not_have_is_refused(table: Any) -> None:
    made = recorded(table)
    requirement_answer(requirement=made, answer="Yes.", actor=table.manager, now=NOW)
    edited = requirement_edit(requirement=made, title="Tills", text="", wishes=WISHES[:1], actor=table.carl, now=NOW)
    assert edited.state == "recorded"  # what has changed is answered anew
    requirement_withdraw(requirement=made, actor=table.carl, now=NOW)
    with pytest.raises(Refused):
        drafted(table, made)
    assert ("withdrawn", "edit") not in TRANSITIONS
    with pytest.raises(Refused):
        wish_trace(wish=made.wishes.get(), clause="term", actor=table.manager, now=NOW)


@pytest.mark.parametrize(
    "wish",
    [
        {"text": "x", "kind": "availability", "target": ""},
        {"text": "x", "kind": "attested", "target": ">= 1"},
        {"text": "x", "kind": "availability", "target": "many"},
        {"text": "x", "kind": "tasks", "target": ">= 90%", "limit": "soon"},
    ],
)
def test_a_wish_that_cannot_be_measured_so_is_refused(table: Any, wish: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        recorded(table, wishes=[{"weight": "must", "limit": "", **wish}])
    assert "wishes" in refused.value.error_dict
    assert not Requirement.objects.exists()


def test_only_what_is_alike_is_compared() -> None:
    wish = Wish(kind="availability", target=">= 99.9%")
    assert wish_met(wish, None) is None
    assert wish_met(Wish(kind="", target=""), None) is None


# -- pages


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_pages_take_a_wish_to_a_draft(table: Any) -> None:
    signed(table.draft)  # from now on the customer knows of the service
    carl, manager = client_of(table.carl), client_of(table.manager)
    url = reverse("requirement_new")
    typed = {
        "customer": table.retail.pk, "service": table.payments.pk, "title": "Tills", "text": "",
        "wish_0_text": "Open", "wish_0_weight": "must", "wish_0_kind": "availability", "wish_0_figure": "99,95",
        "wish_1_text": "Fast", "wish_1_weight": "could", "wish_1_kind": "value", "wish_1_figure": "",
    }  # fmt: skip
    assert carl.post(url, {**typed, "more": "wish"}).status_code == 200
    assert carl.post(url, typed).status_code == 422
    assert carl.post(url, {**typed, "wish_1_figure": "0.3"}).status_code == 302
    made = Requirement.objects.get()
    assert [one.target for one in made.wishes.all()] == [">= 99.95%", "<= 0.3"]
    page = reverse("requirement", args=[made.pk])
    assert "at least 99.95" in text_of(manager.get(page))
    assert client_of(table.bella).get(page).status_code == 404
    step = reverse("requirement_step", args=[made.pk, "answer"])
    assert manager.post(step, {"answer": ""}).status_code == 422
    assert manager.post(step, {"answer": "We can."}).status_code == 302
    assert carl.post(step, {"answer": "We can."}).status_code == 403
    assert "We can." in text_of(carl.get(page))
    draft = reverse("requirement_draft", args=[made.pk])
    assert carl.get(draft).status_code == 403
    given = {"template": "sla-api", "title": "Tills", "slug": "", "type": "SLA", "timezone": "UTC",
             "effective_from": "2026-05-01"}  # fmt: skip
    assert manager.post(draft, {**given, "effective_from": ""}).status_code == 422
    assert manager.post(draft, given).url == reverse("version", args=["tills", 1])
    objectives = Agreement.objects.get(slug="tills").versions.get().document["spec"]["objectives"]
    assert {one["name"]: one["target"] for one in objectives} == {
        "success": ">= 99.5%", "latency": "<= 0.3", "open": ">= 99.95%",
    }  # fmt: skip
    shown = text_of(manager.get(page))
    assert "as wished" in shown
    wish = made.wishes.first()
    assert wish is not None
    trace = reverse("wish_trace", args=[made.pk, wish.pk])
    manager.post(trace, {"clause": "objective.success"})
    wish.refresh_from_db()
    assert wish.clause == "objective.success"
    assert carl.post(trace, {"clause": ""}).status_code == 403
    assert "Tills" in text_of(carl.get(reverse("requirements"), {"state": "drafted"}))
    edit = reverse("requirement_edit", args=[made.pk])
    assert carl.post(edit, {**typed, "wish_1_figure": "0.3"}).status_code == 422  # it is drafted already
