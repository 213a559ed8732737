-- What is in the audit log stays as it is, whoever asks: its owner, too. Months are dropped whole
-- when they have served their time.
CREATE OR REPLACE FUNCTION platform.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'the audit log is only added to';
END $$;

CREATE OR REPLACE TRIGGER refuse_audit_change BEFORE UPDATE OR DELETE ON platform.audit_entry
  FOR EACH ROW EXECUTE FUNCTION platform.refuse_audit_change();

CREATE OR REPLACE TRIGGER refuse_audit_truncation BEFORE TRUNCATE ON platform.audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change();

CREATE OR REPLACE TRIGGER refuse_audit_change BEFORE UPDATE OR DELETE OR TRUNCATE
  ON platform.audit_seal FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change();
