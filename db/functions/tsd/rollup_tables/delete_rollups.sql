-- Deletes rollups of the time whose readings are gone already, where no repair could: each bucket
-- that touches the range. Waits for the job, whose steps are short.
CREATE OR REPLACE FUNCTION tsd.delete_rollups(
  p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_to timestamptz;
  v_tier record;
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  SELECT least(p_to, raw_from) INTO v_to FROM tsd.retention_mark;
  FOR v_tier IN
    SELECT * FROM (VALUES
      ('rollup_1m', interval '1 minute'), ('rollup_15m', interval '15 minutes'),
      ('rollup_1h', interval '1 hour'), ('rollup_1d', interval '1 day')) tier (name, width)
  LOOP
    EXECUTE format(
      'DELETE FROM tsd.%I WHERE org_id = $1 AND ($2 IS NULL OR sensor_id = $2)
       AND bucket > $3 AND bucket < $4', v_tier.name)
    USING p_org, p_sensor, p_from - v_tier.width, v_to;
  END LOOP;
END $$;
