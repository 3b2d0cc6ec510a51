"""Keep the history of rounds as it was written."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_round_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'by_id') IS DISTINCT FROM (to_jsonb(OLD) - 'by_id') THEN
        RAISE EXCEPTION 'round % was on the table and never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agreements_round_frozen BEFORE UPDATE OR DELETE ON agreements_round
    FOR EACH ROW EXECUTE FUNCTION agreements_round_frozen();
"""
BACKWARD = """
DROP TRIGGER agreements_round_frozen ON agreements_round;
DROP FUNCTION agreements_round_frozen();
"""


class Migration(migrations.Migration):
    """Let the database itself refuse what no code may do."""

    dependencies = [("agreements", "0005_negotiation")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
