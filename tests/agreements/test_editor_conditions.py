"""The editor of a draft, part by part: the typed conditions, and clauses in words."""

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from agreements.forms.conditions import clause_id, conditions_initial, conditions_of
from agreements.models import Version
from agreements.reading.clauses import version_read
from agreements.services import document_read, document_write, version_draft
from slmo.core.terms import agreement_parse
from tests.agreements.table import NOW, TERMS, signed, table_make, text_of
from tests.core.test_conditions import FULL, with_terms
from tests.support.worlds import kept

SLUG = "payments-retail"
HTMX = {"HX-Request": "true"}


def desk_make() -> SimpleNamespace:
    """Return the table with a draft that has conditions and a clause."""
    table = table_make()
    signed(table.draft)
    document = copy.deepcopy(TERMS)
    document["spec"] |= {"effective": {"from": "2026-04-01", "until": "2027-04-01"}, **copy.deepcopy(FULL)}
    table.amendment = version_draft(agreement=table.agreement, document=document, actor=table.manager, now=NOW)
    return table


@pytest.fixture(scope="module")
def desk_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with kept(desk_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def desk(desk_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    return copy.deepcopy(desk_kept)


@pytest.fixture
def manager(desk: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(desk.manager)
    return client


def address(name: str, *args: Any) -> str:
    return reverse(name, args=[SLUG, 2, *args])


def stored(desk: SimpleNamespace) -> Version:
    return Version.objects.get(pk=desk.amendment.pk)


def shown(client: Client, url: str) -> dict[str, Any]:
    """Return what a form sends that is opened and sent as it is."""
    form = client.get(url).context["form"]
    data = {}
    for bound in form:
        data[bound.html_name] = bound.value() if bound.value() is not None else ""
    return data


def test_a_form_that_is_sent_as_it_was_opened_changes_no_term(desk: SimpleNamespace, manager: Client) -> None:
    url = address("version_conditions")
    assert manager.post(url, shown(manager, url)).status_code == 302
    before, after = (agreement_parse([one.document]).versions[0] for one in (desk.amendment, stored(desk)))
    assert after.conditions == before.conditions
    assert after.objectives == before.objectives


def test_what_is_emptied_is_no_longer_agreed(desk: SimpleNamespace, manager: Client) -> None:
    url = address("version_conditions")
    emptied = dict.fromkeys(shown(manager, url), "") | {"changed_at": stored(desk).changed_at.isoformat()}
    assert manager.post(url, emptied).status_code == 302
    spec = stored(desk).document["spec"]
    assert [key for key in FULL if key in spec] == ["annexes", "clauses"]


def test_a_wrong_term_is_said_at_its_field_and_nothing_is_lost(desk: SimpleNamespace, manager: Client) -> None:
    url = address("version_conditions")
    typed = shown(manager, url) | {"renewal_notice": "400", "reporting_to": "the board"}
    answer = manager.post(url, typed)
    assert answer.status_code == 422
    assert "shorter than the term" in str(answer.context["form"].errors["renewal_notice"])
    assert "the board" in text_of(answer)
    missing = manager.post(url, typed | {"reporting_within": ""})
    assert "reporting_within" in missing.context["form"].errors
    assert stored(desk).digest == desk.amendment.digest


def test_the_preview_tells_what_would_change(manager: Client) -> None:
    url = address("version_conditions")
    typed = shown(manager, url) | {"termination_notice": "14", "preview": "1"}
    said = text_of(manager.post(url, typed, headers=HTMX))
    assert "by notice of 14 days" in said


def test_more_rows_of_contacts_keep_what_was_typed(manager: Client) -> None:
    url = address("version_conditions")
    typed = shown(manager, url) | {"contact_1_role": "escalation", "more": "contact"}
    answer = manager.post(url, typed)
    assert answer.status_code == 200
    assert "escalation" in text_of(answer)
    assert "contact_4_role" in text_of(answer)


def test_clauses_in_words_are_added_changed_and_removed(desk: SimpleNamespace, manager: Client) -> None:
    new = {"changed_at": stored(desk).changed_at.isoformat(), "title": "Audits", "text": "Once a year.\r\nAnnounced."}
    assert manager.post(address("version_clause_new"), new).status_code == 302
    assert stored(desk).document["spec"]["clauses"][1] == {
        "id": "audits", "title": "Audits", "text": "Once a year.\nAnnounced.",
    }  # fmt: skip
    changed = {**new, "changed_at": stored(desk).changed_at.isoformat(), "title": "Audits and tests"}
    assert manager.post(address("version_clause", "audits"), changed).status_code == 302
    assert stored(desk).document["spec"]["clauses"][1]["id"] == "audits"
    late = manager.post(address("version_clause", "audits"), {**changed, "text": "Never."})  # written meanwhile
    assert late.status_code == 422
    assert manager.post(address("version_clause", "secrecy"), {**changed, "title": "Silence"}).status_code == 302
    assert [one["title"] for one in stored(desk).document["spec"]["clauses"]] == ["Silence", "Audits and tests"]
    dropped = {"changed_at": stored(desk).changed_at.isoformat()}
    assert manager.post(address("version_clause_drop", "secrecy"), dropped).status_code == 302
    assert [one["id"] for one in stored(desk).document["spec"]["clauses"]] == ["audits"]
    assert manager.get(address("version_clause", "secrecy")).status_code == 404


def test_the_editor_lists_conditions_and_clauses(manager: Client) -> None:
    said = text_of(manager.get(address("version_edit")))
    assert "Either side may end the agreement by notice of 42 days." in said
    assert "Both sides keep it." in said.replace("\n", " ")


def test_a_text_of_several_lines_is_written_so_that_people_can_read_it(desk: SimpleNamespace) -> None:
    text = document_write(desk.amendment.document)
    assert "text: |-\n" in text
    assert document_read(text) == desk.amendment.document


@pytest.mark.parametrize("language", ["en", "ru"])
def test_conditions_are_read_in_whole_sentences(language: str) -> None:
    with translation.override(language):
        sections = {one.key: one for one in version_read(agreement_parse([with_terms(**FULL)]).versions[0])}
    said = {clause.key: clause.text for clause in sections["conditions"].clauses}
    assert set(said) == {
        "reporting", "review", "claims", "disruptions", "amendment", "renewal", "termination", "duties.provider",
        "duties.customer", "contacts",
    }  # fmt: skip
    assert sections["clause.secrecy"].clauses[0].text == "Both sides\nkeep it."
    if language == "ru":
        assert "продлевается на 1 год" in said["renewal"].replace("\N{NO-BREAK SPACE}", " ")


def test_conditions_come_back_from_their_fields_as_they_were() -> None:
    spec = {**FULL, "termination": {**FULL["termination"], "notice": "42d"}, "amendment": FULL["amendment"]}
    data = conditions_initial(spec) | {"contacts": FULL["contacts"]}
    expected = {key: value for key, value in spec.items() if key not in ("clauses", "annexes")}
    assert conditions_of(data) == expected


def test_a_clause_gets_a_name_of_its_own() -> None:
    assert clause_id("Audits & tests", set()) == "audits-tests"
    assert clause_id("Конфиденциальность", {"clause"}) == "clause-2"
