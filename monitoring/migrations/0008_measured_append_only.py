"""Keep the facts of every kind append-only: a row may only be superseded, once."""

from django.db import migrations

TABLES = ("monitoring_bucket", "monitoring_sample", "monitoring_task", "monitoring_statement")
FUNCTION = """
CREATE FUNCTION monitoring_measured_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL
            OR (to_jsonb(NEW) - 'superseded_at') IS DISTINCT FROM (to_jsonb(OLD) - 'superseded_at') THEN
        RAISE EXCEPTION '% % is append-only', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$
"""
TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION monitoring_measured_append_only()
"""


class Migration(migrations.Migration):
    """Let the database itself refuse what no code may do."""

    dependencies = [("monitoring", "0007_facts_of_every_kind")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION monitoring_measured_append_only()"),
        *(
            migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_append_only ON {table}")
            for table in TABLES
        ),
    ]
