"""Let a decision's effects be written beside it, once, when they have been computed."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION monitoring_decided_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    later text[] := ARRAY['state', 'revoked_at', 'revoked_by_id', 'revocation'];
BEGIN
    IF OLD.state = 'proposed' AND TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.effects = '[]' AND (to_jsonb(NEW) - 'effects') = (to_jsonb(OLD) - 'effects') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'approved' AND NEW.state = 'revoked'
            AND (to_jsonb(NEW) - later) = (to_jsonb(OLD) - later) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % is decided and never changes', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END
$$
"""


class Migration(migrations.Migration):
    """The function before this one refused it; it may stay when going back, because it only allows more."""

    dependencies = [("monitoring", "0010_long_buckets")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
