"""Facts, imports and sources as pages: looked at before they are recorded, scoped, and safe with strange input."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Fact, Source
from monitoring.silence import source_health, sources_silent
from tests.governance.world import World

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Leave no uploaded file behind."""
    yield
    cache.clear()


def login(client: Client, world: World, name: str) -> Client:
    """Log a person of the world in."""
    client.force_login(world.people[name])
    return client


CHANGES = b"at,state\n2026-02-01T00:00:00Z,up\n2026-02-03T10:00:00Z,down\n2026-02-03T11:00:00Z,up\n"


def upload(client: Client, world: World, content: bytes, name: str = "facts.csv", **more: str) -> str:
    """Send a file to the import page; return the page that comes back."""
    data = {"indicator": world.indicator.pk, "file": SimpleUploadedFile(name, content), **more}
    return client.post(reverse("facts_import"), data).content.decode()


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_a_file_is_looked_at_first_and_recorded_only_then(client: Client, world: World) -> None:
    login(client, world, "clerk")
    page = upload(client, world, CHANGES)
    assert "Record 3 facts" in page
    assert not Fact.objects.exists()
    data = {"token": hidden(page, "token"), "sha256": hidden(page, "sha256")}
    assert client.post(reverse("facts_import"), data).status_code == 302
    assert Fact.objects.filter(indicator=world.indicator).count() == 3
    assert client.post(reverse("facts_import"), data).url == reverse("facts_import")  # type: ignore[attr-defined]


def workbook(*rows: list[object]) -> bytes:
    """Return an Excel workbook of these rows."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_imported_with_its_times_in_the_zone_that_was_chosen(client: Client, world: World) -> None:
    login(client, world, "clerk")
    down = [datetime(2026, 2, 3, 12, 0), datetime(2026, 2, 3, 13, 0), "down"]
    page = upload(client, world, workbook(["start", "end", "state"], down), "facts.xlsx", zone="Europe/Riga")
    data = {"token": hidden(page, "token"), "sha256": hidden(page, "sha256")}
    assert client.post(reverse("facts_import"), data).status_code == 302
    assert Fact.objects.get().start == datetime(2026, 2, 3, 10, 0, tzinfo=UTC)


def test_a_workbook_that_is_none_is_refused(client: Client, world: World) -> None:
    page = upload(login(client, world, "clerk"), world, b"PK\3\4 no workbook", "facts.xlsx")
    assert "The workbook is damaged" in page


def test_a_fact_entered_by_hand_carries_its_proof(client: Client, world: World) -> None:
    login(client, world, "clerk")
    place = [world.payments.slug, world.indicator.slug]
    data = {
        "state": "2", "start": "2026-02-03T10:00:00", "end": "2026-02-03T11:00:00", "reason": "Call 17",
        "link": "https://tickets.example/17", "file": SimpleUploadedFile("log.txt", b"10:00 it went dark"),
    }  # fmt: skip
    assert client.post(reverse("fact_new", args=place), data).status_code == 302
    batch = Fact.objects.get().batch
    page = client.get(reverse("indicator", args=place), {"until": "2026-03-01"}).content.decode()
    proof = reverse("fact_evidence", args=[batch.pk])
    assert ("https://tickets.example/17" in page, proof in page) == (True, True)
    assert client.get(proof).content == b"10:00 it went dark"
    assert client.get(reverse("fact_evidence", args=[batch.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file", SimpleUploadedFile("run.exe", b"MZ")),
        ("file", SimpleUploadedFile("page.png", b"<svg>")),
        ("link", "javascript:1"),
    ],
)
def test_a_proof_that_can_not_be_kept_is_refused_with_the_fact(client: Client, world: World, field, value) -> None:  # type: ignore[no-untyped-def]
    place = [world.payments.slug, world.indicator.slug]
    data = {
        "state": "2",
        "start": "2026-02-03T10:00:00",
        "end": "2026-02-03T11:00:00",
        "reason": "Call 17",
        field: value,
    }
    assert login(client, world, "clerk").post(reverse("fact_new", args=place), data).status_code == 422
    assert not Fact.objects.exists()


def test_a_file_with_wrong_lines_names_each_and_records_nothing(client: Client, world: World) -> None:
    login(client, world, "clerk")
    page = upload(client, world, b"at,state\n2026-02-01T00:00:00Z,fine\nnever,up\n")
    assert "Nothing was recorded." in page
    assert 'name="token"' not in page
    assert not Fact.objects.exists()


def test_a_file_looked_at_by_another_person_is_not_recorded(client: Client, world: World) -> None:
    page = upload(login(client, world, "clerk"), world, CHANGES)
    data = {"token": hidden(page, "token"), "sha256": hidden(page, "sha256")}
    login(client, world, "analyst").post(reverse("facts_import"), data)
    assert not Fact.objects.exists()


def test_a_customer_imports_nothing(client: Client, world: World) -> None:
    assert login(client, world, "buyer").get(reverse("facts_import")).status_code == 403


def test_a_fact_entered_by_hand_keeps_its_reason_and_shows_on_the_page(client: Client, world: World) -> None:
    login(client, world, "clerk")
    place = [world.payments.slug, world.indicator.slug]
    data = {"state": "2", "start": "2026-02-03T10:00:00", "end": "2026-02-03T11:00:00", "reason": "Call 17"}
    assert client.post(reverse("fact_new", args=place), data).status_code == 302
    fact = Fact.objects.get()
    assert (fact.reference, fact.state, fact.origin) == ("Call 17", 2, "hand")
    page = client.get(reverse("indicator", args=place), {"until": "2026-03-01"}).content.decode()
    assert "Call 17" in page
    assert "Down, 1" in page


def test_a_fact_that_ends_before_it_starts_is_refused_at_its_field(client: Client, world: World) -> None:
    place = [world.payments.slug, world.indicator.slug]
    data = {"state": "2", "start": "2026-02-03T10:00", "end": "2026-02-03T09:00", "reason": "Call 17"}
    response = login(client, world, "clerk").post(reverse("fact_new", args=place), data)
    assert response.status_code == 422
    assert "The end lies before the start" in response.content.decode()


@pytest.mark.parametrize("until", ["", "yesterday", "2026-02-31", "0001-01-01", "9999-12-31"])
def test_a_strange_end_of_the_strip_does_no_harm(client: Client, world: World, until: str) -> None:
    place = [world.payments.slug, world.indicator.slug]
    response = login(client, world, "clerk").get(reverse("indicator", args=place), {"until": until})
    assert response.status_code == 200


def test_a_probe_is_set_up_changed_and_switched_off(client: Client, world: World) -> None:
    login(client, world, "analyst")
    form = {"name": "Front door", "indicator": world.indicator.pk, "interval": 60, "config-url": "https://example.org/"}
    assert client.post(reverse("source_new_kind", args=["http"]), form).status_code == 302
    source = Source.objects.get()
    assert (source.slug, source.config["url"]) == ("front-door", "https://example.org/")
    change = {"name": "Back door", "interval": 30, "enabled": "on", "config-url": "https://example.org/back"}
    assert client.post(reverse("source_edit", args=[source.slug]), change).status_code == 302
    assert client.post(reverse("source_switch", args=[source.slug])).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.interval, source.enabled) == ("Back door", 30, False)
    assert client.get(reverse("source", args=[source.slug])).status_code == 200


def test_trying_a_probe_out_records_nothing_and_says_why_it_is_refused(client: Client, world: World) -> None:
    login(client, world, "analyst")
    page = client.post(
        reverse("source_try", args=["http"]), {"config-url": "http://10.0.0.1/"}, **HTMX
    ).content.decode()
    assert "lies in a network" in page
    assert "<html" not in page
    assert not Fact.objects.exists()


def test_a_customer_sees_that_a_source_delivers_but_not_how_it_is_set_up(client: Client, world: World) -> None:
    Source.objects.create(
        slug="door", name="Door", kind="http", indicator=world.indicator, config={"url": "https://inside.example/"}
    )
    page = login(client, world, "buyer").get(reverse("source", args=["door"]))
    assert page.status_code == 200
    assert "inside.example" not in page.content.decode()
    assert client.get(reverse("source_edit", args=["door"])).status_code == 403


def test_a_source_is_silent_after_five_intervals_and_five_minutes_without_success(world: World) -> None:
    now = timezone.now()
    source = Source.objects.create(
        slug="door", name="Door", kind="http", indicator=world.indicator, interval=60,
        last_success_at=now - timedelta(seconds=299), next_due_at=now,
    )  # fmt: skip
    analyst = world.people["analyst"]
    assert source_health(source, now) == "delivering"
    assert not sources_silent(analyst, now).exists()
    later = now + timedelta(seconds=5)
    assert source_health(source, later) == "silent"
    assert list(sources_silent(analyst, later)) == [source]
