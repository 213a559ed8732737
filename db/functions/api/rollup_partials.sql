-- What the intervals between ascending bounds hold, of every sensor: bucket n is
-- [p_bounds[n], p_bounds[n + 1]). Empty ones are left out. Bounds may lie anywhere, such as at the
-- days of a time zone; on quarters of an hour no reading is touched. p_step, where all bounds but
-- the outermost lie so far apart, saves looking at each, and where it is a tier's own width putting
-- anything together: merging one partial with nothing took ten times as long as reading it.
--
-- Exact at every moment, because every query is one statement (so one snapshot: a STABLE function
-- sees its caller's) and leaves aside what is not materialised yet or has become stale.
--
-- The plan is made once for a connection, as that of tsd.merge_partials is, and looks ranges up by
-- key. Written by a query, since a branch for each tier differs in its name alone.
DO $do$
BEGIN
  EXECUTE format($create$
CREATE OR REPLACE FUNCTION api.rollup_partials(
  p_sensors uuid[], p_bounds timestamptz[], p_step interval DEFAULT NULL
) RETURNS SETOF tsd.partial
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  v_org uuid := api.org_showing(p_sensors);
  v_group record;
  v_days tstzmultirange;
  v_hours tstzmultirange;
  v_quarters tstzmultirange;
  v_minutes tstzmultirange;
BEGIN
  FOR v_group IN SELECT * FROM tsd.query_groups(v_org, p_sensors, p_bounds, p_step) LOOP
    -- A bucket as wide as the step is the whole of its interval, and nothing else is in that. Not
    -- in a function of its own: that would copy every row once more.
    v_days := CASE WHEN p_step = '1 day' THEN v_group.days ELSE '{}' END;
    v_hours := CASE WHEN p_step = '1 hour' THEN v_group.hours ELSE '{}' END;
    v_quarters := CASE WHEN p_step = '15 minutes' THEN v_group.quarters ELSE '{}' END;
    v_minutes := CASE WHEN p_step = '1 minute' THEN v_group.minutes ELSE '{}' END;
    RETURN QUERY %s;
    RETURN QUERY
      SELECT * FROM tsd.merge_partials(v_org, v_group.sensors, p_bounds,
        v_group.days - v_days, v_group.hours - v_hours, v_group.quarters - v_quarters,
        v_group.minutes - v_minutes, v_group.partials);
  END LOOP;
END $$
  $create$, (
    SELECT string_agg(format('
      SELECT t.org_id, t.sensor_id, width_bucket(t.bucket, p_bounds), %s, %s
      FROM unnest(v_%s) run CROSS JOIN LATERAL (
        SELECT * FROM tsd.%I r
        WHERE r.org_id = v_org AND r.sensor_id = ANY (v_group.sensors)
          AND r.bucket >= lower(run) AND r.bucket < upper(run)
        OFFSET 0
      ) t', tsd.partial_columns(), bit, runs, name), ' UNION ALL ')
    FROM (VALUES
      (16, 'rollup_1d', 'days'), (8, 'rollup_1h', 'hours'), (4, 'rollup_15m', 'quarters'),
      (2, 'rollup_1m', 'minutes')) tier (bit, name, runs)));
END $do$;

GRANT EXECUTE ON FUNCTION api.rollup_partials TO app;
