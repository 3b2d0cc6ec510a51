"""Compaction and retention: fewer rows, the same figures, and nothing lost that an open period needs."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from monitoring.instants import instant_of
from monitoring.kinds import facts_load
from monitoring.models import Fact, Keeping, LedgerDay, PeriodResult, Stream
from monitoring.months import months_of
from monitoring.reading import day_digest
from monitoring.rows import FactRow, row_key
from monitoring.services import retention
from monitoring.services.assessment import objective_assess
from monitoring.services.compaction import month_compact
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences
from monitoring.services.retention import retention_apply, retention_report
from slmo.core.units import Window
from tests.monitoring.make import DOWN, NOW, UP, agreement_make, at, indicator_make, row

pytestmark = pytest.mark.django_db
JANUARY = instant_of(at("2026-01-10 00:00"))


def checks(count, down=(), scope="", start=JANUARY):
    """Return checks of a minute, some of them down."""
    starts = [start + 60 * n for n in range(count)]
    return [
        FactRow(one, one + 60, DOWN if n in down else UP, scope, row_key(one, scope), "")
        for n, one in enumerate(starts)
    ]


def deliver(indicator, rows, origin="probe"):
    """Record each check just after it ended, as a probe does."""
    for one in rows:
        facts_record(indicator=indicator, rows=[one], origin=origin, now=at_end(one))


def at_end(one):
    return at("1970-01-01 00:00") + timedelta(seconds=one.end + 2)


def month_of(text):
    return next(month for month in months_of(Fact) if f"{month.start:%Y-%m}" == text)


def states(indicator, window, known_at=None):
    """Return what is read of a window, joined where it says the same: start, end, state and scope."""
    found = facts_load(indicator, window, known_at=known_at).states
    joined = []
    for start, end, state, scope, *_ in sorted(found.rows(), key=lambda one: (one[3], one[0])):
        if joined and joined[-1][1:] == (start, state, scope):
            joined[-1] = (joined[-1][0], end, state, scope)
        else:
            joined.append((start, end, state, scope))
    return joined


def test_a_compacted_month_has_fewer_rows_and_says_the_same_now_and_as_known_at_any_minute():
    indicator = indicator_make()
    deliver(indicator, checks(40, down={10, 11, 12, 30}))
    deliver(indicator, checks(6, down={2}, scope="eu"))
    window = Window(JANUARY - 600, JANUARY + 3600)
    moments = [None, *(at("2026-01-10 00:00") + timedelta(minutes=n, seconds=0) for n in (3, 12, 25, 39, 60))]
    before = [states(indicator, window, moment) for moment in moments]
    digest = day_digest(facts_load(indicator, window).states, window)
    assert month_compact(month_of("2026-01"), now=NOW).done
    assert Fact.objects.count() == 5 + 3
    assert sum(Fact.objects.values_list("checks", flat=True)) == 46
    after = [states(indicator, window, moment) for moment in moments]
    assert after == before
    assert day_digest(facts_load(indicator, window).states, window) == digest
    assert not month_compact(month_of("2026-01"), now=NOW).done


def test_a_check_that_is_told_again_is_known_and_one_that_contradicts_is_a_correction():
    indicator = indicator_make()
    rows = checks(30)
    deliver(indicator, rows)
    month_compact(month_of("2026-01"), now=NOW)
    assert facts_record(indicator=indicator, rows=rows, origin="probe", now=NOW).new == 0
    other = rows[7]._replace(state=int(DOWN))
    assert facts_record(indicator=indicator, rows=[other], origin="probe", now=NOW).new == 1
    assert facts_record(indicator=indicator, rows=[other], origin="probe", now=NOW).new == 0
    assert Fact.objects.get(override=True).state == DOWN


def test_figures_and_ledger_are_the_same_before_and_after():
    indicator = indicator_make()
    objective = agreement_make(indicator, minimum_outage="90s").objectives.get()
    deliver(indicator, checks(60, down={10, 20, 21, 40}))
    objective_assess(objective_id=objective.pk, now=at("2026-02-02 00:00"))
    kept = list(LedgerDay.objects.order_by("day").values())
    month_compact(month_of("2026-01"), now=NOW)
    assert ledger_differences(objective=objective, now=NOW) == []
    assert list(LedgerDay.objects.order_by("day").values()) == kept


def test_facts_that_overlap_a_run_and_were_recorded_meanwhile_keep_it_from_being_compacted():
    indicator = indicator_make()
    deliver(indicator, checks(5))
    facts_record(indicator=indicator, rows=[row("2026-01-10 00:02", "2026-01-10 00:09", DOWN)], origin="hand", now=NOW)
    deliver(indicator, checks(10)[5:])
    assert not month_compact(month_of("2026-01"), now=NOW).done


def closed(objective, until):
    """Take the results up to a moment as final."""
    PeriodResult.objects.filter(objective=objective, end__lte=until).update(state="closed", closed_at=until)


@pytest.fixture
def three_months(settings):
    settings.FACTS_KEEP_MONTHS = 2
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    for month in ("2026-01", "2026-02", "2026-03"):
        rows = checks(3, start=instant_of(at(f"{month}-10 00:00")))
        facts_record(indicator=indicator, rows=rows, origin="probe", now=at(f"{month}-11 00:00"))
    objective_assess(objective_id=objective.pk, now=NOW)
    return objective


def of_states(reports):
    return {f"{one.month.start:%Y-%m}" for one in reports if one.table == "monitoring_fact"}


def test_a_month_is_dropped_only_when_its_periods_are_final(three_months):
    assert not of_states(report for report in retention_report(NOW) if report.month.rows and report.droppable)
    closed(three_months, at("2026-02-01 00:00"))
    assert "2026-01" in of_states(retention_apply(now=NOW))
    assert Fact.objects.count() == 6
    assert Stream.objects.get().first == at("2026-02-10 00:00")
    assert not Fact.objects.filter(start__lt=at("2026-02-01 00:00")).exists()


def test_an_indicator_may_keep_its_facts_longer(three_months):
    closed(three_months, at("2026-03-01 00:00"))
    Keeping.objects.create(indicator=three_months.indicator, months=12)
    assert not {"2026-01", "2026-02"} & of_states(retention_apply(now=NOW))
    assert Fact.objects.count() == 9


def test_the_last_change_is_kept_as_long_as_it_holds(settings):
    settings.FACTS_KEEP_MONTHS = 2
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[row("2026-01-10 00:00", None, UP)], origin="probe", now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    closed(objective, at("2026-05-01 00:00"))
    assert "2026-01" not in of_states(retention_apply(now=NOW))
    assert Fact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_month_that_somebody_reads_stays_for_another_night(three_months, monkeypatch):
    closed(three_months, at("2026-02-01 00:00"))
    monkeypatch.setattr(retention, "LOCK_WAIT", "50ms")
    with reader("monitoring_fact"):
        assert "2026-01" not in of_states(retention_apply(now=NOW))
        assert Fact.objects.count() == 9
    assert "2026-01" in of_states(retention_apply(now=NOW))


@contextmanager
def reader(table):
    """Somebody else, in a transaction that has read a table."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"BEGIN; SELECT count(*) FROM {table}")
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()
