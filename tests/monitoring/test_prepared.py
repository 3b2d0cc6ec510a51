"""Statements that a session prepares once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.models import Fact, FactState
from monitoring.prepared import carry_out, row_fetch, rows_fetch
from monitoring.stored import columns, instances_fetch
from tests.monitoring.assessing import assess, deliver
from tests.monitoring.make import DOWN, NOW, agreement_make, at, indicator_make, row

pytestmark = pytest.mark.django_db

ADD = "SELECT %(one)s::int + %(two)s::int, 7 %% 4, %(one)s::int"


def sent(work):
    """Return the statements that the work sends."""
    with CaptureQueriesContext(connection) as queries:
        work()
    return [query["sql"] for query in queries.captured_queries]


def test_values_stand_by_their_names_and_a_statement_is_prepared_once():
    assert row_fetch(ADD, one=2, two=3) == (5, 3, 2)
    again = sent(lambda: rows_fetch(ADD, two=30, one=20))
    assert [statement.split(" ", 1)[0] for statement in again] == ["EXECUTE"]
    assert rows_fetch(ADD, two=30, one=20) == [(50, 3, 20)]


def test_behind_a_pooler_of_transactions_nothing_is_prepared(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    statements = sent(lambda: row_fetch(ADD, one=2, two=3))
    assert len(statements) == 1
    assert statements[0].startswith("SELECT 2::int")


def test_a_statement_without_rows_tells_how_many_it_concerned():
    deliver(indicator_make(), row("2026-02-10 10:00", "2026-02-10 12:00", DOWN))
    assert carry_out("UPDATE monitoring_factbatch SET file_name = %(name)s", name="a 100 % file") == 1


def test_rows_become_instances_as_the_model_layer_reads_them():
    indicator = indicator_make(gaps_up=True, recorded_from=at("2026-01-01 00:00"))
    objective = agreement_make(indicator).objectives.get()
    deliver(indicator, row("2026-02-10 10:00", "2026-02-10 12:00", DOWN))
    assess(objective)
    model = objective.results.model
    statement = f"SELECT {columns(model)} FROM monitoring_periodresult WHERE objective_id = %(one)s ORDER BY start"
    read = instances_fetch(model, statement, one=objective.pk)
    expected = list(objective.results.order_by("start"))
    names = [field.attname for field in model._meta.concrete_fields]
    assert [[getattr(one, name) for name in names] for one in read] == [
        [getattr(one, name) for name in names] for one in expected
    ]
    fact = instances_fetch(Fact, f"SELECT {columns(Fact, 'fact')} FROM monitoring_fact AS fact")[0]
    assert (fact.state, fact._state.adding, fact.indicator) == (FactState.DOWN, False, indicator)


def test_an_assessment_whose_statements_are_known_sends_few():
    indicator = indicator_make(gaps_up=True, recorded_from=at("2026-01-01 00:00"))
    objective = agreement_make(indicator).objectives.get()
    deliver(indicator, row("2026-02-10 10:00", "2026-02-10 12:00", DOWN))
    assess(objective)
    for minute in range(2):
        deliver(indicator, row(f"2026-06-10 10:0{minute}", f"2026-06-10 10:0{minute + 1}", DOWN))
        statements = sent(lambda: assess(objective, NOW))
    assert len([one for one in statements if one.startswith("EXECUTE")]) <= 15
    assert len(statements) <= 17, "no more than these and the two ends of a transaction"
