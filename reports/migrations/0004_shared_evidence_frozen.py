"""Keep shared evidence as it was shared: it can be withdrawn once, and nothing else."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION reports_sharedevidence_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.figures IS DISTINCT FROM NEW.figures OR OLD.below IS DISTINCT FROM NEW.below
        OR OLD.digest <> NEW.digest OR OLD.note <> NEW.note OR OLD.objective <> NEW.objective
        OR OLD.version_id <> NEW.version_id OR OLD.shared_at <> NEW.shared_at
        OR (OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at) THEN
        RAISE EXCEPTION 'evidence % is shared and never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER reports_sharedevidence_frozen BEFORE UPDATE ON reports_sharedevidence
    FOR EACH ROW EXECUTE FUNCTION reports_sharedevidence_frozen();
"""
BACKWARD = """
DROP TRIGGER reports_sharedevidence_frozen ON reports_sharedevidence;
DROP FUNCTION reports_sharedevidence_frozen();
"""


class Migration(migrations.Migration):
    """Let the database itself refuse what no code may do."""

    dependencies = [("reports", "0003_shared_evidence_and_level_costs")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
