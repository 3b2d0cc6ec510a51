"""Facts of every kind by file, by hand and over HTTP, and out again as the file that brought them."""

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from monitoring.figures.export import facts_write
from monitoring.instants import instant_of
from monitoring.kinds import KINDS, facts_load
from monitoring.services.imports import ImportRefused, import_commit, import_preview
from slmo.core.facts_csv import facts_read
from slmo.core.units import Window
from tests.monitoring.make import NOW, at, indicator_make, organisations_make, user_make

pytestmark = pytest.mark.django_db
YEAR = Window(instant_of(at("2026-01-01 00:00")), instant_of(at("2027-01-01 00:00")))
OF_INDICATOR = {"buckets": "ratio", "samples": "value", "tasks": "tasks", "statements": "attested"}
each_kind = pytest.mark.parametrize("kind", [KINDS[name] for name in OF_INDICATOR], ids=OF_INDICATOR)


def indicator_of(kind):
    """Return an indicator that has facts of this kind."""
    return indicator_make(kind=OF_INDICATOR[kind.name])


def import_file(indicator, content):
    """Import a file that has been looked at."""
    upload = io.BytesIO(content.encode())
    looked = import_preview(indicator=indicator, upload=upload, file_name="f.csv", actor=None)
    assert looked.usable, looked.errors
    batch = import_commit(
        indicator=indicator, upload=upload, sha256=looked.sha256, file_name="f.csv", actor=None, now=NOW
    )  # fmt: skip
    return looked, batch


@each_kind
def test_a_file_is_looked_at_recorded_once_and_read_back_as_the_engine_reads_it(kind):
    indicator = indicator_of(kind)
    looked, batch = import_file(indicator, kind.sample)
    lines = kind.sample.count("\n") - 1
    assert (looked.new, looked.known, batch.new) == (lines, 0, lines)
    again, batch = import_file(indicator, kind.sample)
    assert (again.new, again.changed, again.known, batch.new) == (0, 0, lines, 0)
    read = facts_read(io.BytesIO(kind.sample.encode()), name="f.csv")
    assert facts_load(indicator, YEAR).digest() == read.digest()


@each_kind
def test_what_is_written_out_can_be_read_in_again_and_is_the_same(kind):
    indicator = indicator_of(kind)
    import_file(indicator, kind.sample)
    facts, text = facts_load(indicator, YEAR), io.StringIO()
    facts_write(text, kind, facts)
    assert facts_read(io.BytesIO(text.getvalue().encode()), name="f.csv").digest() == facts.digest()
    client = Client()
    client.force_login(user_make(organisations_make()[0], "mona", 3))
    answer = client.get(reverse("facts_file", args=[indicator.service.slug, indicator.slug]))
    assert (answer.status_code, answer.content.decode()) == (200, text.getvalue())


@each_kind
def test_a_file_of_states_or_with_a_wrong_line_is_refused_and_nothing_is_recorded(kind):
    indicator = indicator_of(kind)
    header = kind.sample.split("\n", 1)[0]
    wrong = {
        "at,state\n2026-03-02T10:00:00Z,up\n": (1, "one of the headers " + header),
        f"{header}\n{',' * header.count(',')}x\n": (2, "expected"),
        f"{header}\n": (1, "no facts below it"),
        f"{header},override\n" + kind.sample.split("\n")[1] + ",yes\n": (2, "Corrections are proposed and approved"),
    }
    for content, (line, said) in wrong.items():
        looked = import_preview(indicator=indicator, upload=io.BytesIO(content.encode()), actor=None)
        assert not looked.usable
        assert looked.errors[0].line == line
        assert said in looked.errors[0].sentence
    with pytest.raises(ImportRefused):
        import_commit(
            indicator=indicator, upload=io.BytesIO(content.encode()), sha256=looked.sha256, actor=None, now=NOW
        )  # fmt: skip
    assert len(facts_load(indicator, YEAR)) == 0


@each_kind
def test_the_command_imports_a_file_of_the_kind_and_names_the_line_that_is_wrong(kind, tmp_path, capsys):
    indicator, path = indicator_of(kind), tmp_path / "facts.csv"
    path.write_text(kind.sample)
    call_command("facts_import", f"{indicator.service.slug}/{indicator.slug}", str(path))
    assert f"Recorded: {kind.sample.count(chr(10)) - 1} facts" in capsys.readouterr().out
    path.write_text(kind.sample + "x\n")
    with pytest.raises(CommandError, match=f"line {kind.sample.count(chr(10)) + 1}"):
        call_command("facts_import", f"{indicator.service.slug}/{indicator.slug}", str(path))


def test_slices_take_values_or_buckets_but_not_both():
    indicator = indicator_make(kind="slices")
    import_file(indicator, KINDS["samples"].sample)
    looked = import_preview(indicator=indicator, upload=io.BytesIO(KINDS["buckets"].sample.encode()), actor=None)
    assert "facts of another kind already" in looked.errors[0].sentence


# what is sent over HTTP, what is wrong with the same, and which field says so
SENT = {
    "buckets": (
        {"start": "2026-03-02T10:00:00Z", "end": "2026-03-02T10:05:00Z", "good": "98.5", "total": 100},
        {"good": 101},
        "good",
    ),
    "samples": ({"at": "2026-03-02T10:00:00Z", "value": 0.25}, {"value": "fast"}, "value"),
    "tasks": (
        {"id": "INC-1", "opened": "2026-03-02T10:00:00Z", "priority": "P3;P1@2026-03-02T11:00:00Z", "pauses": ""},
        {"pauses": "2026-03-02T10:00:00Z"},
        "pauses",
    ),
    "statements": (
        {
            "start": "2026-03-01T00:00:00Z",
            "end": "2026-04-01T00:00:00Z",
            "met": "yes",
            "by": "Olga",
            "evidence": "protocol",
        },
        {"met": "perhaps"},
        "met",
    ),
}


@each_kind
def test_a_delivery_over_http_names_what_is_wrong_and_records_the_rest_once(kind):
    indicator, client = indicator_of(kind), APIClient()
    client.force_authenticate(user_make(organisations_make()[0], "olga", 2))
    good, change, field = SENT[kind.name]
    body = {
        "indicator": f"{indicator.service.slug}/{indicator.slug}",
        "facts": [{**good, **change}, good, {**good, "colour": "red"}, 7, {"scope": "eu"}],
    }
    first, again = (client.post("/api/v1/facts/", body, format="json") for _ in range(2))
    assert (first.status_code, first.json()["new"], again.json()["new"]) == (202, 1, 0)
    found = [(error["index"], error["field"]) for error in first.json()["errors"]]
    assert found[:3] == [(0, field), (2, "colour"), (3, "")]
    assert found[3][0] == 4
    listed = client.get("/api/v1/facts/", {"indicator": body["indicator"], "from": "2026-03-01"}).json()["results"]
    assert len(listed) == 1
    assert listed[0][{"tasks": "task", "statements": "by"}.get(kind.name, "origin")] in ("INC-1", "Olga", "api")


def test_numbers_over_http_stay_exact():
    indicator, client = indicator_make(kind="value"), APIClient()
    client.force_authenticate(user_make(organisations_make()[0], "olga", 2))
    told = ["0.1", 0.1, "123456789012345.123456789012345", 1e3, -2]
    facts = [{"at": f"2026-03-02T10:0{n}:00Z", "value": value} for n, value in enumerate(told)]
    client.post("/api/v1/facts/", {"indicator": "payments/up", "facts": facts}, format="json")
    values = [row[1] for row in facts_load(indicator, YEAR).samples.rows()]
    assert values == [Decimal("0.1"), Decimal("0.1"), Decimal(told[2]), Decimal(1000), Decimal(-2)]
    page = client.get("/api/v1/facts/", {"indicator": "payments/up"}).json()
    assert [row["value"] for row in page["results"]] == ["-2", "1000", told[2], "0.1", "0.1"]


def test_several_samples_of_one_second_over_http_are_all_kept_and_the_delivery_is_idempotent():
    indicator, client = indicator_make(kind="value"), APIClient()
    client.force_authenticate(user_make(organisations_make()[0], "olga", 2))
    body = {"indicator": "payments/up", "facts": [{"at": "2026-03-02T10:00:00Z", "value": n} for n in (1, 2, 2)]}
    told = [client.post("/api/v1/facts/", body, format="json").json()["new"] for _ in range(2)]
    assert told == [3, 0]
    assert len(facts_load(indicator, YEAR)) == 3


ENTERED = {
    "buckets": {"start": "2026-03-02T10:00:00", "end": "2026-03-02T10:05:00", "good": "98.5", "total": "100"},
    "samples": {"moment": "2026-03-02T10:00:00", "value": "0.25"},
    "tasks": {"name": "INC-1", "opened": "2026-03-02T10:00:00", "priority": "P1"},
    "statements": {
        "start": "2026-03-01T00:00:00",
        "end": "2026-04-01T00:00:00",
        "met": "no",
        "by": "Olga",
        "evidence": "protocol 7",
    },
}


@each_kind
def test_a_fact_of_any_kind_is_entered_by_hand_and_shows_on_the_page(kind):
    indicator, client = indicator_of(kind), Client()
    client.force_login(user_make(organisations_make()[0], "mona", 3))
    place = [indicator.service.slug, indicator.slug]
    url, empty = reverse("fact_new", args=place), {"reason": "ticket 9", "scope": "eu"}
    assert client.get(url).status_code == 200
    assert client.post(url, empty).status_code == 422
    assert client.post(url, {**ENTERED[kind.name], **empty}).status_code == 302
    [fact] = kind.model.objects.all()
    assert (fact.scope, fact.origin) == ("eu", "hand")
    page = client.get(reverse("indicator", args=place))
    assert page.status_code == 200
    for text in kind.shown(fact).values():
        assert text in page.content.decode()
    assert b"ticket 9" in page.content or kind.name == "tasks"


@each_kind
def test_the_import_page_shows_the_rows_of_any_kind_as_they_are_understood(kind):
    indicator, client = indicator_of(kind), Client()
    client.force_login(user_make(organisations_make()[0], "mona", 3))
    data = {"indicator": indicator.pk, "file": SimpleUploadedFile("f.csv", kind.sample.encode())}
    answer = client.post(reverse("facts_import"), data)
    assert answer.status_code == 200
    assert all(str(label) in answer.content.decode() for label in kind.labels.values())
    sample = client.get(reverse("import_sample", args=[kind.files[-1]]))
    assert sample.content.decode() == kind.sample
