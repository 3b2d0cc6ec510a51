"""What a service needs, and what it can promise by what its parts are promised at."""

from datetime import UTC, datetime
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from agreements.errors import Refused
from agreements.models import Dependency, Service
from agreements.reading.composition import Composition, composition_of
from agreements.reading.coverage import gaps_of
from agreements.selectors import dependencies_visible
from agreements.services import agreement_create, dependency_add, dependency_update, service_create
from slmo.core.composite import BestEffort, KOutOfN, Redundant, Serial
from tests.agreements.table import NOW, signed, terms

pytestmark = pytest.mark.django_db


def part(table: SimpleNamespace, name: str, target: str | None = ">= 99%", **more: Any) -> Service:
    """Return a supplier's service, promised to the provider at a target."""
    service = service_create(slug=name, name=name.title(), organisation=table.supplier, actor=None, now=NOW)
    if target:
        made = agreement_create(
            slug=f"uc-{name}", title=f"Contract {name}", type="UC", service=service, provider=table.supplier,
            customer=table.provider, timezone="UTC", document=terms(target=target, **more), actor=None, now=NOW,
        )  # fmt: skip
        signed(made.versions.get())
    return service


def needs(table: SimpleNamespace, service: Service, mode: str = "serial", **more: Any) -> Dependency:
    return dependency_add(service=table.payments, needs=service, mode=mode, actor=None, now=NOW, **more)


def composed(table: SimpleNamespace) -> Composition:
    found = composition_of(table.manager, table.payments, dependencies_visible(table.manager), NOW)
    assert found is not None
    return found


def test_parts_that_are_all_needed_multiply(table: SimpleNamespace) -> None:
    for name in ("one", "two"):
        needs(table, part(table, name))
    found = composed(table)
    assert found.structure == Serial(("one", "two"))
    assert found.bound == Fraction(99, 100) ** 2


def test_a_group_stands_in_and_so_many_of_it_are_needed(table: SimpleNamespace) -> None:
    first = needs(table, part(table, "one"), "redundant", group="pair")
    for name in ("two", "three"):
        needs(table, part(table, name), "redundant", group="pair")
    down = Fraction(1, 100)
    assert composed(table).structure == Serial((Redundant(("one", "three", "two")),))
    assert composed(table).bound == 1 - down**3
    dependency_update(dependency=first, mode="redundant", group="pair", needed=2, note="", actor=None, now=NOW)
    assert {edge.needed for edge in Dependency.objects.filter(group="pair")} == {2}
    assert composed(table).structure == Serial((KOutOfN(2, ("one", "three", "two")),))
    assert composed(table).bound == (1 - down) ** 3 + 3 * (1 - down) ** 2 * down


def test_best_effort_takes_nothing_away_and_what_is_not_promised_leaves_a_most(table: SimpleNamespace) -> None:
    needs(table, part(table, "one"))
    needs(table, part(table, "extra", ">= 50%"), "best_effort")
    needs(table, part(table, "silent", None))
    found = composed(table)
    assert BestEffort(("extra",)) in found.structure.parts  # type: ignore[union-attr]
    assert found.bound == Fraction(99, 100)
    assert [one.service.slug for one in found.unpromised] == ["silent"]


def test_a_part_without_a_promise_counts_by_its_own_parts(table: SimpleNamespace) -> None:
    inner = service_create(slug="inner", name="Inner", organisation=table.provider, actor=None, now=NOW)
    needs(table, inner)
    dependency_add(service=inner, needs=part(table, "one"), actor=None, now=NOW)
    found = composed(table)
    assert found.structure == Serial((Serial(("one",)),))
    assert [(one.service.slug, one.depth) for one in found.parts] == [("inner", 0), ("one", 1)]


def test_a_promise_above_the_bound_is_told_on_the_page(table: SimpleNamespace) -> None:
    signed(table.draft)
    needs(table, part(table, "one", ">= 99.5%"))
    found = composed(table)
    assert found.overpromised is not None
    assert found.overpromised.agreement == table.agreement
    client = Client()
    client.force_login(table.manager)
    page = client.get(reverse("service", args=["payments"])).content.decode()
    assert "More is promised than the parts carry" in page
    assert reverse("service_composition", args=["payments"]) in page
    client.force_login(table.carl)
    assert "Contract one" not in client.get(reverse("service", args=["payments"])).content.decode()


def test_customer_hours_without_support_are_found(table: SimpleNamespace) -> None:
    signed(table.draft)  # around the clock
    needs(table, part(table, "one", hours="office"))  # 39 hours of a week, by the clocks of UTC
    (gap,) = gaps_of(composed(table), NOW)
    assert gap.seconds == (7 * 24 - 39) * 3600
    assert gap.spans[0].startswith("Mon\N{NO-BREAK SPACE}00:00")


def test_a_chain_of_limits_longer_than_the_promise_does_not_hold(table: SimpleNamespace) -> None:
    own = {"name": "solved", "indicator": "tasks", "clock": "resolved", "target": ">= 95%", "period": "month"}
    document = terms()
    document["spec"]["objectives"].append({**own, "limit": {"P1": "4h", "P2": "1d"}})
    made = agreement_create(
        slug="desk", title="Desk", service=table.payments, provider=table.provider, customer=table.bank,
        timezone="UTC", document=document, actor=None, now=NOW,
    )  # fmt: skip
    signed(made.versions.get())
    service = part(table, "one", None)
    support = terms()
    support["spec"]["objectives"].append({**own, "limit": "6h"})
    made = agreement_create(
        slug="uc-one", title="Contract", type="UC", service=service, provider=table.supplier, customer=table.provider,
        timezone="UTC", document=support, actor=None, now=NOW,
    )  # fmt: skip
    signed(made.versions.get())
    needs(table, service)
    ((promise, chain),) = composed(table).chains
    assert (promise.terms.name, chain.limit, chain.spare) == ("solved", 4 * 3600, -2 * 3600)


def test_after_the_last_agreement_the_figure_is_as_of_its_end(table: SimpleNamespace) -> None:
    service = part(table, "one")
    version = service.agreements.get().versions.get()
    assert version.effective_until is None
    document = terms(target=">= 98%")
    document["spec"]["effective"] = {"from": "2026-01-01", "until": "2026-02-01"}
    other = service_create(slug="two", name="Two", organisation=table.supplier, actor=None, now=NOW)
    made = agreement_create(
        slug="uc-two", title="Old", type="UC", service=other, provider=table.supplier, customer=table.provider,
        timezone="UTC", document=document, actor=None, now=NOW,
    )  # fmt: skip
    signed(made.versions.get())
    needs(table, other)
    found = composed(table)
    assert (found.past, found.bound) == (True, Fraction(98, 100))
    assert found.moment == int(datetime(2026, 2, 1, tzinfo=UTC).timestamp()) - 1


@pytest.mark.parametrize("needed", [0, -1])
def test_a_group_needs_at_least_one(table: SimpleNamespace, needed: int) -> None:
    with pytest.raises(ValidationError):
        needs(table, part(table, "one", None), "redundant", needed=needed)


def test_a_circle_is_refused_and_an_edge_is_changed_on_its_page(table: SimpleNamespace) -> None:
    edge = needs(table, part(table, "one", None))
    with pytest.raises(Refused):
        dependency_add(service=edge.needs, needs=table.payments, actor=None, now=NOW)
    client = Client()
    client.force_login(table.manager)
    path = reverse("dependency_edit", args=["payments", edge.pk])
    assert client.get(path).status_code == 200
    client.post(path, {"mode": "redundant", "group": "pair", "needed": "2", "note": "two of three"})
    edge.refresh_from_db()
    assert (edge.mode, edge.group, edge.needed, edge.note) == ("redundant", "pair", 2, "two of three")
    client.post(path, {"mode": "serial", "group": "pair", "needed": "2", "note": ""})
    edge.refresh_from_db()
    assert (edge.mode, edge.group, edge.needed) == ("serial", "", 1)
    client.force_login(table.watcher)
    assert client.post(path, {"mode": "serial"}).status_code == 403
