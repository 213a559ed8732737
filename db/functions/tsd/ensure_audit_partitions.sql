-- Makes the months (UTC) of the audit log that are missing, from this one on; returns how many it
-- made. Entries are written as things happen, so no other months are ever needed.
CREATE OR REPLACE FUNCTION tsd.ensure_audit_partitions(p_months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_month timestamp;
  v_name text;
  v_made integer := 0;
BEGIN
  FOR v_month IN
    SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => n)
    FROM generate_series(0, p_months_ahead) n
  LOOP
    v_name := 'audit_entry_' || to_char(v_month, 'YYYYMM');
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('tsd.audit_partitions'));
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE tsd_chunks.%I (LIKE platform.audit_entry '
      'INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
      v_name);
    EXECUTE format(
      'ALTER TABLE platform.audit_entry ATTACH PARTITION tsd_chunks.%I '
      'FOR VALUES FROM (%L) TO (%L)', v_name,
      v_month AT TIME ZONE 'UTC', (v_month + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format(
      'CREATE TRIGGER refuse_audit_truncation BEFORE TRUNCATE ON tsd_chunks.%I '
      'FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_audit_change()', v_name);
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END $$;

GRANT EXECUTE ON FUNCTION tsd.ensure_audit_partitions TO iot_ingest;
