-- Raw readings of one sensor in [p_from, p_to), after (or, descending, before) p_after.
--
-- As every query here a definer function with the organization in a local variable: a barrier view
-- would lose ordered access to the newest rows. force_custom_plan: only then are the other days'
-- partitions left out of the plan.
CREATE OR REPLACE FUNCTION api.raw_readings(
  p_sensor uuid, p_from timestamptz, p_to timestamptz, p_after timestamptz, p_limit integer,
  p_descending boolean,
  OUT ts timestamptz, OUT value_double double precision, OUT value_bigint bigint,
  OUT value_bool boolean, OUT value_text text, OUT metadata text
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_org uuid := api.org_showing(ARRAY[p_sensor]);
  v_from timestamptz := p_from;
  v_to timestamptz := p_to;
BEGIN
  IF p_descending THEN
    v_to := least(v_to, coalesce(p_after, v_to));
    RETURN QUERY
      SELECT r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text, m.metadata::text
      FROM tsd.reading r LEFT JOIN tsd.reading_metadata m USING (org_id, sensor_id, ts)
      WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts >= v_from AND r.ts < v_to
      ORDER BY r.ts DESC LIMIT p_limit;
  ELSE
    v_from := greatest(v_from, coalesce(p_after + interval '1 microsecond', v_from));
    RETURN QUERY
      SELECT r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text, m.metadata::text
      FROM tsd.reading r LEFT JOIN tsd.reading_metadata m USING (org_id, sensor_id, ts)
      WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts >= v_from AND r.ts < v_to
      ORDER BY r.ts LIMIT p_limit;
  END IF;
END $$;

GRANT EXECUTE ON FUNCTION api.raw_readings TO app;
