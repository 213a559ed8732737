-- As on partitions, but all at once: rows that are columns can't be locked one by one, and whole
-- segments of them go at a stroke. The caller asks for one day at most.
CREATE OR REPLACE FUNCTION tsd.delete_readings(
  p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz, p_limit integer,
  p_is_retention boolean
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_threshold timestamptz := tsd.begin_write();
  v_sensors uuid[];
  v_firsts timestamptz[];
  v_lasts timestamptz[];
  v_count integer;
BEGIN
  WITH gone AS (
    DELETE FROM tsd.reading
    WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
      AND ts >= p_from AND ts < p_to
    RETURNING sensor_id, ts
  ), run AS (
    SELECT sensor_id, min(ts) AS first_at, max(ts) AS last_at, count(*) AS number
    FROM gone GROUP BY sensor_id, tsd.floor_time('15 minutes', ts)
  )
  SELECT coalesce(array_agg(sensor_id), '{}'), coalesce(array_agg(first_at), '{}'),
    coalesce(array_agg(last_at), '{}'), coalesce(sum(number), 0)
  INTO v_sensors, v_firsts, v_lasts, v_count FROM run;
  DELETE FROM tsd.reading_metadata
  WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor)
    AND ts >= p_from AND ts < p_to;
  PERFORM tsd.log_ranges(v_threshold, array_fill(p_org, ARRAY[cardinality(v_sensors)]),
                         v_sensors, v_firsts, v_lasts);
  IF NOT p_is_retention THEN
    PERFORM tsd.note_gone_readings(p_org, v_sensors, v_firsts, v_lasts);
  END IF;
  PERFORM tsd.mend_latest(p_org, p_sensor, p_from, p_to);
  RETURN v_count;
END $$;
