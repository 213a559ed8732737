-- A question whose intervals are a tier's own buckets is answered from its rows as they are: merging one part with nothing
-- took ten times as long as reading it.

CREATE TYPE tsd.runs AS (days tstzmultirange, hours tstzmultirange, quarters tstzmultirange, minutes tstzmultirange);

SET ROLE iot_api;

-- What the intervals between ascending bounds hold, of every sensor: bucket n is [p_bounds[n], p_bounds[n + 1]). Empty ones
-- are left out. Bounds may lie anywhere, such as at the days of a time zone; on quarters of an hour no reading is touched.
-- p_step, where all bounds but the outermost lie so far apart, saves looking at each, and where it is a tier's own width
-- putting anything together.
-- The plan is made once for a connection, as that of merged_parts is, and looks ranges up by key.
DO $do$
BEGIN
  EXECUTE format($create$
CREATE OR REPLACE FUNCTION api.rollup_parts(
  p_sensors uuid[], p_bounds timestamptz[], p_step interval DEFAULT NULL,
  OUT sensor_id uuid, OUT bucket integer, OUT n_all bigint, OUT n bigint, OUT s double precision, OUT sd double precision,
  OUT m2 double precision,
  OUT mn double precision, OUT mx double precision, OUT ft timestamptz, OUT fv double precision, OUT lt timestamptz,
  OUT lv double precision, OUT ti double precision, OUT tiers integer
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
DECLARE
  v_org uuid := api.org();
  v_alike record;
  v_plan record;
  v_group record;
  v_readings tstzmultirange;
  v_parts tsd.part[];
  v_whole tsd.runs;
BEGIN
  IF v_org IS NULL OR cardinality(p_bounds) < 2 OR p_bounds[1] >= p_bounds[cardinality(p_bounds)] THEN
    RETURN;
  END IF;
  -- Sensors with nothing stale share a plan, but for the minutes that only some of them have.
  FOR v_alike IN
    SELECT array_agg(stale.sensor_id) AS sensors, stale.runs
    FROM (
      SELECT w.sensor_id, coalesce(range_agg(tstzrange(i.first_at, i.end_at)) FILTER (WHERE i.id IS NOT NULL), '{}') AS runs
      FROM unnest(p_sensors) w (sensor_id)
      LEFT JOIN tsd.invalidation i ON i.org_id = v_org AND i.sensor_id = w.sensor_id
        AND i.end_at > p_bounds[1] AND i.first_at < p_bounds[cardinality(p_bounds)]
      GROUP BY w.sensor_id
    ) stale
    GROUP BY stale.runs
  LOOP
    SELECT * INTO v_plan FROM tsd.rollup_plan(p_bounds, v_alike.runs, p_step);
    FOR v_group IN
      SELECT array_agg(w.sensor_id) AS sensors, w.minutes
      FROM (
        SELECT sensor AS sensor_id, CASE WHEN v_plan.minutes = '{}' THEN v_plan.minutes
                                    ELSE tsd.dense_minutes(v_org, sensor, v_plan.minutes) END AS minutes
        FROM unnest(v_alike.sensors) sensor
      ) w
      GROUP BY w.minutes
    LOOP
      v_readings := v_plan.readings - v_group.minutes;
      v_parts := '{}';
      IF v_readings <> '{}' THEN
        v_parts := ARRAY(SELECT p FROM tsd.parts_in_readings(v_org, v_group.sensors, p_bounds, v_readings) p);
      END IF;
      -- A bucket as wide as the step is the whole of its interval, and nothing else is in that. Not in a function of its
      -- own: that would copy every row once more.
      v_whole := (CASE WHEN p_step = '1 day' THEN v_plan.days ELSE '{}' END,
                  CASE WHEN p_step = '1 hour' THEN v_plan.hours ELSE '{}' END,
                  CASE WHEN p_step = '15 minutes' THEN v_plan.quarters ELSE '{}' END,
                  CASE WHEN p_step = '1 minute' THEN v_group.minutes ELSE '{}' END);
      RETURN QUERY %s;
      RETURN QUERY
        SELECT p.sensor_id, p.bucket, p.n_all, p.n, p.s, p.sd, p.m2, p.mn, p.mx, p.ft, p.fv, p.lt, p.lv, p.ti, p.tiers
        FROM tsd.merged_parts(v_org, v_group.sensors, p_bounds, v_plan.days - v_whole.days, v_plan.hours - v_whole.hours,
                              v_plan.quarters - v_whole.quarters, v_group.minutes - v_whole.minutes, v_parts) p;
    END LOOP;
  END LOOP;
END $$
  $create$, (
    SELECT string_agg(format(
      'SELECT t.sensor_id, width_bucket(t.bucket, p_bounds), t.n_all, t.n, t.s, t.sd, t.m2, t.mn, t.mx, t.ft, t.fv, t.lt, t.lv,
         t.ti, %s
       FROM unnest(v_whole.%I) run CROSS JOIN LATERAL (
         SELECT * FROM tsd.%I r
         WHERE r.org_id = v_org AND r.sensor_id = ANY (v_group.sensors) AND r.bucket >= lower(run) AND r.bucket < upper(run)
         OFFSET 0
       ) t', bit, runs, name), ' UNION ALL ')
    FROM (VALUES (16, 'rollup_1d', 'days'), (8, 'rollup_1h', 'hours'), (4, 'rollup_15m', 'quarters'),
                 (2, 'rollup_1m', 'minutes')) tier (bit, name, runs)));
END $do$;
RESET ROLE;
