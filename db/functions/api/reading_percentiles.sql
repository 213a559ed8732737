-- Percentiles, each share of p_shares in turn, interpolated between neighbours; from the readings,
-- since no tier can put them together. Bucket n is [p_bounds[n], p_bounds[n + 1]); left out where
-- there are no numbers, or where some of its readings are no longer kept.
CREATE OR REPLACE FUNCTION api.reading_percentiles(
  p_sensors uuid[], p_bounds timestamptz[], p_shares double precision[],
  OUT sensor_id uuid, OUT bucket integer, OUT percentiles double precision[]
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '32MB' AS $$
DECLARE
  v_org uuid := api.org_showing(p_sensors);
  v_raw_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_from timestamptz := (SELECT min(edge) FROM unnest(p_bounds) edge WHERE edge >= v_raw_from);
  v_to timestamptz := p_bounds[cardinality(p_bounds)];
BEGIN
  RETURN QUERY
    SELECT r.sensor_id, r.bucket, percentile_cont(p_shares) WITHIN GROUP (ORDER BY r.v)
    FROM (
      SELECT q.sensor_id, width_bucket(q.ts, p_bounds) AS bucket,
        tsd.number(q.value_double, q.value_bigint, q.value_bool) AS v
      FROM tsd.reading q
      WHERE q.org_id = v_org AND q.sensor_id = ANY (p_sensors) AND q.ts >= v_from AND q.ts < v_to
    ) r
    WHERE r.v IS NOT NULL
    GROUP BY r.sensor_id, r.bucket;
END $$;

GRANT EXECUTE ON FUNCTION api.reading_percentiles TO app;
