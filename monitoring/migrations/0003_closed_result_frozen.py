"""Keep closed results as they were published."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION monitoring_result_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'closed' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'current') IS DISTINCT FROM (to_jsonb(OLD) - 'current') THEN
        RAISE EXCEPTION 'result % is closed and never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER monitoring_result_frozen BEFORE UPDATE OR DELETE ON monitoring_periodresult
    FOR EACH ROW EXECUTE FUNCTION monitoring_result_frozen();
"""
BACKWARD = """
DROP TRIGGER monitoring_result_frozen ON monitoring_periodresult;
DROP FUNCTION monitoring_result_frozen();
"""


class Migration(migrations.Migration):
    """Let the database itself refuse what no code may do."""

    dependencies = [("monitoring", "0002_fact_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
