-- One row of statistics of a sensor's readings in [p_from, p_to), from the rollups where there are
-- some. The first and last value are in their own type.
CREATE OR REPLACE FUNCTION api.reading_stats(
  p_sensor uuid, p_from timestamptz, p_to timestamptz,
  OUT count bigint, OUT avg double precision, OUT min double precision, OUT max double precision,
  OUT sum double precision, OUT stddev double precision,
  OUT first_at timestamptz, OUT first json, OUT last_at timestamptz, OUT last json,
  OUT tiers integer
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_org uuid := api.org_showing(ARRAY[p_sensor]);
  v_whole tsd.partial;
BEGIN
  SELECT * INTO v_whole FROM api.rollup_partials(ARRAY[p_sensor], ARRAY[p_from, p_to]);
  count := coalesce(v_whole.count_all, 0);
  tiers := coalesce(v_whole.tiers, 0);
  IF count = 0 THEN
    RETURN;
  END IF;
  IF v_whole.count > 0 THEN
    avg := api.finite(float8_avg(ARRAY[v_whole.count, v_whole.sum, 0]));
  END IF;
  min := v_whole.min;
  max := v_whole.max;
  sum := api.finite(v_whole.sum);
  stddev := api.finite(float8_stddev_samp(ARRAY[v_whole.count, 0, v_whole.m2]));
  first_at := v_whole.first_at;
  last_at := v_whole.last_at;
  -- By key; as a number where the reading itself is no longer kept.
  SELECT api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) INTO first
  FROM tsd.reading r WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts = first_at;
  SELECT api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) INTO last
  FROM tsd.reading r WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts = last_at;
  first := coalesce(first, to_json(v_whole.first));
  last := coalesce(last, to_json(v_whole.last));
END $$;

GRANT EXECUTE ON FUNCTION api.reading_stats TO app;
