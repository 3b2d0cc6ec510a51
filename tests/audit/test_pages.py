"""Pages of the audit log."""

import ast
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from slmo.audit.models import Entry
from slmo.audit.services import Subject, record
from slmo.audit.words import ACTION_TEXTS, action_text
from tests.support.people import NOW, organisation, person

ROOT = Path(__file__).resolve().parents[2]


def actions_in_code() -> set[str]:
    """Return the actions that the verbs hand to the audit log, read from the code."""
    found: set[str] = set()
    for top in ("slmo", "agreements", "monitoring", "reports", "governance"):
        for path in (ROOT / top).rglob("services/*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    found |= {
                        word for keyword in node.keywords if keyword.arg == "action" for word in _words(keyword.value)
                    }
    return found


def _words(node: ast.expr) -> set[str]:
    """Return the codes that an argument may be."""
    texts = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {text for text in texts if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)}


def test_every_action_that_verbs_record_has_words() -> None:
    found = actions_in_code()
    assert "organisation_create" in found
    assert found <= set(ACTION_TEXTS)


def test_an_action_without_words_is_still_readable() -> None:
    assert action_text("teapot_boil") == "teapot boil"


@pytest.mark.django_db
def test_readers_see_what_concerns_their_organisations_and_what_concerns_none(client: Client) -> None:
    north, south = organisation("north"), organisation("south")
    reader = person("ann", north, 4)
    client.force_login(reader)
    for row in (north, south):
        record(actor=None, action="tested", subject=Subject("x.y", "1", f"of {row}"), organisations=[row], now=NOW)
    text = client.get(reverse("administration_audit")).content.decode()
    assert "of North" in text


@pytest.mark.django_db
def test_a_customers_level_sees_no_log(client: Client) -> None:
    client.force_login(person("carl", organisation("baltic", "customer")))
    assert client.get(reverse("administration_audit")).status_code == 403


@pytest.mark.django_db
def test_an_entry_shows_before_and_after_and_escapes_what_was_typed(client: Client) -> None:
    north = organisation("north")
    client.force_login(person("ann", north, 4))
    entry = record(
        actor=None,
        action="service_update",
        subject=Subject("agreements.service", "1", "<script>"),
        before={"name": "Old"},
        after={"name": "<b>New"},
        organisations=[north],
        now=NOW,
    )
    text = client.get(reverse("administration_audit_entry", args=[entry.pk])).content.decode()
    assert "changed the service" in text
    assert "Old" in text
    assert "&lt;b&gt;New" in text
    assert "<b>New" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.django_db
def test_the_list_filters_by_action_and_by_text(client: Client) -> None:
    north = organisation("north")
    client.force_login(person("ann", north, 4))
    url = reverse("administration_audit")
    assert "created the user" in client.get(url).content.decode()
    rows = client.get(url, {"action": "organisation_create"}).context["listing"].rows
    assert {entry.action for entry in rows} == {"organisation_create"}
    rows = client.get(url, {"q": "nor"}).context["listing"].rows
    assert rows.count() == Entry.objects.filter(subject_label__icontains="nor").count()
