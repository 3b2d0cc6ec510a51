"""What people paste and upload: read exactly, refused with a sentence, never harmful."""

import json
from types import SimpleNamespace

import pytest
import yaml

from agreements.errors import DocumentRefused
from agreements.services import document_read, document_write
from agreements.services.document import document_plain
from slmo.core.terms import document_digest
from tests.agreements.table import terms

BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "a: &x 1\nb: *x",
        "{" * 100_000,
        "[" * 100_000,
        "- " * 60_000,
        "a: 1\na: 2",
        'a: "\\0"',
        'a: "\\ud800"',
        "\x00",
        "a: !!python/object/apply:os.system ['true']",
        "a: !!binary aGVsbG8=",
        "a: !!int zz",
        "a: " + "1" * 140_000,
        "a: .inf\nb: !!float .nan",
        "? {a: 1}\n: 2",
        "? [1]\n: 2",
        "[1, 2]",
        "just words",
        "",
        "a: 'unfinished",
        "a:\n\t- tab",
    ],
)
def test_hostile_or_broken_text_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        document_read(text)
    assert refused.value.messages[0]
    assert "Traceback" not in refused.value.messages[0]


def test_a_repeated_key_names_its_line() -> None:
    with pytest.raises(DocumentRefused, match="Line 3"):
        document_read("a: 1\nb: 2\na: 3\n")


def test_dates_and_times_of_day_stay_text() -> None:
    read = document_read("from: 2026-01-01\nat: 02:00\nnoon: 12:00\nwhen: 2026-03-08T02:00:00+01:00\nn: 010\nk: 7")
    assert read == {
        "from": "2026-01-01",
        "at": "02:00",
        "noon": "12:00",
        "when": "2026-03-08T02:00:00+01:00",
        "n": "010",
        "k": 7,
    }


def test_a_document_written_and_read_again_has_the_same_digest() -> None:
    document = document_plain(terms(degraded=0.5, unknown={"counts_as": "down", "last_for": "5m"}))
    document["spec"]["exclusions"] = [
        {"rrule": "FREQ=WEEKLY;BYDAY=SU", "starting": "2026-01-04", "at": "12:30", "for": "2h", "reason": "yes: # no"}
    ]
    assert document_read(document_write(document)) == document
    assert document_digest(document_read(document_write(document))) == document_digest(document)


def test_another_reader_of_yaml_finds_the_same_terms_in_a_download() -> None:
    document = document_plain(terms())
    document["spec"]["exclusions"] = [{"from": "2026-03-08T12:00:00Z", "to": "2026-03-08T14:00:00Z", "reason": "on"}]
    document["spec"]["calendars"]["office"]["exceptions"] = {"2026-01-01": "closed", "2026-01-02": ["12:00-13:00"]}
    elsewhere = yaml.safe_load(document_write(document))
    assert document_digest(elsewhere) == document_digest(document)


def test_json_is_read_as_well(table: SimpleNamespace) -> None:
    assert document_read(json.dumps(table.draft.document)) == table.draft.document
    assert document_digest(table.draft.document) == table.draft.digest
