-- Makes the days (UTC) of devices' health that are missing; returns how many it made. As
-- tsd.ensure_partitions does it.
CREATE OR REPLACE FUNCTION tsd.ensure_health_partitions(p_days date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_day date;
  v_name text;
  v_made integer := 0;
BEGIN
  FOR v_day IN SELECT DISTINCT d FROM unnest(p_days) d ORDER BY d LOOP
    v_name := 'device_health_' || to_char(v_day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('tsd.health_partitions'));
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    EXECUTE format(
      'CREATE TABLE tsd_chunks.%I
       (LIKE platform.device_health INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format(
      'ALTER TABLE platform.device_health ATTACH PARTITION tsd_chunks.%I
       FOR VALUES FROM (%L) TO (%L)', v_name,
      v_day::timestamp AT TIME ZONE 'UTC', (v_day + 1)::timestamp AT TIME ZONE 'UTC');
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END $$;

GRANT EXECUTE ON FUNCTION tsd.ensure_health_partitions TO iot_ingest;
