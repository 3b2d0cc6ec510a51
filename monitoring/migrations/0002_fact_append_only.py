"""Keep facts append-only: a row may only be superseded, once."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION monitoring_fact_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.superseded_at IS NOT NULL
            OR (NEW.id, NEW.indicator_id, NEW.start, NEW."end", NEW.state, NEW.scope, NEW.origin, NEW.key,
                NEW.reference, NEW.override, NEW.batch_id, NEW.recorded_at)
            IS DISTINCT FROM (OLD.id, OLD.indicator_id, OLD.start, OLD."end", OLD.state, OLD.scope, OLD.origin,
                OLD.key, OLD.reference, OLD.override, OLD.batch_id, OLD.recorded_at) THEN
        RAISE EXCEPTION 'fact % is append-only', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER monitoring_fact_append_only BEFORE UPDATE OR DELETE ON monitoring_fact
    FOR EACH ROW EXECUTE FUNCTION monitoring_fact_append_only();
"""
BACKWARD = """
DROP TRIGGER monitoring_fact_append_only ON monitoring_fact;
DROP FUNCTION monitoring_fact_append_only();
"""


class Migration(migrations.Migration):
    """Let the database itself refuse what no code may do."""

    dependencies = [("monitoring", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
