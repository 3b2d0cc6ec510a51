"""The editor of a draft: by field and as text; what forms keep, refuse and say before they save."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from agreements.models import Version
from agreements.services import version_edit
from tests.agreements.table import NOW, SLUG, TERMS, text_of
from tests.agreements.test_scope import client_of


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


def test_main_terms_are_edited_by_field_and_the_rest_stays(amended: SimpleNamespace) -> None:
    client, path = client_of(amended.manager), reverse("version_edit", args=[SLUG, 2])
    assert client.get(path).status_code == 200
    answer = client.post(path, edit_fields(amended.amendment))
    assert answer.status_code == 302
    amended.amendment.refresh_from_db()
    objective = amended.amendment.document["spec"]["objectives"][0]
    assert (objective["target"], objective["period"], "hours" in objective) == (">= 99.97%", "quarter", False)
    assert objective["credits"] == TERMS["spec"]["objectives"][0]["credits"]
    assert amended.amendment.note == "because"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("target_0", "a lot"), ("target_0", "101"), ("effective_from", "2025-01-01"), ("effective_until", "2026-02-01")],
)
def test_what_was_typed_survives_an_error_at_its_field(amended: SimpleNamespace, field: str, typed: str) -> None:
    path = reverse("version_edit", args=[SLUG, 2])
    answer = client_of(amended.manager).post(path, edit_fields(amended.amendment, **{field: typed}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert f'value="{typed}"' in text_of(answer)
    assert "because" in text_of(answer)


def test_an_edit_over_anothers_shows_the_conflict_keeps_the_text_and_a_second_save_goes_through(
    amended: SimpleNamespace,
) -> None:
    stale = edit_fields(amended.amendment)
    later = NOW.replace(hour=12)
    version_edit(
        version=amended.amendment, document={**amended.amendment.document}, note="mine first",
        expected_changed_at=amended.amendment.changed_at, actor=None, now=later,
    )  # fmt: skip
    client, path = client_of(amended.manager), reverse("version_edit", args=[SLUG, 2])
    answer = client.post(path, stale)
    assert answer.status_code == 422
    page = text_of(answer)
    assert "Somebody has changed the same clause" in page
    assert 'value="99.97"' in page
    amended.amendment.refresh_from_db()
    assert amended.amendment.note == "mine first"
    again = {**stale, "changed_at": amended.amendment.changed_at.isoformat()}
    assert again["changed_at"] in page
    assert client.post(path, again).status_code == 302
    amended.amendment.refresh_from_db()
    assert amended.amendment.note == "because"


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x", "spec: [", "{}", "x" * 140_000, "spec: {objectives: []}"])
def test_hostile_text_is_refused_at_the_editor(amended: SimpleNamespace, text: str) -> None:
    path = reverse("version_edit", args=[SLUG, 2])
    fields = {"mode": "text", "changed_at": amended.amendment.changed_at.isoformat(), "text": text, "note": ""}
    answer = client_of(amended.manager).post(path, fields)
    assert answer.status_code == 422
    assert answer.context["form"].errors["text"]


def test_the_preview_says_what_the_typed_terms_mean_and_saves_nothing(amended: SimpleNamespace) -> None:
    path = reverse("version_edit", args=[SLUG, 2])
    fields = edit_fields(amended.amendment, target_0="99.95", period_0="month", preview="1")
    page = text_of(client_of(amended.manager).post(path, fields, headers={"HX-Request": "true"}))
    assert "21 min 54 s instead of 43 min 48 s" in page
    assert "<html" not in page
    amended.amendment.refresh_from_db()
    assert amended.amendment.note == ""
