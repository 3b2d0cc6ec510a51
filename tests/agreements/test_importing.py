"""Agreements from files: looked at with every fault and every note, then opened as drafts, all or nothing; and back."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from agreements.models import Agreement
from agreements.services import document_write
from agreements.services.importing import Filling, text_bring
from slmo.core.openslo import documents_check
from slmo.core.terms.problems import document_problems
from tests.agreements.table import SLUG, TERMS, signed, text_of

WRONG = """
spec:
  effective: {from: 2026-05-01}
  calendars: {office: {weekly: {mon: ["9-5"]}}}
  exclusions:
    - {from: 2026-05-02T00:00:00Z, to: 2026-05-01T00:00:00Z}
  reporting: {every: month}
  objectives:
    - {name: a, indicator: availability, target: ">= 999%", period: month}
    - {name: b, indicator: availability, target: ">= 99%", period: month}
    - {name: c, indicator: tasks, target: ">= 99%", period: month}
"""
SLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout, labels: {team: web}}
spec:
  service: shop
  budgetingMethod: Occurrences
  indicator:
    metadata: {name: checkout}
    spec:
      ratioMetric:
        good: {metricSource: {type: Prometheus, spec: {query: a}}}
        total: {metricSource: {type: Prometheus, spec: {query: b}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  objectives: [{target: 0.995}]
"""
GOOD = document_write({"spec": {**TERMS["spec"], "effective": {"from": "2026-05-01"}, "reporting": {
    "every": "month", "within": "10d"}}})  # fmt: skip


def test_every_fault_of_a_file_is_named_by_key_and_line() -> None:
    brought = text_bring(WRONG, Filling("x", "UTC"))
    assert not brought.usable
    assert [(one.key, one.line) for one in brought.faults] == [
        ("spec.calendars.office.weekly.mon[0]", 4),
        ("spec.exclusions[0].to", 6),
        ("spec.reporting.within", 7),
        ("spec.objectives[0].target", 9),
        ("spec.objectives[2].clock", 11),
    ]


def test_problems_that_concern_the_whole_end_the_search() -> None:
    assert [one.key for one in document_problems({"apiVersion": "slmo/v2"})] == ["apiVersion"]
    assert document_problems({"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "x"}, "spec": []})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a: [", "YAML"), ("", "an empty file"), ("spec: *x", "alias"), (GOOD + "---\n" + GOOD, "2 documents"),
     (SLO + "---\n" + GOOD, "bring one kind"), ("a: " + "x" * 200_000, "longer than"), ("\x00", "printable")],
)  # fmt: skip
def test_what_is_no_agreement_is_told_in_a_sentence(text: str, sentence: str) -> None:
    with translation.override("en"):
        brought = text_bring(text, Filling())
    assert not brought.usable
    assert sentence in " ".join(one.sentence for one in brought.faults)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def fields(table: Any, **changed: Any) -> dict[str, Any]:
    return {
        "title": "Shop for Bank", "type": "SLA", "slug": "", "service": table.payments.pk, "customer": table.bank.pk,
        "timezone": "Europe/Berlin", "effective_from": "", "text": GOOD, **changed,
    }  # fmt: skip


def test_a_file_is_looked_at_and_then_opened(table: Any) -> None:
    manager, url = client_of(table.manager), reverse("agreement_import")
    upload = SimpleUploadedFile("terms.yaml", GOOD.encode())
    looked = manager.post(url, fields(table, text="", file=upload, look="1"))
    assert looked.status_code == 200
    assert "Would be drafted" in text_of(looked)
    assert "A report is owed for each calendar month" in text_of(looked)
    assert looked.context["form"]["text"].value() == GOOD
    assert not Agreement.objects.filter(slug="shop-for-bank").exists()
    opened = manager.post(url, fields(table, open="1"))
    assert opened.url == reverse("version", args=["shop-for-bank", 1])
    made = Agreement.objects.get(slug="shop-for-bank")
    assert made.versions.get().document["spec"]["objectives"] == TERMS["spec"]["objectives"]


def test_nothing_is_opened_from_a_file_with_a_fault(table: Any) -> None:
    before = Agreement.objects.count()
    answer = client_of(table.manager).post(reverse("agreement_import"), fields(table, text=WRONG, open="1"))
    assert answer.status_code == 422
    assert "Line 9" in text_of(answer)
    assert Agreement.objects.count() == before


def test_openslo_becomes_a_draft_and_says_what_it_left_behind(table: Any) -> None:
    manager, url = client_of(table.manager), reverse("agreement_import")
    looked = manager.post(url, fields(table, text=SLO, effective_from="2026-06-01", look="1"))
    assert "the query: facts come as files" in text_of(looked)
    manager.post(url, fields(table, text=SLO, effective_from="2026-06-01", open="1"))
    spec = Agreement.objects.get(slug="shop-for-bank").versions.get().document["spec"]
    assert spec["effective"] == {"from": "2026-06-01"}
    assert spec["objectives"][0]["period"] == "rolling 28d"
    table.manager.language = "ru"
    table.manager.save()
    russian = text_of(client_of(table.manager).post(url, fields(table, text=SLO, look="1")))
    assert "the query" not in russian
    assert "has none" not in russian


def test_a_draft_of_an_agreement_comes_from_a_file(table: Any) -> None:
    signed(table.draft)
    manager, url = client_of(table.manager), reverse("version_import", args=[SLUG])
    bad = {"text": GOOD.replace("spec:\n", "spec:\n  customer: bank\n", 1), "effective_from": "", "note": "from a file"}
    assert manager.post(url, {**bad, "open": "1"}).url == reverse("version", args=[SLUG, 2])
    draft = table.agreement.versions.get(number=2)
    assert (draft.note, draft.document["spec"]["customer"]) == ("from a file", "retail")
    late = manager.post(url, {"text": GOOD, "effective_from": "2025-01-01", "note": "", "open": "1"})
    assert late.status_code == 422
    for user, status in ((table.analyst, 403), (table.bella, 404)):
        assert client_of(user).get(url).status_code == status


def test_a_version_is_exported_with_what_openslo_cannot_say(table: Any) -> None:
    manager = client_of(table.manager)
    said = text_of(manager.get(reverse("version_export", args=[SLUG, 1])))
    assert "1 objective can be said in OpenSLO." in said
    assert "spec.calendars" in said
    answer = manager.get(reverse("version_openslo", args=[SLUG, 1]))
    assert "attachment" in answer["Content-Disposition"]
    assert documents_check(list(yaml.safe_load_all(answer.content))) == []
    assert client_of(table.bella).get(reverse("version_openslo", args=[SLUG, 1])).status_code == 404


def test_the_commands_import_and_export(table: Any, tmp_path: Path) -> None:
    file, out = tmp_path / "terms.yaml", StringIO()
    file.write_text(WRONG, encoding="utf-8")
    given = ["--service", "payments", "--customer", "bank", "--title", "Brought"]
    with pytest.raises(CommandError, match=r"line 9: spec.objectives\[0\].target(.|\n)*Nothing was opened"):
        call_command("agreement_import", str(file), *given)
    file.write_text(GOOD, encoding="utf-8")
    call_command("agreement_import", str(file), *given, "--dry-run", stdout=out)
    assert not Agreement.objects.filter(slug="brought").exists()
    call_command("agreement_import", str(file), *given, stdout=out)
    assert "Opened as drafts: brought." in out.getvalue()
    with pytest.raises(CommandError, match="already"):
        call_command("agreement_import", str(file), *given)
    written = StringIO()
    call_command("agreement_export", "brought", "--number", "1", stdout=written)
    again = text_bring(written.getvalue(), Filling("brought", "UTC"))
    assert again.usable
    with pytest.raises(CommandError, match="No such version"):
        call_command("agreement_export", "brought")
