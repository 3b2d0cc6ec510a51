"""What the recorded outages of a service's parts give together, beside the computed bound."""

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Dependency, Objective, Service
from agreements.reading.composition import Composition, composition_of
from agreements.selectors import dependencies_visible
from agreements.services import agreement_create, dependency_add, indicator_create, service_create
from monitoring.composition import Measured, composition_measured, months_short
from monitoring.services.facts import facts_record
from tests.agreements.table import NOW, signed, terms
from tests.monitoring.make import DOWN, UP, at, row

pytestmark = pytest.mark.django_db
DAY = 86_400
JANUARY = 31 * DAY


def part(table: SimpleNamespace, name: str, *rows: Any, target: str = ">= 99%", **objective: Any) -> Service:
    """Return a supplier's service with a contract, recorded as up since September but for these rows."""
    service = service_create(slug=name, name=name.title(), organisation=table.supplier, actor=None, now=NOW)
    indicator = indicator_create(
        service=service,
        slug="up",
        name="Checks",
        gaps_up=True,
        recorded_from=at("2025-09-01 00:00"),
        actor=None,
        now=NOW,
    )
    made = agreement_create(
        slug=f"uc-{name}", title=f"Contract {name}", type="UC", service=service, provider=table.supplier,
        customer=table.provider, timezone="UTC", document=terms(target=target, **objective), actor=None, now=NOW,
    )  # fmt: skip
    signed(made.versions.get())
    if rows:
        facts_record(indicator=indicator, rows=list(rows), origin="test", now=NOW)
    return service


def composed(table: SimpleNamespace) -> tuple[Composition, Measured]:
    found = composition_of(table.manager, table.payments, dependencies_visible(table.manager), NOW)
    assert found is not None
    return found, composition_measured(found)


FIRST = row("2026-01-10 10:00", "2026-01-10 12:00", DOWN)
SECOND = row("2026-01-10 11:00", "2026-01-10 14:00", DOWN)


@pytest.mark.parametrize(("mode", "hours"), [("serial", 4), ("redundant", 1), ("best_effort", 0)])
def test_outages_unite_where_both_parts_are_needed_and_meet_where_one_is_enough(
    table: SimpleNamespace, mode: str, hours: int
) -> None:
    for name, outage in (("one", FIRST), ("two", SECOND)):
        needed = part(table, name, outage)
        dependency_add(service=table.payments, needs=needed, mode=mode, actor=None, now=NOW)
    composition, year = composed(table)
    january = year.months[-1]
    assert len(year.months) == 12
    assert january.joint.down.seconds == hours * 3600
    assert january.availability == Fraction(JANUARY - hours * 3600, JANUARY)
    assert january.wholly_known
    assert composition.bound == {
        "serial": Fraction(99, 100) ** 2, "redundant": 1 - Fraction(1, 100) ** 2, "best_effort": Fraction(1)
    }[mode]  # fmt: skip


def test_time_before_the_record_stays_unknown_and_is_never_painted_up(table: SimpleNamespace) -> None:
    dependency_add(service=table.payments, needs=part(table, "one", FIRST), actor=None, now=NOW)
    _composition, year = composed(table)
    assert [month.availability is None for month in year.months] == [True] * 7 + [False] * 5
    assert year.months[0].joint.unknown.seconds == year.months[0].joint.counted.seconds


def test_a_part_that_nothing_measures_leaves_all_open_but_where_another_is_down(table: SimpleNamespace) -> None:
    dependency_add(service=table.payments, needs=part(table, "one", FIRST), actor=None, now=NOW)
    dark = service_create(slug="dark", name="Dark", organisation=table.supplier, actor=None, now=NOW)
    dependency_add(service=table.payments, needs=dark, actor=None, now=NOW)
    _composition, year = composed(table)
    january = year.months[-1]
    assert january.joint.down.seconds == 2 * 3600
    assert january.joint.unknown.seconds == JANUARY - 2 * 3600
    assert {one.service.slug: found for one, found, _down, _unknown in year.parts}["dark"] is None


def test_so_many_of_a_group_are_needed(table: SimpleNamespace) -> None:
    for name, outage in (("one", FIRST), ("two", SECOND), ("three", None)):
        needed = part(table, name, *([outage] if outage else []))
        dependency_add(service=table.payments, needs=needed, mode="redundant", group="g", needed=2, actor=None, now=NOW)
    assert composed(table)[1].months[-1].joint.down.seconds == 3600  # from 11 to 12 only one of the three was up


def test_only_the_places_of_the_promise_count(table: SimpleNamespace) -> None:
    rows = (row("2026-01-10 10:00", "2026-01-10 12:00", DOWN, scope="asia"),
            row("2026-01-11 10:00", "2026-01-11 11:00", DOWN, scope="europe"),
            row("2026-01-12 10:00", "2026-01-12 11:00", UP, scope="europe"))  # fmt: skip
    dependency_add(service=table.payments, needs=part(table, "one", *rows, scope=["europe"]), actor=None, now=NOW)
    assert composed(table)[1].months[-1].joint.down.seconds == 3600


def test_the_page_shows_both_sides_and_counts_the_months_below(
    table: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    long = row("2026-01-10 00:00", "2026-01-20 00:00", DOWN)
    for name in ("one", "two"):
        dependency_add(service=table.payments, needs=part(table, name, long), actor=None, now=NOW)
    composition, year = composed(table)
    assert months_short(year, composition.bound) == {"reached": 4, "below": 1, "unknown": 7}
    client = Client()
    client.force_login(table.manager)
    path = reverse("service_composition", args=["payments"])
    with django_assert_max_num_queries(30):
        page = client.get(path).content.decode()
    assert "98.010\N{NO-BREAK SPACE}%" in page
    assert "What each part contributed in 12 months" in page
    fragment = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment


def test_a_service_without_parts_and_a_stranger(table: SimpleNamespace) -> None:
    client = Client()
    client.force_login(table.manager)
    path = reverse("service_composition", args=["payments"])
    assert "It needs nothing else" in client.get(path).content.decode()
    client.force_login(table.bella)
    assert client.get(path).status_code == 404
    assert not Dependency.objects.exists()
    assert not Objective.objects.filter(indicator__service__slug="one").exists()
