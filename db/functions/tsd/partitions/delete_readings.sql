-- Deletes up to p_limit readings in [p_from, p_to) of an organization, or of one sensor of it, with
-- their metadata; logs them for the rollups, mends `latest`, and tells alerting: alerts that rested
-- on them are decided anew, but for what retention takes, which stays as it was said. Returns how
-- many: repeat while it is p_limit. A transaction by itself.
CREATE OR REPLACE FUNCTION tsd.delete_readings(
  p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_is_retention boolean
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  v_threshold timestamptz := tsd.begin_write();
  v_sensors uuid[];
  v_times timestamptz[];
  v_count integer;
BEGIN
  WITH doomed AS (
    SELECT org_id, sensor_id, ts FROM tsd.reading
    WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
      AND ts >= p_from AND ts < p_to
    ORDER BY org_id, sensor_id, ts LIMIT p_limit FOR UPDATE
  ), gone AS (
    DELETE FROM tsd.reading r USING doomed d
    WHERE r.org_id = d.org_id AND r.sensor_id = d.sensor_id AND r.ts = d.ts
      AND r.ts >= p_from AND r.ts < p_to
    RETURNING r.org_id, r.sensor_id, r.ts
  ), described AS (
    DELETE FROM tsd.reading_metadata m USING gone g
    WHERE m.org_id = g.org_id AND m.sensor_id = g.sensor_id AND m.ts = g.ts
  )
  SELECT coalesce(array_agg(sensor_id), '{}'), coalesce(array_agg(ts), '{}'), count(*)
  INTO v_sensors, v_times, v_count FROM gone;
  PERFORM tsd.log_ranges(
    v_threshold, array_fill(p_org, ARRAY[v_count]), v_sensors, v_times, v_times);
  IF NOT p_is_retention THEN
    PERFORM tsd.note_gone_readings(p_org, v_sensors, v_times, v_times);
  END IF;
  PERFORM tsd.mend_latest(p_org, p_sensor, p_from, p_to);
  RETURN v_count;
END $$;
