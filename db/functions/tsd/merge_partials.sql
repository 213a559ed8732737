-- Puts together what each tier and the readings hold. `tiers` is a bit for each that gave
-- something: 1 readings, 2 minutes, 4 quarters, 8 hours, 16 days. The plan is made once for a
-- connection, and looks ranges up by key. Written by a query, since a branch for each tier differs
-- in its name alone.
DO $do$
BEGIN
  EXECUTE format($create$
CREATE OR REPLACE FUNCTION tsd.merge_partials(
  p_org uuid, p_sensors uuid[], p_bounds timestamptz[], p_days tstzmultirange,
  p_hours tstzmultirange, p_quarters tstzmultirange, p_minutes tstzmultirange,
  p_partials tsd.partial[]
) RETURNS SETOF tsd.partial
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
  RETURN QUERY %s;
END $$
  $create$, tsd.partials_of_partials((
    SELECT string_agg(format('
      SELECT t.org_id, t.sensor_id, width_bucket(t.bucket, p_bounds) AS bucket, %s, %s AS tiers
      FROM unnest(p_%s) run CROSS JOIN LATERAL (
        SELECT * FROM tsd.%I r
        WHERE r.org_id = p_org AND r.sensor_id = ANY (p_sensors)
          AND r.bucket >= lower(run) AND r.bucket < upper(run)
        OFFSET 0
      ) t', tsd.partial_columns(), bit, runs, name), ' UNION ALL ')
    FROM (VALUES
      (16, 'rollup_1d', 'days'), (8, 'rollup_1h', 'hours'), (4, 'rollup_15m', 'quarters'),
      (2, 'rollup_1m', 'minutes')) tier (bit, name, runs)
  ) || ' UNION ALL SELECT * FROM unnest(p_partials)'));
END $do$;

GRANT EXECUTE ON FUNCTION tsd.merge_partials TO iot_api;
