"""The chain, and the triggers that keep it: entries are sealed once, at commit, and then stay."""

from django.db import migrations

CHAIN = r"""
CREATE FUNCTION audit_entry_chain() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    last_number bigint;
    last_hash text;
BEGIN
    -- One transaction at a time appends to the chain; the lock is taken at commit and held for that moment only.
    PERFORM pg_advisory_xact_lock(1936485743);  -- 'slmo' in ASCII
    SELECT number, hash INTO last_number, last_hash
        FROM audit_entry WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1;
    UPDATE audit_entry SET
        number = coalesce(last_number, 0) + 1,
        previous_hash = coalesce(last_hash, ''),
        hash = encode(sha256(convert_to(coalesce(last_hash, '') || content, 'UTF8')), 'hex')
        WHERE id = NEW.id;
    RETURN NULL;
END
$body$;

CREATE CONSTRAINT TRIGGER audit_entry_chain AFTER INSERT ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_entry_chain();
"""

KEEP = r"""
CREATE FUNCTION audit_entry_keep() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- The one change that is allowed: the seal, once, on a row that its own transaction has just written.
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND OLD.hash = '' AND NEW.number IS NOT NULL
        AND (to_jsonb(NEW) - '{number,previous_hash,hash}'::text[])
          = (to_jsonb(OLD) - '{number,previous_hash,hash}'::text[])
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only: % is refused.', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$body$;

CREATE TRIGGER audit_entry_keep BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_keep();
CREATE TRIGGER audit_entry_keep_whole BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_keep();

CREATE FUNCTION audit_entry_unsealed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- A row arrives without a seal; who brings one along tries to write the chain by hand.
    IF NEW.number IS NOT NULL OR NEW.hash <> '' OR NEW.previous_hash <> '' THEN
        RAISE EXCEPTION 'The audit log numbers and seals its entries itself.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$body$;

CREATE TRIGGER audit_entry_unsealed BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_unsealed();
"""

UNDO = """
DROP TRIGGER audit_entry_unsealed ON audit_entry;
DROP TRIGGER audit_entry_keep_whole ON audit_entry;
DROP TRIGGER audit_entry_keep ON audit_entry;
DROP TRIGGER audit_entry_chain ON audit_entry;
DROP FUNCTION audit_entry_unsealed();
DROP FUNCTION audit_entry_keep();
DROP FUNCTION audit_entry_chain();
"""


class Migration(migrations.Migration):
    """Chain and keep the entries."""

    dependencies = [("audit", "0001_entries")]

    operations = [migrations.RunSQL(CHAIN + KEEP, UNDO)]
