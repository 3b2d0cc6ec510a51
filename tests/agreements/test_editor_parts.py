"""The editor of a draft, part by part: objectives of every kind."""

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.forms.objective.values import objective_changed, objective_of, values_of
from agreements.models import Version
from agreements.services import version_draft
from slmo.core.terms import agreement_parse
from tests.agreements.table import NOW, TERMS, signed, table_make
from tests.support.worlds import kept

SLUG = "payments-retail"
HTMX = {"HX-Request": "true"}
KINDS: dict[str, dict[str, Any]] = {
    "availability": {"target": ">= 99.9%", "degraded": 0.5, "minimum_outage": "60s", "whole_minutes": True,
                     "unknown": {"counts_as": "down", "last_for": "5m", "indeterminate_above": 0.05}},
    "ratio": {"target": ">= 99.5%", "no_traffic": "met", "unknown": {"indeterminate_above": "5%"}},
    "slices": {"target": "> 99%", "slice": "5m", "good_when": "<= 0.3", "reduce": "p95", "method": "linear"},
    "value": {"target": "<= 0.3", "reduce": "p99.9",
              "credits": {"of": "charge", "charge": 12.5, "tiers": [{"at_least": "0.3", "below": 1, "percent": 5}]}},
    "tasks": {"target": ">= 95%", "clock": "resolved", "limit": {"P1": "4h", "P2": "1d"}, "counts_in": "resolved"},
    "outages": {"target": "<= 4h", "reduce": "longest", "at_least": "90s",
                "credits": {"of": "charge", "charge": 100, "tiers": [{"at_least": "4h", "percent": 10}]}},
    "attested": {},
}  # fmt: skip


def objective(kind: str) -> dict[str, Any]:
    return {"name": f"the-{kind}", "indicator": kind, "period": "month", **copy.deepcopy(KINDS[kind])}


def desk_make() -> SimpleNamespace:
    """Return the table with a draft that promises something of every kind."""
    table = table_make()
    signed(table.draft)
    document = copy.deepcopy(TERMS)
    document["spec"]["objectives"] += [objective(kind) for kind in KINDS]
    document["spec"]["effective"] = {"from": "2026-04-01"}
    table.amendment = version_draft(agreement=table.agreement, document=document, actor=table.manager, now=NOW)
    return table


@pytest.fixture(scope="module")
def desk_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with kept(desk_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def desk(desk_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    return copy.deepcopy(desk_kept)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager(desk: SimpleNamespace) -> Client:
    return client_of(desk.manager)


def address(name: str, *args: Any) -> str:
    return reverse(name, args=[SLUG, 2, *args])


def new(kind: str) -> str:
    return f"{address('version_objective_new')}?kind={kind}"


def stored(desk: SimpleNamespace) -> Version:
    return Version.objects.get(pk=desk.amendment.pk)


def sent(client: Client, path: str) -> dict[str, Any]:
    """Return what a browser would send if nobody changed anything on the page."""
    found: dict[str, Any] = {}
    for bound in client.get(path).context["form"]:
        context = bound.field.widget.get_context(bound.html_name, bound.value(), {})["widget"]
        for part in context.get("subwidgets") or [context]:
            value = part["value"]
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if part.get("type") != "checkbox" or isinstance(value, list):
                found[part["name"]] = "" if value is None else value
            elif part["attrs"].get("checked"):
                found[part["name"]] = "on"
    return found


@pytest.mark.wide
@pytest.mark.parametrize("kind", KINDS)
def test_saving_an_unchanged_objective_leaves_the_text_as_it_was(
    desk: SimpleNamespace, manager: Client, kind: str
) -> None:
    before, path = stored(desk).digest, address("version_objective", f"the-{kind}")
    answer = manager.post(path, sent(manager, path))
    assert answer.status_code == 302, answer.context["form"].errors
    assert stored(desk).digest == before


@pytest.mark.parametrize("kind", KINDS)
def test_fields_say_what_the_objective_says(kind: str) -> None:
    one = objective(kind)
    values = values_of(one)
    assert objective_changed(one, values, kind) == one
    assert terms_of(objective_of(values, kind)) == terms_of(one)


def terms_of(one: dict[str, Any]) -> Any:
    spec = {"timezone": "UTC", "effective": {"from": "2026-01-01"}, "objectives": [one]}
    document = {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "a"}, "spec": spec}
    return agreement_parse([document]).versions[0].objectives


NEW: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "availability": ({"target": "99,95", "target_op": ">"}, {"target": "> 99.95%"}),
    "ratio": ({"target": "99.5"}, {"target": ">= 99.5%"}),
    "slices": (
        {"target": "99", "slice": "1.5", "slice_unit": "h", "good_when": "0,3", "good_when_unit": "number"},
        {"target": ">= 99%", "slice": "90m", "good_when": "<= 0.3", "reduce": "mean"},
    ),
    "value": (
        {"reduce": "percentile", "percentile": "95", "target": "2", "target_unit": "s"},
        {"reduce": "p95", "target": "<= 2s"},
    ),
    "tasks": (
        {"clock": "responded", "limit_0_priority": "P1", "limit_0_limit": "30", "limit_0_limit_unit": "m",
         "limit_2_priority": "P2", "limit_2_limit": "30", "limit_2_limit_unit": "m", "target": "95"},
        {"clock": "responded", "limit": "30m", "priority": ["P1", "P2"], "target": ">= 95%"},
    ),
    "outages": (
        {"reduce": "count", "target": "2", "target_unit": "number", "at_least": "5", "at_least_unit": "m"},
        {"reduce": "count", "target": "<= 2", "at_least": "5m"},
    ),
    "attested": ({}, {}),
}  # fmt: skip


@pytest.mark.parametrize("kind", NEW)
def test_an_objective_of_every_kind_is_added_by_its_fields(desk: SimpleNamespace, manager: Client, kind: str) -> None:
    fields, expected = NEW[kind]
    answer = manager.post(new(kind), {**sent(manager, new(kind)), **fields, "name": "added"})
    assert answer.status_code == 302, answer.context["form"].errors
    found = stored(desk).document["spec"]["objectives"][-1]
    assert found == {"name": "added", "indicator": kind, "period": "month", **expected}


REFUSED = [
    ("availability", {"target": "101"}, "target"),
    ("availability", {"target": "much"}, "target"),
    ("availability", {"name": "the-ratio"}, "name"),
    ("availability", {"unknown_above": "120"}, "unknown_above"),
    ("availability", {"degraded": "weight"}, "degraded"),
    ("availability", {"tier_0_below": "99.9"}, "tier_0_percent"),
    ("availability", {"credits_charge": "10", "tier_0_below": "99.9", "tier_0_percent": "120"}, "tier_0_percent"),
    ("availability", {"tier_0_below": "99.9", "tier_0_percent": "5"}, "credits_charge"),
    ("slices", {"slice": "2", "slice_unit": "d"}, "slice"),
    ("slices", {"slice": "0.001", "slice_unit": "s"}, "slice"),
    ("value", {"percentile": "120"}, "reduce"),
    ("value", {"percentile": ""}, "percentile"),
    ("tasks", {"limit_0_limit": ""}, "limit_0_limit"),
    ("tasks", {"limit_1_limit": "4", "limit_0_priority": "P1"}, "limit_1_priority"),
    ("tasks", {"limit_0_priority": "P1", "limit_1_limit": "4", "limit_1_priority": "P1"}, "limit_1_priority"),
    ("outages", {"reduce": "count", "target": "4", "target_unit": "h"}, "target"),
]


@pytest.mark.wide
@pytest.mark.parametrize(("kind", "changed", "field"), REFUSED)
def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(
    desk: SimpleNamespace, manager: Client, kind: str, changed: dict[str, str], field: str
) -> None:
    start = {"name": "added", "target": "99", "percentile": "95", "limit_0_limit": "4", "limit_0_limit_unit": "h",
             "slice": "5", "slice_unit": "m", "good_when": "1"}  # fmt: skip
    before = stored(desk).digest
    answer = manager.post(new(kind), {**sent(manager, new(kind)), **start, **changed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert all(value in answer.content.decode() for value in changed.values())
    assert stored(desk).digest == before


def test_more_rows_keep_what_was_typed_and_judge_nothing(manager: Client) -> None:
    typed = {"more": "limit", "target": "abc", "limit_0_limit": "7", "limit_3_priority": "P9"}
    page = manager.post(new("tasks"), typed)
    text = page.content.decode()
    assert page.status_code == 200
    assert 'value="abc"' in text
    assert 'value="P9"' in text
    assert "limit_5_limit" in text


def test_the_preview_says_what_the_typed_terms_mean(manager: Client) -> None:
    fields = {**sent(manager, new("tasks")), "name": "added", "target": "95", "limit_0_limit": "26", "preview": "1"}
    page = manager.post(new("tasks"), fields, headers=HTMX).content.decode()
    assert "5 of 100 tasks may be late." in page
    assert "Every task: 26\N{NO-BREAK SPACE}h." in page
    wrong = manager.post(new("tasks"), {**fields, "target": "101"}, headers=HTMX).content.decode()
    assert "a share that can be reached" in wrong
    assert "spec.objectives" not in wrong


def test_an_objective_is_removed_and_the_last_one_stays(desk: SimpleNamespace, manager: Client) -> None:
    changed = stored(desk).changed_at.isoformat()
    manager.post(address("version_objective_drop", "the-ratio"), {"changed_at": changed})
    names = [one["name"] for one in stored(desk).document["spec"]["objectives"]]
    assert "the-ratio" not in names
    assert len(names) == len(KINDS)
    for name in names:
        manager.post(address("version_objective_drop", name), {"changed_at": stored(desk).changed_at.isoformat()})
    assert len(stored(desk).document["spec"]["objectives"]) == 1


def test_a_part_written_over_anothers_change_shows_the_conflict_and_a_second_save_goes_through(
    desk: SimpleNamespace, manager: Client
) -> None:
    path = address("version_objective", "the-ratio")
    stale = {**sent(manager, path), "target": "98"}
    manager.post(path, {**stale, "target": "97"})
    answer = manager.post(path, stale)
    assert answer.status_code == 422
    assert "Somebody has changed the same clause" in answer.content.decode()
    again = {**stale, "changed_at": stored(desk).changed_at.isoformat()}
    assert manager.post(path, again).status_code == 302
    assert ">= 98%" in str(stored(desk).document)


def test_others_cannot_reach_the_parts_of_a_draft(desk: SimpleNamespace) -> None:
    client = client_of(desk.carl)
    for path in (address("version_objective", "availability"), address("version_calendar_new")):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404
    assert client_of(desk.watcher).get(address("version_objective", "availability")).status_code == 403


def test_a_share_written_as_a_number_in_words_is_shown_and_kept_as_the_same_share() -> None:
    # 0.75 shown beside “%” as 0.75 would be saved as three quarters of a per cent
    for written in ("0.75", 0.75, "75%"):
        assert values_of({"name": "a", "degraded": written})["degraded_weight"] == "75%"
