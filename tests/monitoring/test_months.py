"""Facts lie in months: made at need, and a key stands for one current fact whatever month that lies in."""

import pytest
from django.db import IntegrityError, transaction

from monitoring.instants import moment_of
from monitoring.kinds import facts_load
from monitoring.models import Fact, FactName, Stream
from monitoring.months import months_of
from monitoring.rows import FactRow
from monitoring.services.facts import facts_record
from slmo.core.units import Window
from tests.monitoring.make import DOWN, NOW, UP, at, indicator_make, row

pytestmark = pytest.mark.django_db


def months():
    """Return the months that the states have, as texts."""
    return {f"{month.start:%Y-%m}" for month in months_of(Fact)}


def test_a_month_is_made_when_its_first_fact_arrives_however_old():
    indicator = indicator_make()
    assert "2011-05" not in months()
    rows = [row("2011-05-31 23:59", "2011-06-01 00:01", DOWN), row("1999-01-01 00:00", "1999-01-02 00:00", UP)]
    batch = facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    assert batch.new == 2
    assert "2011-05" in months()
    assert "2011-06" not in months()  # it begins in May
    assert len(facts_load(indicator, Window(0, 2**31)).states) == 2


def test_a_name_stands_for_one_fact_in_whatever_month_it_lies():
    indicator = indicator_make()
    told = [("2026-01-31 23:00", "2026-02-01 01:00"), ("2026-03-01 00:00", "2026-03-01 01:00"),
            ("2025-11-05 00:00", "2025-11-05 01:00")]  # fmt: skip
    for start, end in told:
        facts_record(indicator=indicator, rows=[row(start, end, DOWN, key="INC1")], origin="file", now=NOW)
    current = Fact.objects.get(superseded_at=None)
    assert (current.start, Fact.objects.count()) == (at("2025-11-05 00:00"), 3)
    assert FactName.objects.get().at == current.start
    again = facts_record(indicator=indicator, rows=[row(*told[-1], DOWN, key="INC1")], origin="file", now=NOW)
    assert again.new == 0


def test_a_key_that_tells_another_place_than_its_facts_is_still_one_fact():
    indicator = indicator_make()
    first = row("2026-01-10 00:00", "2026-01-10 01:00", DOWN)
    moved = row("2026-04-10 00:00", "2026-04-10 01:00", DOWN, key=first.key)
    for one in (first, moved, first, moved):
        assert facts_record(indicator=indicator, rows=[one], origin="file", now=NOW).new == 1
        assert Fact.objects.filter(superseded_at=None).get().start == moment_of(one.start)


def test_the_database_itself_refuses_two_current_facts_of_one_key_and_beginning():
    indicator = indicator_make()
    facts_record(indicator=indicator, rows=[row("2026-01-10 00:00", None, UP)], origin="file", now=NOW)
    fact = Fact.objects.get()
    fact.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        fact.save(force_insert=True)


def test_what_is_kept_beside_a_stream_follows_its_facts():
    indicator = indicator_make()
    rows = [row("2026-01-01 00:00", None, UP, key="a"), row("2026-02-01 00:00", None, DOWN, key="b")]
    facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    stream = Stream.objects.get()
    assert (stream.first, stream.last_change) == (at("2026-01-01 00:00"), at("2026-02-01 00:00"))
    moved = [row("2026-01-05 00:00", None, UP, key="a"), row("2026-01-20 00:00", "2026-01-25 00:00", DOWN, key="b")]
    facts_record(indicator=indicator, rows=moved, origin="file", now=NOW)
    stream.refresh_from_db()
    assert (stream.first, stream.last_change) == (at("2026-01-05 00:00"), at("2026-01-05 00:00"))
    assert (stream.longest.days, stream.highest) == (5, Fact.objects.latest("id").pk)


def test_a_window_is_read_from_the_months_that_can_reach_into_it(django_assert_max_num_queries):
    indicator = indicator_make()
    start = int(at("2026-03-01 00:00").timestamp())
    rows = [FactRow(start + 60 * n, start + 60 * n + 60, UP, "", f"{start + 60 * n}|", "") for n in range(100)]
    old = row("2025-11-01 00:00", "2025-11-01 00:01", DOWN)
    facts_record(indicator=indicator, rows=[old, *rows], origin="probe", now=NOW)
    with django_assert_max_num_queries(2):
        states = facts_load(indicator, Window(start + 600, start + 1200)).states
    assert len(states) == 10
