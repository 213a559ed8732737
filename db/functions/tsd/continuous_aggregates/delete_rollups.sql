-- As from tables: here from what TimescaleDB keeps the aggregates in.
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
    SELECT 'tsd.rollup_1m'::regclass AS name, interval '1 minute' AS width
    UNION ALL
    SELECT tsd.materialisation_of('rollup_' || lower(tier)), width FROM tsd.rollup_watermark
  LOOP
    EXECUTE format(
      'DELETE FROM %s WHERE org_id = $1 AND ($2 IS NULL OR sensor_id = $2)
       AND bucket > $3 AND bucket < $4', v_tier.name)
    USING p_org, p_sensor, p_from - v_tier.width, v_to;
  END LOOP;
END $$;
