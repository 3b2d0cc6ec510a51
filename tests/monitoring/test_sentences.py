"""Sentences that are kept are told to each reader in the reader's own language and zone."""

import copy
import json
import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from monitoring.connectors import ConnectorError
from monitoring.sentence import MOST, engine, gettext, kept, ngettext, sentence_of, told, verbatim
from slmo.accounts.vault import Secret

REFUSED = "%(host)s could not be reached: %(why)s."
ROW, ROWS = "The query has more than %(count)d row.", "The query has more than %(count)d rows."
TOKEN = "s3cr3t-that-nobody-sees"


def in_russian(text, parts, zone="UTC"):
    with translation.override("ru"), timezone.override(ZoneInfo(zone)):
        return told(text, parts)


def both(sentence, zone="UTC"):
    """Return what is stored of a sentence as a reader of each language is told it."""
    text, parts = kept(sentence)
    return told(text, parts), in_russian(text, json.loads(json.dumps(parts)), zone)


def test_a_sentence_is_told_in_each_language_with_the_reason_inside_it():
    reason = gettext("Connection refused")
    sentence = gettext(REFUSED) % {"host": "db1", "why": ConnectorError(reason)}
    assert both(sentence) == (
        "db1 could not be reached: Connection refused.",
        "Не удалось связаться с db1: в соединении отказано.",
    )


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [(1, "1 row.", "1 строки."), (2, "2 rows.", "2 строк."), (21, "21 rows.", "21 строки.")],
)
def test_a_sentence_that_counts_has_the_forms_of_each_language(count, english, russian):
    found = both(ngettext(ROW, ROWS, count) % {"count": count})
    assert found == (f"The query has more than {english}", f"Запрос вернул больше {russian}")


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (12_345, "12\xa0345", "12\xa0345"),
        (404, "404", "404"),
        (Decimal("-0.250"), "−0.25", "−0,25"),
        (0.1, "0.1", "0,1"),
        (datetime(2026, 3, 2, 9, 30, 5, tzinfo=UTC), "2 Mar 2026, 09:30:05 UTC", "2 мар. 2026, 12:30:05"),
        (date(2026, 3, 2), "2 Mar 2026", "2 мар. 2026"),
        (timedelta(minutes=5, seconds=12), "5\xa0min\xa012\xa0s", "5\xa0мин\xa012\xa0с"),
        (timedelta(seconds=0.25), "0.2\xa0s", "0,2\xa0с"),
        (engine("a date such as 2026-01-31"), "a date such as 2026-01-31", "дата вида 2026-01-31"),
        (verbatim("ORA-00942: table or view does not exist"), "ORA-00942: table or view does not exist", None),
        (Decimal("NaN"), "NaN", None),
        (Decimal("1E+900"), "1E+900", None),
        (10**30, "1.000000e+30", None),
    ],
)
def test_values_read_as_the_reader_writes_them_and_the_words_of_others_as_they_came(value, english, russian):
    sentence = gettext("Expected %(what)s.") % {"what": value}
    assert both(sentence, "Europe/Moscow") == (f"Expected {english}.", f"Ожидается: {russian or english}.")


def test_a_sentence_is_a_text_that_survives_copies():
    sentence = gettext(REFUSED) % {"host": "db1", "why": "x"}
    for other in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence)), sentence_of(ValueError(sentence))):
        assert (other, other.parts) == (sentence, sentence.parts)
    assert json.dumps(sentence) == '"db1 could not be reached: x."'


def test_a_text_that_is_written_later_without_parts_is_told_as_it_stands():
    text, parts = kept(gettext(REFUSED) % {"host": "db1", "why": "x"})
    assert in_russian(text, parts).startswith("Не удалось")
    for later in ("The answer was cut off before its end.", ""):
        assert in_russian(later, parts) == later
    assert kept(verbatim("What a connector of somebody’s own says.")).parts is None
    assert kept("The same.") == ("The same.", None)
    assert in_russian("A row from before.", None) == "A row from before."


@pytest.mark.parametrize(
    "change",
    [{"values": {}}, {"values": {"host": {"instant": "?"}, "why": "x"}}, {"values": {"host": ["a"], "why": "x"}},
     {"values": {"host": {"number": "?"}, "why": "x"}}, {"msgid": None}, {"plural": "x"}, {"values": "x"}],
)  # fmt: skip
def test_parts_that_are_not_understood_leave_the_text(change):
    text, parts = kept(gettext(REFUSED) % {"host": "db1", "why": "x"})
    assert in_russian(text, parts) != text
    assert in_russian(text, {**parts, **change}) == text


HOSTILE = (
    "<script>alert(1)</script>", "%(host)s %(why)s %d %%", "{0} {msgid}", "\0\ud800 nothing", '"' * 3000, "я" * 5000,
    "\x1b[31m" * 900,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_server_says_is_bounded_and_never_read_as_a_message(text):
    found = kept(gettext(REFUSED) % {"host": text, "why": gettext(REFUSED) % {"host": text, "why": text}})
    stored = json.dumps(found.parts, ensure_ascii=False)
    assert (len(found.text) <= MOST, len(stored) <= MOST, set("\0\ud800") & set(found.text + stored)) == (
        True,
        True,
        set(),
    )
    shown = text[:30].replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert in_russian(*found).startswith(f"Не удалось связаться с {shown}")


def test_parts_that_no_cutting_makes_fit_are_left_out():
    many = {f"name{number}": "x" * 50 for number in range(60)}
    assert kept(gettext(REFUSED) % {**many, "host": "db1", "why": "x"}) == ("db1 could not be reached: x.", None)


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        (gettext(REFUSED) % {"host": f"a:{TOKEN}@b", "why": gettext("Expected %(what)s.") % {"what": TOKEN}}, True),
        (gettext(REFUSED) % {"host": "b", "why": verbatim(TOKEN * 300)}, True),
        (gettext(REFUSED) % {"host": "b", "why": engine(f"a date {TOKEN}")}, True),
        (gettext(f"%(host)s says {TOKEN}.") % {"host": "b"}, False),
        (gettext("s3cr3t-that%(host)s") % {"host": "-nobody-sees"}, False),
        (gettext("Expected %(what)s.") % {"what": 9_876_543_210}, True),
        (gettext("Expected %(what)s.") % {"what": Decimal("9876543210.5")}, True),
    ],
)
def test_a_secret_stands_in_neither_the_text_nor_the_parts(sentence, left):
    secrets = [Secret(TOKEN), Secret("9876543210"), "plain", 7]
    text, parts = kept(sentence.without(secrets))
    stored = text + json.dumps(parts, ensure_ascii=False)
    assert (TOKEN in stored, "9876543210" in stored, "543" in text, parts is not None) == (False, False, False, left)
    assert "•••" in text


def test_what_holds_no_secret_is_not_changed():
    sentence = gettext(REFUSED) % {"host": "db1", "why": timedelta(seconds=3)}
    assert sentence.without([Secret(TOKEN), Secret("db")]).parts == sentence.parts
