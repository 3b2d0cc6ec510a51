"""Partition the facts that machines deliver by month, and keep beside them what their streams have in common.

The tables are made anew and the rows copied, in one transaction: about a minute for ten million facts.
"""

import datetime

import django.db.models.deletion
from django.db import migrations, models

# table, the column that tells a row's month, the name of the kind
TABLES = (
    ("monitoring_fact", "start", "states"),
    ("monitoring_bucket", "start", "buckets"),
    ("monitoring_sample", "at", "samples"),
)
BACK, AHEAD = 13, 3  # months that are made around the present one; all others at need

# A month is made beside the table and then attached: nobody who reads or writes other months waits for it.
MONTH_MAKE = """
CREATE FUNCTION monitoring_month_make(parent text, moment timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    begun timestamp := date_trunc('month', moment AT TIME ZONE 'UTC');
    part text := parent || CASE WHEN begun < '2000-01-01' THEN '_before' WHEN begun >= '2100-01-01' THEN '_after'
        ELSE to_char(begun, '"_y"YYYY"m"MM') END;
    bounds text := CASE WHEN begun < '2000-01-01' THEN 'FROM (MINVALUE) TO (''2000-01-01 00:00+00'')'
        WHEN begun >= '2100-01-01' THEN 'FROM (''2100-01-01 00:00+00'') TO (MAXVALUE)'
        ELSE format('FROM (%L) TO (%L)', begun || '+00', (begun + interval '1 month') || '+00') END;
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN part;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext(parent));
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', part, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES %s', parent, part, bounds);
    END IF;
    RETURN part;
END
$$
"""
APPEND_ONLY = """
CREATE OR REPLACE FUNCTION monitoring_fact_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL
            OR (NEW.id, NEW.indicator_id, NEW.start, NEW."end", NEW.state, NEW.scope, NEW.origin, NEW.key,
                NEW.reference, NEW.override, NEW.batch_id, NEW.recorded_at{new})
            IS DISTINCT FROM (OLD.id, OLD.indicator_id, OLD.start, OLD."end", OLD.state, OLD.scope, OLD.origin,
                OLD.key, OLD.reference, OLD.override, OLD.batch_id, OLD.recorded_at{old}) THEN
        RAISE EXCEPTION 'fact % is append-only', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
STREAMS = """
INSERT INTO monitoring_stream (kind, indicator_id, origin, scope, first, last, last_change, longest, highest,
    recorded_at)
SELECT %s, indicator_id, origin, scope, min({at}) FILTER (WHERE superseded_at IS NULL), max({at}), {change}, {longest},
    max(id), max(recorded_at)
FROM {table} GROUP BY indicator_id, origin, scope
"""
NAMES = """
INSERT INTO monitoring_factname (kind, indicator_id, origin, key, at)
SELECT %s, indicator_id, origin, key, {at} FROM {table} WHERE superseded_at IS NULL
    AND CASE WHEN key ~ '^[0-9]{{1,11}}[|/]' THEN substring(key FROM '^[0-9]+')::bigint <> extract(epoch FROM {at})
        ELSE true END
"""


def _rows(cursor, statement, *values):
    """Return what a statement finds."""
    cursor.execute(statement, values)
    return cursor.fetchall()


def _replaced(cursor, table, make, at):
    """Put another table in a table's place: `make` makes it; rows, number, indexes and triggers are carried over."""
    indexes = _rows(
        cursor,
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint WHERE contype = 'p')",
        table,
    )
    triggers = _rows(
        cursor,
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
        table,
    )
    cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_old")
    cursor.execute(f"ALTER TABLE {table}_old RENAME CONSTRAINT {table}_pkey TO {table}_old_pkey")
    for name, _definition in indexes:
        cursor.execute(f'ALTER INDEX "{name}" RENAME TO "{name}_old"')
    make()
    columns = ", ".join(
        f'"{name}"'
        for (name,) in _rows(
            cursor,
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )
    )
    cursor.execute(f'INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}_old ORDER BY "{at}", id')
    for _name, definition in indexes:
        cursor.execute(definition.replace(" ON ONLY ", " ON "))
    cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}_old")
    (highest,) = cursor.fetchone()
    cursor.execute(f"DROP TABLE {table}_old CASCADE")
    for (definition,) in triggers:
        cursor.execute(definition)
    cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [table, highest])


def partitioned(apps, schema_editor):
    """Make each table one of months, with its rows."""
    with schema_editor.connection.cursor() as cursor:
        for table, at, kind in TABLES:

            def make(table=table, at=at):
                cursor.execute(
                    f"CREATE TABLE {table} (LIKE {table}_old INCLUDING DEFAULTS INCLUDING CONSTRAINTS,"
                    f' CONSTRAINT {table}_pkey PRIMARY KEY (id, "{at}")) PARTITION BY RANGE ("{at}")'
                )
                cursor.execute(f"CREATE SEQUENCE {table}_number OWNED BY {table}.id")
                cursor.execute(f"ALTER TABLE {table} ALTER id SET DEFAULT nextval('{table}_number')")
                cursor.execute(
                    f'SELECT monitoring_month_make(%s, min("{at}")) FROM {table}_old GROUP BY'
                    f" date_trunc('month', \"{at}\" AT TIME ZONE 'UTC')",
                    [table],
                )
                cursor.execute(
                    "SELECT monitoring_month_make(%s, date_trunc('month', now()) + make_interval(months => step))"
                    " FROM generate_series(%s, %s) AS step",
                    [table, -BACK, AHEAD],
                )

            _replaced(cursor, table, make, at)
            change = 'max(start) FILTER (WHERE superseded_at IS NULL AND "end" IS NULL)'
            parts = {
                "table": table,
                "at": f'"{at}"',
                "change": change if kind == "states" else "NULL::timestamptz",
                "longest": "interval '0'" if kind == "samples" else "coalesce(max(\"end\" - start), interval '0')",
            }
            cursor.execute(STREAMS.format(**parts), [kind])
            cursor.execute(NAMES.format(**parts), [kind])


def whole(apps, schema_editor):
    """Make each table one piece again, with its rows."""
    with schema_editor.connection.cursor() as cursor:
        for table, at, _kind in TABLES:

            def make(table=table):
                cursor.execute(
                    f"CREATE TABLE {table} (LIKE {table}_old INCLUDING CONSTRAINTS,"
                    f" CONSTRAINT {table}_pkey PRIMARY KEY (id))"
                )
                cursor.execute(f"ALTER TABLE {table} ALTER id ADD GENERATED BY DEFAULT AS IDENTITY")
                if table == "monitoring_fact":
                    cursor.execute(f"ALTER TABLE {table} ALTER checks SET DEFAULT 1")

            _replaced(cursor, table, make, at)


def _reference(to, related, **options):
    """Return a foreign key that only the models know of."""
    return models.ForeignKey(db_constraint=False, db_index=False, related_name=related, to=to, **options)


def _references():
    """Return the operations that take the foreign keys, and the indexes for them, from the tables."""
    cascade, protect = django.db.models.deletion.CASCADE, django.db.models.deletion.PROTECT
    for model, related in (("fact", "facts"), ("bucket", "%(class)ss"), ("sample", "%(class)ss")):
        yield migrations.AlterField(model, "batch", _reference("monitoring.factbatch", related, on_delete=protect))
        yield migrations.AlterField(model, "indicator", _reference("agreements.indicator", related, on_delete=cascade))


def _once(model, at):
    """Return the constraint of one current row for each key, within one beginning."""
    return migrations.AddConstraint(
        model_name=model,
        constraint=models.UniqueConstraint(
            condition=models.Q(("superseded_at__isnull", True)),
            fields=("indicator", at, "origin", "key"),
            name=f"{model}_current_once",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0003_dependency_needed"),
        ("monitoring", "0014_source_secrets_and_networks"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("origin", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="agreements.indicator"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("indicator", "kind", "origin", "key"), name="fact_name_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="Stream",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("origin", models.CharField(max_length=80)),
                ("scope", models.CharField(blank=True, max_length=80)),
                ("first", models.DateTimeField(blank=True, null=True)),
                ("last", models.DateTimeField()),
                ("last_change", models.DateTimeField(blank=True, null=True)),
                ("longest", models.DurationField(default=datetime.timedelta)),
                ("highest", models.BigIntegerField(default=0, help_text="Highest number of its facts.")),
                ("recorded_at", models.DateTimeField(help_text="When the last of them was recorded.")),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="streams", to="agreements.indicator"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("indicator", "kind", "origin", "scope"), name="stream_once")
                ]
            },
        ),
        migrations.RemoveConstraint("bucket", "bucket_current_once"),
        migrations.RemoveConstraint("fact", "fact_current_once"),
        migrations.RemoveConstraint("sample", "sample_current_once"),
        migrations.RemoveIndex("bucket", "bucket_current_long"),
        migrations.RemoveIndex("bucket", "bucket_current"),
        migrations.RemoveIndex("fact", "fact_current"),
        migrations.RemoveIndex("sample", "sample_current"),
        migrations.AddField("fact", "checks", models.PositiveIntegerField(db_default=1, default=1)),
        migrations.AddField("fact", "recorded_until", models.DateTimeField(blank=True, null=True)),
        *_references(),
        _once("bucket", "start"),
        _once("fact", "start"),
        _once("sample", "at"),
        migrations.RunSQL(MONTH_MAKE, "DROP FUNCTION monitoring_month_make(text, timestamptz)"),
        migrations.RunSQL(
            APPEND_ONLY.format(new=", NEW.checks, NEW.recorded_until", old=", OLD.checks, OLD.recorded_until"),
            APPEND_ONLY.format(new="", old=""),
        ),
        migrations.RunPython(partitioned, whole),
    ]
