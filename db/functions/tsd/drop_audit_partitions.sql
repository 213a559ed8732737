-- Drops the months (UTC) of the audit log that ended by p_before; returns how many there were.
CREATE OR REPLACE FUNCTION tsd.drop_audit_partitions(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' AS $$
DECLARE
  v_partition regclass;
  v_dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tsd.audit_partitions'));
  FOR v_partition IN
    SELECT i.inhrelid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'platform.audit_entry'::regclass
      AND c.relname < 'audit_entry_' || to_char(p_before AT TIME ZONE 'UTC', 'YYYYMM')
  LOOP
    EXECUTE format('DROP TABLE %s', v_partition);
    v_dropped := v_dropped + 1;
  END LOOP;
  RETURN v_dropped;
END $$;

GRANT EXECUTE ON FUNCTION tsd.drop_audit_partitions TO iot_ingest;
