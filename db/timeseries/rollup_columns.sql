-- What charts are drawn from: the answer of api.rollup_parts as a string of bytes for each sensor. Twenty thousand buckets
-- take a quarter of the time that rows take, here and again at the client.
--
-- The third in a row, each migrated after the other: rollup_questions.sql makes api.rollup_parts, stored_parts.sql replaces
-- it by one that gives a tier's own buckets as they are, and here they are packed without a row of ours for each. Rows are
-- still what api.reading_stats and the tests of exactness ask for, and these ask for both.

-- A part as bytes: its time, how many readings it holds, and the columns asked for, 8 each and the highest first. Times in
-- microseconds since 2000; NaN for null. Raises an error for a column that there is not.
CREATE FUNCTION tsd.packed(p_time text, p_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp RETURN
  format('string_agg(timestamptz_send(%s) || int8send(n_all)', p_time) || coalesce((
    SELECT string_agg(CASE
      WHEN name = 'n' THEN ' || int8send(n)'
      WHEN name IN ('ft', 'lt') THEN format(' || timestamptz_send(%I)', name)
      ELSE format(' || float8send(coalesce(%I, ''NaN''))', name) END, '' ORDER BY place)
    FROM unnest(p_columns) WITH ORDINALITY wanted (name, place)), '') || ', '''')';

SET ROLE iot_api;

-- What the intervals of p_bounds hold, as api.rollup_parts has it; without bounds those of p_step, counted from 2000-01-03,
-- between p_from and p_to. A sensor may have several rows. The time of a part lies in its interval.
CREATE FUNCTION api.rollup_columns(
  p_sensors uuid[], p_bounds timestamptz[], p_from timestamptz, p_to timestamptz, p_step interval, p_columns text[],
  OUT sensor_id uuid, OUT tiers integer, OUT parts bytea
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
DECLARE
  v_org uuid := api.org();
  v_bounds timestamptz[] := coalesce(p_bounds, p_from || ARRAY(
    SELECT generate_series(date_bin(p_step, p_from, '2000-01-03Z') + p_step, p_to - interval '1 microsecond', p_step)) || p_to);
  v_alike record;
  v_plan record;
  v_group record;
  v_tier record;
  v_whole tstzmultirange;
  v_runs tstzmultirange;
  v_readings tstzmultirange;
  v_parts tsd.part[];
BEGIN
  IF v_org IS NULL OR cardinality(v_bounds) < 2 OR v_bounds[1] >= v_bounds[cardinality(v_bounds)] THEN
    RETURN;
  END IF;
  -- Sensors with nothing stale share a plan, but for the minutes that only some of them have.
  FOR v_alike IN
    SELECT array_agg(stale.sensor_id) AS sensors, stale.runs
    FROM (
      SELECT w.sensor_id, coalesce(range_agg(tstzrange(i.first_at, i.end_at)) FILTER (WHERE i.id IS NOT NULL), '{}') AS runs
      FROM unnest(p_sensors) w (sensor_id)
      LEFT JOIN tsd.invalidation i ON i.org_id = v_org AND i.sensor_id = w.sensor_id
        AND i.end_at > v_bounds[1] AND i.first_at < v_bounds[cardinality(v_bounds)]
      GROUP BY w.sensor_id
    ) stale
    GROUP BY stale.runs
  LOOP
    SELECT * INTO v_plan FROM tsd.rollup_plan(v_bounds, v_alike.runs, p_step);
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
        v_parts := ARRAY(SELECT p FROM tsd.parts_in_readings(v_org, v_group.sensors, v_bounds, v_readings) p);
      END IF;
      v_whole := '{}';
      FOR v_tier IN
        SELECT * FROM (VALUES
          ('rollup_1d', 16, interval '1 day', v_plan.days), ('rollup_1h', 8, interval '1 hour', v_plan.hours),
          ('rollup_15m', 4, interval '15 minutes', v_plan.quarters), ('rollup_1m', 2, interval '1 minute', v_group.minutes)
        ) tier (name, bit, width, runs)
        WHERE width = p_step AND runs <> '{}'
      LOOP
        -- A bucket as wide as the step is the whole of its interval, and nothing else is in that.
        v_whole := v_tier.runs;
        RETURN QUERY EXECUTE format(
          'SELECT t.sensor_id, %s, %s FROM unnest($4) run CROSS JOIN LATERAL (
             SELECT * FROM tsd.%I r
             WHERE r.org_id = $1 AND r.sensor_id = ANY ($2) AND r.bucket >= lower(run) AND r.bucket < upper(run)
               AND r.bucket >= $5 AND r.bucket < $6
             OFFSET 0
           ) t WHERE $3 IS NOT NULL GROUP BY t.sensor_id',
          v_tier.bit, tsd.packed('bucket', p_columns), v_tier.name)
        USING v_org, v_group.sensors, v_bounds, v_whole, lower(v_whole), upper(v_whole);
      END LOOP;
      -- All else is put together.
      IF cardinality(v_parts) > 0 OR v_plan.days + v_plan.hours + v_plan.quarters + v_group.minutes <> v_whole THEN
        RETURN QUERY EXECUTE format(
          'SELECT p.sensor_id, bit_or(p.tiers), %s
           FROM tsd.merged_parts($1, $2, $3, $4, $5, $6, $7, $8) p GROUP BY p.sensor_id',
          tsd.packed('($3)[bucket]', p_columns))
        USING v_org, v_group.sensors, v_bounds, v_plan.days - v_whole, v_plan.hours - v_whole,
          v_plan.quarters - v_whole, v_group.minutes - v_whole, v_parts;
      END IF;
    END LOOP;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION api.rollup_columns FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.rollup_columns TO app;
RESET ROLE;
