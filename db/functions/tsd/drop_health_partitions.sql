-- Drops the days (UTC) of devices' health before p_first; returns how many there were.
CREATE OR REPLACE FUNCTION tsd.drop_health_partitions(p_first date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s' AS $$
DECLARE
  v_partition regclass;
  v_dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('tsd.health_partitions'));
  FOR v_partition IN
    SELECT i.inhrelid FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'platform.device_health'::regclass
      AND c.relname < 'device_health_' || to_char(p_first, 'YYYYMMDD')
  LOOP
    EXECUTE format('DROP TABLE %s', v_partition);
    v_dropped := v_dropped + 1;
  END LOOP;
  RETURN v_dropped;
END $$;

GRANT EXECUTE ON FUNCTION tsd.drop_health_partitions TO iot_ingest;
