"""The audit log: append-only, chained, checked."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from slmo.accounts.journal import recorder
from slmo.accounts.models import User
from slmo.audit.canonical import canonical_json, digest
from slmo.audit.models import Entry
from slmo.audit.services import Subject, chain_verify, record
from tests.support.people import NOW, organisation, person

pytestmark = pytest.mark.django_db
THING = Subject("agreements.version", "7", "Mail, version 2")


def write(action: str = "tested", **fields: object) -> Entry:
    return record(actor=None, action=action, subject=THING, now=NOW, **fields)  # type: ignore[arg-type]


def seal() -> None:
    """Do now what the database does at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def meddle(sql: str) -> None:
    """Change the table as somebody could who owns the database and takes its triggers away."""
    seal()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


def test_entries_are_numbered_and_each_names_the_hash_before_it() -> None:
    first, second = write(), write()
    seal()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert (first.previous_hash, second.previous_hash) == ("", first.hash)
    assert second.hash == digest(first.hash, second.content)
    assert chain_verify() == (2, second.hash, None)


def test_names_stay_as_they_were_when_things_are_renamed() -> None:
    user = person("ann", organisation("north"), 5)
    entry = record(actor=user, action="tested", subject=user, now=NOW)
    User.objects.filter(pk=user.pk).update(name="Somebody else")
    assert (entry.actor_name, entry.subject_label) == ("Ann", "Ann")


def test_the_system_acts_under_a_name() -> None:
    entry = record(actor=None, action="tested", subject=THING, now=NOW, system="Period close")
    assert (entry.actor_id, entry.actor_name) == (None, "Period close")


def test_values_of_every_kind_are_kept_in_one_spelling_whatever_the_language() -> None:
    values = {"at": NOW, "day": NOW.date(), "percent": Decimal("99.90"), "share": Fraction(1, 3), "name": _("Level")}
    texts = []
    for language in ("en", "ru"):
        with translation.override(language):
            texts.append(canonical_json({**values, "words": {"б", "а"}}))
    assert texts[0] == texts[1]
    assert '"at":"2026-03-02T09:00:00+00:00"' in texts[0]
    assert '"percent":"99.90"' in texts[0]
    assert texts[0].isascii()


def test_before_and_after_are_read_back() -> None:
    entry = Entry.objects.get(pk=write(before={"a": 1}, after={"a": [2, None]}).pk)
    assert (entry.before, entry.after) == ({"a": 1}, {"a": [2, None]})


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET actor_name = 'nobody'",
        "UPDATE audit_entry SET hash = ''",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(sql: str) -> None:
    write()
    seal()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_entry_that_is_not_yet_sealed_cannot_be_changed_either() -> None:
    write()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(actor_name="nobody")


def test_the_database_refuses_to_empty_the_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_keep_whole")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_entry")


def test_an_entry_cannot_bring_its_own_number_and_hash() -> None:
    with pytest.raises(DatabaseError, match="seals its entries itself"), transaction.atomic():
        Entry.objects.create(at=NOW, actor_name="x", action="x", content="{}", number=1, hash="0" * 64)


@pytest.mark.parametrize(
    ("sql", "number", "words"),
    [
        ("UPDATE audit_entry SET content = replace(content, 'Mail', 'Post') WHERE number = 2", 2, "not the digest"),
        ("UPDATE audit_entry SET actor_name = 'nobody' WHERE number = 3", 3, "actor_name differ"),
        ("UPDATE audit_entry SET at = at + interval '1 s' WHERE number = 3", 3, "at differ"),
        ("DELETE FROM audit_entry WHERE number = 2", 2, "missing; the next one that is there is 3"),
        ("DELETE FROM audit_entry WHERE number = 1", 1, "missing; the next one that is there is 2"),
        ("UPDATE audit_entry SET previous_hash = repeat('0', 64) WHERE number = 3", 3, "does not name the hash"),
    ],
)
def test_the_check_names_the_first_entry_that_somebody_meddled_with(sql: str, number: int, words: str) -> None:
    for _turn in range(4):
        write()
    meddle(sql)
    broken = chain_verify().broken
    assert broken is not None
    assert broken.number == number
    assert words in broken.reason
    with pytest.raises(CommandError, match=words):
        call_command("audit_verify")


def test_entries_cut_off_at_the_end_are_found_by_the_head_of_an_earlier_check() -> None:
    for _turn in range(3):
        write()
    seal()
    out = StringIO()
    call_command("audit_verify", stdout=out)
    head = out.getvalue().splitlines()[-1]
    call_command("audit_verify", expect=head, stdout=StringIO())
    meddle("DELETE FROM audit_entry WHERE number = 3")
    assert chain_verify().broken is None
    with pytest.raises(CommandError, match="cut or rewritten"):
        call_command("audit_verify", expect=head)


def test_an_empty_log_fits() -> None:
    assert chain_verify() == (0, "", None)


def test_one_entry_costs_one_statement_in_its_transaction(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        write()


def test_accounts_write_into_this_log() -> None:
    assert recorder() is record


@pytest.mark.django_db(transaction=True)
def test_transactions_at_the_same_time_make_one_chain_without_gaps() -> None:
    def work(worker: int) -> None:
        try:
            for turn in range(10):
                with transaction.atomic():
                    write(f"w{worker}")
                    write(f"w{worker}")
                    if turn % 3 == 2:
                        transaction.set_rollback(True)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    verdict = chain_verify()
    # 4 workers × (10 − 3 rolled back) × 2
    assert (verdict.entries, verdict.broken) == (56, None)


@pytest.mark.django_db(transaction=True)
def test_two_who_record_before_they_lock_each_others_rows_do_not_wait_for_the_log() -> None:
    north, south = organisation("north"), organisation("south")

    def hold_log_then(action: str, pk: int) -> None:
        try:
            with transaction.atomic():
                write(action)
                type(north).objects.select_for_update().get(pk=pk)
        finally:
            connection.close()

    with transaction.atomic():
        type(north).objects.select_for_update().get(pk=north.pk)
        write("outer")
        with ThreadPoolExecutor(1) as pool:  # would wait for ever if the outer transaction held the chain's lock
            pool.submit(hold_log_then, "inner", south.pk).result(timeout=20)
    assert [entry.action for entry in Entry.objects.order_by("number")][-2:] == ["inner", "outer"]
