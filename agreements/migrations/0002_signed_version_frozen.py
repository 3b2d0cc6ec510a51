"""Keep signed versions as they were signed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'signed' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR (NEW.agreement_id, NEW.number, NEW.state, NEW.document, NEW.digest, NEW.effective_from,
            NEW.effective_until, NEW.signed_at) IS DISTINCT FROM (OLD.agreement_id, OLD.number, OLD.state,
            OLD.document, OLD.digest, OLD.effective_from, OLD.effective_until, OLD.signed_at) THEN
        RAISE EXCEPTION 'version % is signed and never changes', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER agreements_version_frozen BEFORE UPDATE OR DELETE ON agreements_version
    FOR EACH ROW EXECUTE FUNCTION agreements_version_frozen();
"""
BACKWARD = """
DROP TRIGGER agreements_version_frozen ON agreements_version;
DROP FUNCTION agreements_version_frozen();
"""


class Migration(migrations.Migration):
    """Let the database itself refuse what no code may do."""

    dependencies = [("agreements", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
