"""Importing files: looked at first, recorded as a whole or not at all."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from monitoring.models import Fact
from monitoring.services import imports
from monitoring.services.imports import ImportRefused, import_commit, import_preview
from slmo.accounts.errors import Denied
from tests.monitoring.make import DOWN, NOW, UP, at, indicator_make, organisations_make, user_make

pytestmark = pytest.mark.django_db

MARCH = b"""start,end,state
2026-03-02T10:00:00Z,2026-03-02T10:05:00Z,down
2026-03-03T10:00:00+01:00,2026-03-03T10:05:00+01:00,degraded
"""
CHANGES = b"at,state,scope\r\n2026-03-02T10:00:00Z,up,eu\r\n2026-03-02T11:00:00Z,down,eu\r\n"


@pytest.fixture
def indicator(db):
    return indicator_make()


def preview(indicator, content, **values):
    return import_preview(indicator=indicator, upload=io.BytesIO(content), file_name="f.csv", actor=None, **values)


def commit(indicator, content, digest=None, now=NOW):
    found = digest or preview(indicator, content).sha256
    return import_commit(
        indicator=indicator, upload=io.BytesIO(content), sha256=found, file_name="f.csv", actor=None, now=now
    )


def test_a_preview_tells_what_a_file_would_bring_and_records_nothing(indicator):
    found = preview(indicator, MARCH)
    assert (found.rows, found.new, found.changed, found.known, found.usable) == (2, 2, 0, 0, True)
    assert found.start == int(at("2026-03-02 10:00").timestamp())
    assert found.end == int(at("2026-03-03 09:05").timestamp())
    assert found.states == {1: 1, 2: 1}
    assert found.first[0].state == DOWN
    assert not Fact.objects.exists()


def test_a_committed_file_is_recorded_with_its_name_and_digest_and_is_known_afterwards(indicator):
    batch = commit(indicator, MARCH)
    assert (batch.new, batch.file_name, batch.file_sha256) == (2, "f.csv", preview(indicator, MARCH).sha256)
    assert (preview(indicator, MARCH).new, preview(indicator, MARCH).known) == (0, 2)
    assert commit(indicator, MARCH).new == 0
    longer = MARCH.replace(b"10:05:00Z", b"10:06:00Z")
    assert (preview(indicator, longer).changed, preview(indicator, longer).known) == (1, 1)
    assert commit(indicator, longer, now=NOW + timedelta(hours=1)).replaced == 1


def test_changes_hold_until_the_next_one(indicator):
    found = preview(indicator, CHANGES)
    assert (found.end, found.scopes) == (None, ["eu"])
    commit(indicator, CHANGES)
    assert list(Fact.objects.order_by("start").values_list("state", "end", "scope")) == [
        (UP, None, "eu"),
        (DOWN, None, "eu"),
    ]


def test_intervals_that_begin_together_are_all_kept_and_known_again(indicator):
    double = MARCH + b"2026-03-02T10:00:00Z,2026-03-02T10:20:00Z,degraded\n"
    assert commit(indicator, double).new == 3
    assert preview(indicator, double).known == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf\r\n", "an empty file"),
        (b"start,end,state\n", "no facts below it"),
        (b"2026-03-02T10:00:00Z,2026-03-02T10:05:00Z,down\n", "one of the headers"),
        (b"from,to,status\n", "one of the headers"),
        (b"at,value\n2026-03-02T10:00:00Z,1\n", "one of the headers at,state; start,end,state,"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "NUL byte"),
        (b"at,state\n2026-03-02T10:00:00Z,\xff\n", "text in UTF-8"),
        (b"at,state\n2026-03-02T10:00:00,up\n", "offset or Z"),
        (b"at,state\n2026-03-02T10:00:00Z,broken\n", "one of up, degraded, down, unknown"),
        (b"start,end,state\n2026-03-02T10:00:00Z,2026-03-02T10:00:00Z,down\n", "after the start"),
        (b"start,end,state\n2026-03-02T10:00:00Z,2026-03-01T10:00:00Z,down\n", "not before the start"),
        (b"at,state\n9999-03-02T10:00:00Z,up\n", "between the years"),
        (b"start,end,state,override\n2026-03-02T10:00:00Z,2026-03-02T11:00:00Z,up,yes\n", "Corrections"),
        (b"at,state,indicator\n2026-03-02T10:00:00Z,up,elsewhere\n", "elsewhere"),
    ],
)
def test_an_unusable_file_is_refused_with_a_clear_sentence_and_nothing_is_recorded(indicator, content, said):
    found = preview(indicator, content)
    assert not found.usable
    assert said in found.errors[0].sentence
    with pytest.raises(ImportRefused):
        commit(indicator, content, found.sha256)
    assert not Fact.objects.exists()


def test_one_bad_line_among_good_ones_is_named_by_its_number_and_stops_the_whole_file(indicator):
    found = preview(indicator, MARCH + b"yesterday,today,down\n")
    assert [(error.line, error.column) for error in found.errors] == [(4, "start")]
    with pytest.raises(ImportRefused):
        commit(indicator, MARCH + b"yesterday,today,down\n", found.sha256)
    assert not Fact.objects.exists()


def test_at_most_a_hundred_errors_are_listed(indicator):
    assert len(preview(indicator, b"at,state\n" + b"x,y\n" * 500).errors) == 100


def test_a_file_that_is_too_large_is_refused(indicator, monkeypatch):
    monkeypatch.setattr(imports, "BYTES_MOST", 50)
    assert "larger than" in preview(indicator, MARCH).errors[0].sentence


def test_another_file_than_the_previewed_one_is_refused(indicator):
    digest = preview(indicator, MARCH).sha256
    with pytest.raises(ImportRefused, match="not the file"):
        commit(indicator, MARCH + b"\n", digest)
    assert not Fact.objects.exists()


def test_who_may_not_import_neither_previews_nor_records(indicator):
    rita = user_make(organisations_make()[1], "rita")
    with pytest.raises(Denied):
        import_preview(indicator=indicator, upload=io.BytesIO(MARCH), actor=rita)


def test_the_command_imports_a_file_and_says_what_was_recorded(indicator, tmp_path, capsys):
    path = tmp_path / "march.csv"
    path.write_bytes(MARCH)
    call_command("facts_import", "payments/up", str(path), "--dry-run")
    assert not Fact.objects.exists()
    call_command("facts_import", "payments/up", str(path))
    assert "Recorded: 2 facts" in capsys.readouterr().out
    path.write_bytes(b"nonsense")
    for arguments in (("payments/up", str(path)), ("payments/none", str(path)), ("payments/up", str(tmp_path))):
        with pytest.raises(CommandError):
            call_command("facts_import", *arguments)
    assert Fact.objects.count() == 2
