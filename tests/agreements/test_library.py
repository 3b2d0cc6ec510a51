"""The library: every template is an agreement that the engine reads, in both languages; drafted from, and inserted."""

import copy
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from agreements.library import Entry, entries, insertion, terms_of
from agreements.models import Agreement, Template, Version
from agreements.services import template_save
from agreements.views.library import sections_of
from slmo.accounts.errors import Denied
from slmo.core.terms import agreement_parse
from tests.agreements.table import NOW, SLUG, signed, text_of


def starts(entry: Entry) -> dict[str, str]:
    found = {f"{part.name}.{one.name}": one.start for part in entry.members() for one in part.fields}
    return {**found, "effective_from": "2026-01-01"}


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", sorted(entries()))
def test_every_template_is_read_by_the_engine_and_told_in_both_languages(name: str, language: str) -> None:
    entry = entries()[name]
    assert entry.types
    assert set(entry.title) == set(entry.summary) == {"en", "ru"}
    with translation.override(language):
        assert sections_of(entry)
    terms = terms_of(entry, starts(entry), language)
    assert "{{" not in str(terms)
    cyrillic = any("а" <= letter <= "я" for letter in str(terms).lower())
    assert cyrillic == (language == "ru")


def test_there_is_a_whole_for_each_kind_of_agreement_and_every_part_is_used_or_offered() -> None:
    wholes = [one for one in entries().values() if one.parts]
    assert {kind for one in wholes for kind in one.types} == {"SLA", "OLA", "UC"}
    assert {"availability", "desk", "interface", "cloud", "backup", "internal"} <= {one.topic for one in wholes}
    assert all(part in entries() for one in wholes for part in one.parts)


def test_what_a_draft_says_already_stays_and_names_stay_apart() -> None:
    draft = {"spec": {
        "calendars": {"office": {"weekly": {"mon": ["08:00-12:00"]}}}, "reporting": {"every": "week", "within": "1d"},
        "objectives": [{"name": "availability", "indicator": "availability", "target": ">= 99%", "period": "month",
                        "hours": "office"}],
    }}  # fmt: skip
    before = copy.deepcopy(draft)
    office, report = entries()["availability-office"], entries()["reporting-monthly"]
    made = insertion(draft, terms_of(office, starts(office), "en"))
    assert draft == before
    spec = made.document["spec"]
    assert [(one["name"], one["hours"]) for one in spec["objectives"]] == [
        ("availability", "office"), ("availability-2", "office-2"),
    ]  # fmt: skip
    again = insertion(made.document, terms_of(report, starts(report), "en"))
    assert again.kept == ("reporting",)
    assert again.document["spec"]["reporting"] == {"every": "week", "within": "1d"}
    assert again.document["spec"]["review"] == {"every": "quarter"}


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(client: Client, url: str) -> dict[str, Any]:
    """Return what a form sends that is opened and sent as it is."""
    found: dict[str, Any] = {}
    for bound in client.get(url).context["form"]:
        value = bound.value()
        if hasattr(bound.field.widget, "decompress"):
            found |= dict(
                zip((f"{bound.html_name}{n}" for n in bound.field.widget.widgets_names),
                    bound.field.widget.decompress(value), strict=True)
            )  # fmt: skip
        else:
            found[bound.html_name] = "" if value is None else value
    return found


def test_an_agreement_is_drafted_from_a_template(table: Any) -> None:
    manager, url = client_of(table.manager), reverse("library_draft", args=["sla-desk"])
    typed = sent(manager, url) | {
        "title": "Desk for Bank", "type": "SLA", "service": table.payments.pk, "customer": table.bank.pk,
        "effective_from": "2026-05-01", "desk-response.target": "97", "language": "ru", "currency": "EUR",
    }  # fmt: skip
    assert manager.post(url, {**typed, "desk-response.hours": "nonsense"}).status_code == 422
    assert manager.post(url, typed).url == reverse("version", args=["desk-for-bank", 1])
    spec = Agreement.objects.get(slug="desk-for-bank").versions.get().document["spec"]
    assert [one["name"] for one in spec["objectives"]] == ["response", "resolution"]
    assert spec["objectives"][0]["target"] == ">= 97%"
    assert spec["objectives"][0]["title"] == "Реакция службы поддержки"
    assert client_of(table.carl).get(url).status_code == 403


def test_a_part_is_put_into_a_draft_after_a_look(table: Any) -> None:
    manager = client_of(table.manager)
    listed = text_of(manager.get(reverse("version_insert", args=[SLUG, 1])))
    assert "Latency of calls" in listed
    assert "Support of another team" not in listed  # that is for operational agreements
    url = reverse("version_insert_entry", args=[SLUG, 1, "api-latency"])
    typed = sent(manager, url)
    looked = text_of(manager.post(url, {**typed, "preview": "1"}, headers={"HX-Request": "true"}))
    assert "p95" in looked
    assert manager.post(url, typed).status_code == 302
    names = [one["name"] for one in Version.objects.get(pk=table.draft.pk).document["spec"]["objectives"]]
    assert names == ["availability", "latency"]
    assert manager.get(reverse("version_insert_entry", args=[SLUG, 1, "nothing"])).status_code == 404


def test_an_organisation_keeps_templates_of_its_own_that_nobody_else_sees(table: Any) -> None:
    signed(table.draft)
    manager, url = client_of(table.manager), reverse("template_new", args=[SLUG, 1])
    assert manager.post(url, {"title": "Our usual", "summary": "Cards"}).status_code == 302
    template = Template.objects.get()
    assert template.organisation == table.provider
    assert set(template.spec) == {"currency", "calendars", "objectives"}
    assert manager.post(url, {"title": "Our usual", "summary": ""}).status_code == 422  # the title is taken
    name = f"own-{template.pk}"
    page = reverse("library_entry", args=[name])
    assert "Our usual" in text_of(manager.get(reverse("library"), {"sort_of": "own"}))
    assert "At least 99.9" in text_of(manager.get(page))
    assert client_of(table.carl).get(page).status_code == 404
    assert client_of(table.analyst).get(url).status_code == 403
    with pytest.raises(Denied):
        template_save(version=table.draft, side="customer", title="x", actor=table.manager, now=NOW)
    assert manager.post(reverse("template_drop", args=[name])).status_code == 302
    assert manager.get(page).status_code == 404


def test_a_kept_template_drafts_the_same_terms(table: Any) -> None:
    made = template_save(version=table.draft, side="provider", title="Ours", actor=table.manager, now=NOW)
    terms = agreement_parse([table.draft.document]).versions[0].objectives
    manager, url = client_of(table.manager), reverse("library_draft", args=[f"own-{made.pk}"])
    typed = sent(manager, url) | {
        "title": "Again", "service": table.payments.pk, "customer": table.bank.pk, "effective_from": "2026-05-01",
        "type": "SLA", "currency": "",
    }  # fmt: skip
    assert manager.post(url, typed).status_code == 302
    again = Agreement.objects.get(slug="again").versions.get()
    assert agreement_parse([again.document]).versions[0].objectives == terms
