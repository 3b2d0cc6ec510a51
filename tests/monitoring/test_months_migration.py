"""The migration to tables of months keeps every row as it is, forward and back, and a fact sent again stays one fact.

In a database of its own, a copy of the tests' empty one.
"""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from agreements.models import Indicator
from monitoring.instants import instant_of
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.models import Fact, FactName, Stream
from monitoring.rows import FactRow, row_key
from monitoring.services.facts import facts_record
from tests.monitoring.make import DOWN, NOW, UP, at

pytestmark = pytest.mark.wide

BEFORE, MONTHS = ("monitoring", "0014_source_secrets_and_networks"), ("monitoring", "0015_facts_by_month")
TABLES = ("monitoring_fact", "monitoring_bucket", "monitoring_sample")
# Seven minutes before four months end: what lasts an hour reaches into the next one.
STARTS = [at(f"{day} 23:53") for day in ("1999-02-28", "2011-06-30", "2025-12-31", "2026-01-31")]
HOUR = timedelta(hours=1)


@contextmanager
def database_apart():
    """Work in a copy of the tests' empty database, in which nobody has a session, for the length of the block."""
    usual, empty = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["TEMPLATE"]
    name = f"{usual}_months"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{empty}"')
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate(*targets):
    """Migrate, as the command does, and return the models of that time."""
    executor = MigrationExecutor(connection)
    return executor.migrate(list(targets)).apps


def columns_of(table):
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def rows_of(columns):
    """Return all rows of the three tables, their columns in these orders."""
    found = {}
    with connection.cursor() as cursor:
        for table, names in columns.items():
            listed = ", ".join(f'"{name}"' for name in names)
            cursor.execute(f"SELECT {listed} FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def rows_sent():
    """Return what was sent: states with and without an end, one under a name of its own; buckets; samples."""
    seconds = [instant_of(start) for start in STARTS]
    states = [FactRow(start, start + 3600, int(DOWN), "", row_key(start, ""), "ref") for start in seconds]
    states += [FactRow(start + 7200, None, int(UP), "riga", row_key(start + 7200, "riga"), "") for start in seconds]
    states += [FactRow(seconds[2] + 60, seconds[3], int(DOWN), "", "INC1", "")]
    buckets = [BucketRow(start, start + 3600, Decimal(9), Decimal(10), "", row_key(start, "")) for start in seconds]
    samples = [SampleRow(start, Decimal("1.250"), "", row_key(start, "")) for start in seconds]
    return {"fact": states, "bucket": buckets, "sample": samples}


def filled(apps):
    """Put what was sent into the tables as they were; the named outage replaced an earlier one of another month."""
    organisation = apps.get_model("accounts", "Organisation").objects.create(slug="it", name="IT", kind="provider")
    service = apps.get_model("agreements", "Service").objects.create(
        slug="mail", name="Mail", organisation=organisation, created_at=NOW
    )
    kinds = {"fact": "availability", "bucket": "ratio", "sample": "value"}
    for model, rows in rows_sent().items():
        indicator = apps.get_model("agreements", "Indicator").objects.create(
            service=service, slug=model, name=model, kind=kinds[model]
        )
        batch = apps.get_model("monitoring", "FactBatch").objects.create(
            indicator=indicator, origin="api", recorded_at=NOW
        )
        table = apps.get_model("monitoring", model)
        own = {"indicator": indicator, "batch": batch, "origin": "api", "recorded_at": NOW}
        if model == "fact":
            table.objects.create(
                **own, start=STARTS[1], end=STARTS[1] + HOUR, state=DOWN, key="INC1", superseded_at=NOW,
            )  # fmt: skip
        for row in rows:
            values = row._asdict()
            for name in {"start", "end", "at"} & set(values):
                values[name] = (
                    None if values[name] is None else at("1970-01-01 00:00") + timedelta(seconds=values[name])
                )
            table.objects.create(**own, **values)


def sent_again():
    """Return how many of the facts are new when all are sent once more."""
    return [
        facts_record(indicator=Indicator.objects.get(slug=model), rows=rows, origin="api", now=NOW + HOUR).new
        for model, rows in rows_sent().items()
    ]


@pytest.mark.django_db(transaction=True)
def test_every_row_is_the_same_after_migrating_forward_back_and_forward():
    with database_apart():
        latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
        filled(migrate(BEFORE))
        columns = {table: columns_of(table) for table in TABLES}
        before = rows_of(columns)
        assert [len(before[table]) for table in TABLES] == [10, 4, 4]
        for targets in ([MONTHS], [BEFORE], latest):
            migrate(*targets)
            assert rows_of(columns) == before
        assert len(Fact.objects.raw("SELECT 1 AS id FROM monitoring_fact_y2011m06")) == 2
        assert Stream.objects.count() == 4
        assert list(FactName.objects.values_list("key", "at")) == [("INC1", STARTS[2] + timedelta(minutes=1))]
        assert sent_again() == [0, 0, 0]
