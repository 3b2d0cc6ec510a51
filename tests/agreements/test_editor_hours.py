"""Service hours and exclusions of a draft, by their own forms."""

import copy
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from agreements.forms.calendar import hours_typed, weekly_write
from agreements.models import Version
from agreements.services import indicator_create, objective_measure, version_draft
from tests.agreements.table import NOW, TERMS, signed, terms
from tests.agreements.test_editor_parts import HTMX, sent

SLUG = "payments-retail"
OFFICE: dict[str, Any] = {
    "weekly": {"mon-thu": ["09:00-13:00", "14:00-18:00"], "fri": ["9:00-16:00"]},
    "exceptions": {"2026-05-01": "closed", "2026-05-02": "as mon", "2026-12-31": ["09:00-12:00"]},
}
MONTHLY = {"rrule": "FREQ=MONTHLY;BYDAY=1SU", "starting": "2026-01-04", "at": "02:00", "for": "120m", "reason": "work"}
ONCE = {"from": "2026-06-08T00:00:00Z", "to": "2026-06-08T02:00:00Z", "reason": "move", "kind": "other"}


@pytest.fixture
def desk(table: SimpleNamespace) -> SimpleNamespace:
    """Return the table with a draft that has office hours and two exclusions."""
    signed(table.draft)
    document = copy.deepcopy(TERMS)
    document["spec"] |= {"calendars": {"office": OFFICE}, "exclusions": [MONTHLY, ONCE]}
    document["spec"]["objectives"][0]["hours"] = "office"
    document["spec"]["effective"] = {"from": "2026-04-01"}
    table.amendment = version_draft(agreement=table.agreement, document=document, actor=table.manager, now=NOW)
    table.client = Client()
    table.client.force_login(table.manager)
    return table


def address(name: str, *args: Any) -> str:
    return reverse(name, args=[SLUG, 2, *args])


def spec(desk: SimpleNamespace) -> dict[str, Any]:
    found: dict[str, Any] = Version.objects.get(pk=desk.amendment.pk).document["spec"]
    return found


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("9-18", ["09:00-18:00"]),
        ("14:00–18:00; 9.00 — 13.00", ["09:00-13:00", "14:00-18:00"]),
        ("22:00-06:00", ["22:00-06:00"]),
        ("all day", ["00:00-24:00"]),
        ("", []),
        (" - ", []),
    ],
)
def test_hours_are_understood_as_people_type_them(typed: str, written: list[str]) -> None:
    assert hours_typed(typed) == written


@pytest.mark.parametrize("typed", ["9", "9-9", "25:00-26:00", "nine to five", "09:00-18:00:99", "9-18 x"])
def test_hours_that_are_none_are_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        hours_typed(typed)


def test_days_with_the_same_hours_are_written_together() -> None:
    days = [["09:00-18:00"]] * 4 + [["09:00-16:00"], [], []]
    assert weekly_write(days) == {"mon-thu": ["09:00-18:00"], "fri": ["09:00-16:00"]}


@pytest.mark.parametrize(
    ("name", "args"), [("version_calendar", ["office"]), ("version_exclusion", [0]), ("version_exclusion", [1])]
)
def test_saving_what_nobody_changed_leaves_the_text_as_it_was(
    desk: SimpleNamespace, name: str, args: list[Any]
) -> None:
    before, path = spec(desk), address(name, *args)
    answer = desk.client.post(path, sent(desk.client, path))
    assert answer.status_code == 302, answer.context["form"].errors
    assert spec(desk) == before


def test_a_calendar_is_added_and_an_objective_has_its_hours(desk: SimpleNamespace) -> None:
    path = address("version_calendar_new")
    fields = {
        **sent(desk.client, path), "name": "shift", "mon": "22-6", "day_0_date": "2026-05-01", "day_0_as": "hours",
        "day_0_hours": "10-12", "day_1_date": "2026-05-03", "day_1_as": "mon",
    }  # fmt: skip
    assert desk.client.post(path, fields).status_code == 302
    assert spec(desk)["calendars"]["shift"] == {
        "weekly": {"mon": ["22:00-06:00"], "tue-fri": ["09:00-18:00"]},
        "exceptions": {"2026-05-01": ["10:00-12:00"], "2026-05-03": "as monday"},
    }
    page = desk.client.get(address("version_edit")).content.decode()
    assert "no objective has these hours" in page


@pytest.mark.wide
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "office"}, "name"),
        ({"mon": "9 to 5"}, "mon"),
        ({"mon": "9-12, 11-13", "tue": "9-9"}, "tue"),
        ({"day_0_hours": "9-12"}, "day_0_date"),
        ({"day_0_date": "2026-05-01", "day_0_as": "hours"}, "day_0_hours"),
        ({"day_0_date": "2026-05-01", "day_1_date": "2026-05-01"}, "day_0_date"),
        (dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ""), "mon"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_at_its_field(
    desk: SimpleNamespace, changed: dict[str, str], field: str
) -> None:
    path, before = address("version_calendar_new"), spec(desk)
    answer = desk.client.post(path, {**sent(desk.client, path), "name": "shift", **changed})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert spec(desk) == before


def test_the_picture_of_the_week_follows_what_is_typed(desk: SimpleNamespace) -> None:
    path = address("version_calendar", "office")
    fields = {**sent(desk.client, path), "sat": "10-14", "preview": "1"}
    page = desk.client.post(path, fields, headers=HTMX).content.decode()
    assert "Sat 10:00–14:00" in page
    assert "43\N{NO-BREAK SPACE}h a week" in page
    wrong = desk.client.post(path, {**fields, "sat": "x"}, headers=HTMX).content.decode()
    assert "Saturday" in wrong


def test_a_calendar_in_use_stays_and_one_that_nobody_needs_goes(desk: SimpleNamespace) -> None:
    changed = {"changed_at": desk.amendment.changed_at.isoformat()}
    page = desk.client.post(address("version_calendar_drop", "office"), changed, follow=True).content.decode()
    assert "still needed by: availability" in page
    assert "office" in spec(desk)["calendars"]
    desk.client.post(address("version_exclusion_drop", 1), changed)
    assert spec(desk)["exclusions"] == [MONTHLY]


NEW = [
    (
        "once",
        {"start": "2026-07-01T02:00", "end": "2026-07-01T04:00", "reason": "move", "kind": "other"},
        {"from": "2026-07-01T02:00:00+02:00", "to": "2026-07-01T04:00:00+02:00", "reason": "move", "kind": "other"},
    ),
    (
        "recurring",
        {"frequency": "WEEKLY", "days": ["SU", "WE"], "starting": "2026-04-01", "at": "23:30", "length": "90",
         "length_unit": "m", "reason": "patches", "kind": "maintenance", "skipped": "2026-12-25, 2026-12-27"},
        {"rrule": "FREQ=WEEKLY;BYDAY=WE,SU", "starting": "2026-04-01", "at": "23:30", "for": "90m",
         "except": ["2026-12-25", "2026-12-27"], "reason": "patches"},
    ),
    (
        "recurring",
        {"frequency": "RULE", "rule": "FREQ=MONTHLY;BYMONTHDAY=15", "starting": "2026-04-01", "at": "02:00",
         "length": "2", "length_unit": "h", "reason": "patches", "kind": "maintenance"},
        {"rrule": "FREQ=MONTHLY;BYMONTHDAY=15", "starting": "2026-04-01", "at": "02:00", "for": "2h",
         "reason": "patches"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sort", "fields", "written"), NEW)
def test_an_exclusion_is_added_by_its_fields(
    desk: SimpleNamespace, sort: str, fields: dict[str, Any], written: dict[str, Any]
) -> None:
    path = address("version_exclusion_new", sort)
    changed = {"changed_at": desk.amendment.changed_at.isoformat()}
    answer = desk.client.post(path, {**changed, **fields})
    assert answer.status_code == 302, answer.context["form"].errors
    assert spec(desk)["exclusions"][-1] == written
    preview = desk.client.post(path, {**changed, **fields, "preview": "1"}, headers=HTMX).content.decode()
    assert fields["reason"] in preview


@pytest.mark.wide
@pytest.mark.parametrize(
    ("sort", "changed", "field"),
    [
        ("once", {"end": "2026-07-01T01:00"}, "end"),
        ("once", {"start": "soon"}, "start"),
        ("recurring", {"frequency": "WEEKLY"}, "days"),
        ("recurring", {"frequency": "RULE", "rule": "FREQ=NEVER"}, "rule"),
        ("recurring", {"frequency": "RULE", "rule": ""}, "rule"),
        ("recurring", {"skipped": "Christmas"}, "skipped"),
        ("recurring", {"length": "60", "length_unit": "d"}, "length"),
    ],
)
def test_an_exclusion_that_cannot_be_is_refused_at_its_field(
    desk: SimpleNamespace, sort: str, changed: dict[str, str], field: str
) -> None:
    path, before = address("version_exclusion_new", sort), spec(desk)
    start = {"start": "2026-07-01T02:00", "end": "2026-07-01T04:00", "starting": "2026-04-01", "reason": "move",
             "nth": "1", "weekday": "SU", "kind": "other", "length": "2", "length_unit": "h"}  # fmt: skip
    answer = desk.client.post(path, {**sent(desk.client, path), **start, **changed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert spec(desk) == before


@pytest.mark.parametrize(
    ("objective", "indicator", "fits"),
    [
        ("availability", "outages", True),
        ("outages", "availability", True),
        ("slices", "ratio", True),
        ("slices", "value", True),
        ("value", "ratio", False),
        ("tasks", "availability", False),
        ("availability", "attested", False),
    ],
)
def test_an_objective_is_measured_by_facts_that_it_can_read(
    table: SimpleNamespace, objective: str, indicator: str, fits: bool
) -> None:
    own = {"outages": {"reduce": "count", "target": "<= 2"}, "slices": {"slice": "5m", "good_when": ">= 99%"},
           "value": {"reduce": "p95", "target": "<= 1"}, "tasks": {"clock": "resolved", "limit": "4h"}}  # fmt: skip
    document = terms(indicator=objective, **own.get(objective, {}))
    document["spec"]["objectives"][0].pop("credits")
    document["spec"]["effective"]["from"] = date(2026, 4, 1).isoformat()
    table.draft = version_draft(agreement=table.agreement, document=document, actor=None, now=NOW)
    signed(table.draft)
    chosen = indicator_create(service=table.payments, slug="facts", name="Facts", kind=indicator, actor=None, now=NOW)
    promise = table.agreement.objectives.get()
    if fits:
        assert objective_measure(objective=promise, indicator=chosen, actor=None, now=NOW).indicator == chosen
        return
    with pytest.raises(ValidationError, match="but this objective is of the kind"):
        objective_measure(objective=promise, indicator=chosen, actor=None, now=NOW)
    client = Client()
    client.force_login(table.manager)
    page = client.get(reverse("objective_measure", args=[SLUG, promise.name]))
    assert chosen not in page.context["form"].fields["indicator"].queryset
