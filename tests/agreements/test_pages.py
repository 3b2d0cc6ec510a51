"""The pages: what they show, what forms keep, and how many queries lists take."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.models import Agreement, Version
from agreements.services import (
    agreement_create,
    dependency_add,
    document_write,
    service_create,
    version_draft,
    version_edit,
    version_propose,
)
from tests.agreements.table import NOW, PASSWORD, TERMS, contract, signed, terms
from tests.agreements.test_scope import client_of

SLUG = "payments-retail"


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def story(table: SimpleNamespace) -> SimpleNamespace:
    """An agreement in force, an amendment on the table, a supplier's contract and a dependency."""
    signed(table.draft)
    signed(contract(table).versions.get())
    dependency_add(service=table.payments, needs=table.compute, actor=None, now=NOW)
    draft = version_draft(agreement=table.agreement, effective_from=date(2026, 4, 1), actor=None, now=NOW)
    table.amendment = version_edit(
        version=draft, document={**draft.document, "spec": {**draft.document["spec"], "objectives": OBJECTIVES}},
        expected_changed_at=None, actor=None, now=NOW,
    )  # fmt: skip
    return table


OBJECTIVES = terms(target=">= 99.95%", hours="office")["spec"]["objectives"]


PAGES = [
    ("catalogue", []),
    ("service", ["payments"]),
    ("service", ["compute"]),
    ("agreements", []),
    ("agreement", [SLUG]),
    ("agreement", ["compute-uc"]),
    ("version", [SLUG, 1]),
    ("version", [SLUG, 2]),
]


@pytest.mark.parametrize("who", ["manager", "watcher"])
def test_every_page_opens_for_everybody_of_the_provider(story: SimpleNamespace, who: str) -> None:
    client = client_of(getattr(story, who))
    for name, arguments in PAGES:
        assert client.get(reverse(name, args=arguments)).status_code == 200, (name, arguments)


def test_the_customer_reads_the_agreement_and_finds_no_act_of_the_provider(story: SimpleNamespace) -> None:
    page = text_of(client_of(story.carl).get(reverse("agreement", args=[SLUG])))
    assert "43 min 48 s of an average month may be down" in page
    assert "Version 2" not in page
    assert reverse("objective_measure", args=[SLUG, "availability"]) not in page
    assert "Change</a>" not in page


def test_the_redline_is_what_a_proposal_shows_first(story: SimpleNamespace) -> None:
    version_propose(version=story.amendment, actor=None, now=NOW)
    page = text_of(client_of(story.carl).get(reverse("version", args=[SLUG, 2])))
    assert "<del>99.9</del>" in page
    assert "<ins>99.95</ins>" in page
    assert "instead of 43 min 48 s of an average month" in page
    assert reverse("version_sign", args=[SLUG, 2, "customer"]) in page
    assert reverse("version_sign", args=[SLUG, 2, "provider"]) not in page


def test_the_download_is_the_signed_text(story: SimpleNamespace) -> None:
    answer = client_of(story.carl).get(reverse("version_download", args=[SLUG, 1]))
    assert answer.content.decode() == document_write(Version.objects.get(agreement=story.agreement, number=1).document)
    assert answer["Content-Disposition"].endswith('"payments-retail-2026-01-01.yaml"')


def edit_fields(version: Version, **changed: str) -> dict[str, str]:
    fields = {
        "mode": "terms",
        "changed_at": version.changed_at.isoformat(),
        "note": "because",
        "effective_from": "2026-04-01",
        "effective_until": "",
        "target_0": "99,97",
        "period_0": "quarter",
        "hours_0": "24x7",
    }
    return fields | changed


def test_main_terms_are_edited_by_field_and_the_rest_stays(story: SimpleNamespace) -> None:
    client, path = client_of(story.manager), reverse("version_edit", args=[SLUG, 2])
    assert client.get(path).status_code == 200
    answer = client.post(path, edit_fields(story.amendment))
    assert answer.status_code == 302
    story.amendment.refresh_from_db()
    objective = story.amendment.document["spec"]["objectives"][0]
    assert (objective["target"], objective["period"], "hours" in objective) == (">= 99.97%", "quarter", False)
    assert objective["credits"] == TERMS["spec"]["objectives"][0]["credits"]
    assert story.amendment.note == "because"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("target_0", "a lot"), ("target_0", "101"), ("effective_from", "2025-01-01"), ("effective_until", "2026-02-01")],
)
def test_what_was_typed_survives_an_error_at_its_field(story: SimpleNamespace, field: str, typed: str) -> None:
    path = reverse("version_edit", args=[SLUG, 2])
    answer = client_of(story.manager).post(path, edit_fields(story.amendment, **{field: typed}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert f'value="{typed}"' in text_of(answer)
    assert "because" in text_of(answer)


def test_an_edit_over_anothers_shows_the_conflict_keeps_the_text_and_a_second_save_goes_through(
    story: SimpleNamespace,
) -> None:
    stale = edit_fields(story.amendment)
    later = NOW.replace(hour=12)
    version_edit(
        version=story.amendment, document={**story.amendment.document}, note="mine first",
        expected_changed_at=story.amendment.changed_at, actor=None, now=later,
    )  # fmt: skip
    client, path = client_of(story.manager), reverse("version_edit", args=[SLUG, 2])
    answer = client.post(path, stale)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Somebody has changed this draft" in page
    assert 'value="99,97"' in page
    story.amendment.refresh_from_db()
    assert story.amendment.note == "mine first"
    again = {**stale, "changed_at": story.amendment.changed_at.isoformat()}
    assert again["changed_at"] in page
    assert client.post(path, again).status_code == 302
    story.amendment.refresh_from_db()
    assert story.amendment.note == "because"


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x", "spec: [", "{}", "x" * 140_000, "spec: {objectives: []}"])
def test_hostile_text_is_refused_at_the_editor(story: SimpleNamespace, text: str) -> None:
    path = reverse("version_edit", args=[SLUG, 2])
    fields = {"mode": "text", "changed_at": story.amendment.changed_at.isoformat(), "text": text, "note": ""}
    answer = client_of(story.manager).post(path, fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]


def test_the_preview_says_what_the_typed_terms_mean_and_saves_nothing(story: SimpleNamespace) -> None:
    path = reverse("version_edit", args=[SLUG, 2])
    fields = edit_fields(story.amendment, target_0="99.95", period_0="month", preview="1")
    page = text_of(client_of(story.manager).post(path, fields, headers={"HX-Request": "true"}))
    assert "21 min 54 s instead of 43 min 48 s" in page
    assert "<html" not in page
    story.amendment.refresh_from_db()
    assert story.amendment.note == ""


def test_signing_asks_for_will_password_and_the_text_that_was_shown(story: SimpleNamespace) -> None:
    version_propose(version=story.amendment, actor=None, now=NOW)
    client, path = client_of(story.carl), reverse("version_sign", args=[SLUG, 2, "customer"])
    digest = Version.objects.get(pk=story.amendment.pk).digest
    assert digest in text_of(client.get(path))
    good = {"digest": digest, "confirm": "on", "password": PASSWORD}
    for wrong in ({"password": "guess"}, {"confirm": ""}, {"digest": "0" * 64}):
        answer = client.post(path, {**good, **wrong})
        assert answer.status_code == 422
        assert PASSWORD not in text_of(answer)
        assert not story.amendment.signatures.exists()
    assert client.post(path, good).status_code == 302
    assert story.amendment.signatures.get().user == story.carl


def test_a_proposal_and_its_withdrawal_go_through_the_buttons(story: SimpleNamespace) -> None:
    client = client_of(story.manager)
    client.post(reverse("version_propose", args=[SLUG, 2]))
    story.amendment.refresh_from_db()
    assert story.amendment.state == "proposed"
    client.post(reverse("version_withdraw", args=[SLUG, 2]))
    answer = client.post(reverse("version_propose", args=[SLUG, 2]), follow=True)
    assert "no longer possible" in text_of(answer)


def new_fields(table: SimpleNamespace, **changed: str) -> dict[str, Any]:
    fields = {
        "title": "Payments for Bank",
        "slug": "",
        "type": "SLA",
        "service": str(table.payments.pk),
        "customer": str(table.bank.pk),
        "timezone": "Pacific/Auckland",
        "note": "",
        "effective_from": "2026-03-01",
        "objective": "availability",
        "target": "99.5",
        "period": "month",
        "text": "",
    }
    return fields | changed


def test_a_new_agreement_begins_with_a_few_fields(table: SimpleNamespace) -> None:
    answer = client_of(table.manager).post(reverse("agreement_new"), new_fields(table))
    assert answer.status_code == 302
    made = Agreement.objects.get(slug="payments-for-bank")
    assert made.versions.get().document["spec"]["objectives"][0]["target"] == ">= 99.5%"


def test_a_new_agreement_begins_with_a_file(table: SimpleNamespace) -> None:
    upload = SimpleUploadedFile("a.yaml", document_write(TERMS).encode())
    fields = {**new_fields(table, target="", effective_from=""), "file": upload}
    assert client_of(table.manager).post(reverse("agreement_new"), fields).status_code == 302
    made = Agreement.objects.get(slug="payments-for-bank").versions.get()
    assert made.document["spec"]["calendars"] == TERMS["spec"]["calendars"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", b"x" * 200_000, b"a: &a [*a]", b"spec: {objective: []}"])
def test_a_hostile_file_opens_nothing(table: SimpleNamespace, content: bytes) -> None:
    fields = {**new_fields(table), "file": SimpleUploadedFile("a.yaml", content)}
    answer = client_of(table.manager).post(reverse("agreement_new"), fields)
    assert answer.status_code == 422
    assert "Payments for Bank" in text_of(answer)
    assert Agreement.objects.count() == 1


def test_a_service_is_added_edited_and_connected(table: SimpleNamespace) -> None:
    client = client_of(table.analyst)
    fields = {
        "name": "Till",
        "slug": "till",
        "organisation": table.provider.pk,
        "summary": "",
        "criticality": "3",
        "owner": "",
    }
    assert client.post(reverse("service_new"), fields).status_code == 302
    assert client.post(reverse("service_new"), fields).status_code == 422  # the short name is taken
    client.post(reverse("dependency_new", args=["till"]), {"needs": table.payments.pk, "mode": "serial"})
    page = text_of(client.get(reverse("service", args=["payments"])))
    assert 'href="/catalogue/till/"' in page
    edge = table.payments.dependants.get()
    client.post(reverse("dependency_drop", args=["till", edge.pk]))
    assert not table.payments.dependants.exists()


def many(table: SimpleNamespace, count: int) -> None:
    """Fill catalogue and register."""
    for number in range(count):
        service = service_create(
            slug=f"s{number}", name=f"Service {number}", organisation=table.provider, actor=None, now=NOW
        )
        made = agreement_create(
            slug=f"a{number}", title=f"Agreement {number}", service=service, provider=table.provider,
            customer=table.retail, timezone="UTC", document=TERMS, actor=None, now=NOW,
        )  # fmt: skip
        signed(made.versions.get())
        dependency_add(service=service, needs=table.payments, actor=None, now=NOW)


@pytest.mark.parametrize(
    "path", ["/catalogue/", "/agreements/", "/catalogue/payments/", "/agreements/payments-retail/"]
)
def test_pages_take_as_many_queries_for_thirty_rows_as_for_three(
    table: SimpleNamespace, django_assert_max_num_queries: Callable[..., Any], path: str
) -> None:
    client = client_of(table.manager)
    many(table, 3)
    with django_assert_max_num_queries(25) as few:
        assert client.get(path).status_code == 200
    many_more = len(few.captured_queries)
    for number in range(3, 20):
        service_create(slug=f"t{number}", name=f"T {number}", organisation=table.provider, actor=None, now=NOW)
        contract(table, slug=f"uc{number}")
    with django_assert_max_num_queries(many_more):
        assert client.get(path).status_code == 200


QUERIES = (
    "q=pay q=%00%27%22 sort=-title sort=nothing page=999 state=in_force state=expiring state=open scope=own "
    "scope=received organisation=supplier criticality=9 criticality=4 type=UC export=csv"
)


@pytest.mark.parametrize("path", ["/catalogue/", "/agreements/"])
def test_lists_answer_every_address(story: SimpleNamespace, path: str) -> None:
    client = client_of(story.manager)
    for query in QUERIES.split():
        assert client.get(f"{path}?{query}").status_code == 200, query


def test_the_register_counts_and_exports_what_it_shows(story: SimpleNamespace) -> None:
    version_propose(version=story.amendment, actor=None, now=NOW)
    client = client_of(story.manager)
    page = client.get("/agreements/")
    assert page.context["counts"] == {"force": 2, "open": 1, "draft": 0, "expiring": 0}
    rows = client.get("/agreements/?type=UC&export=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("Contract compute-uc,UC,Supplier,Provider,in_force")
