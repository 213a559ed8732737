-- What schema `api` answers from rollups: exact at every moment, because every question is one statement (so one
-- snapshot: a STABLE function sees its caller's) and leaves aside what is not materialised yet or has become stale.

-- The whole buckets of p_width within one stretch of time.
CREATE FUNCTION tsd.inner_buckets(p_from timestamptz, p_to timestamptz, p_width interval) RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE RETURN tstzmultirange(tstzrange(
  least(date_bin(p_width, p_from - interval '1 microsecond', '2000-01-03Z') + p_width, date_bin(p_width, p_to, '2000-01-03Z')),
  date_bin(p_width, p_to, '2000-01-03Z')));

-- The runs of buckets of p_width that lie whole within one interval between two neighbours of p_bounds.
CREATE FUNCTION tsd.whole_buckets(p_bounds timestamptz[], p_width interval, p_step interval) RETURNS tstzmultirange
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last integer := cardinality(p_bounds);
BEGIN
  -- The usual case is one run: all bounds but the outermost lie on the tier's own. Where they are a step apart, two tell.
  IF NOT EXISTS (
    SELECT FROM unnest(p_bounds[2:CASE WHEN p_step IS NULL THEN v_last - 1 ELSE least(3, v_last - 1) END]) edge
    WHERE date_bin(p_width, edge, '2000-01-03Z') <> edge
  ) THEN
    RETURN tsd.inner_buckets(p_bounds[1], p_bounds[v_last], p_width);
  END IF;
  RETURN (
    SELECT coalesce(range_agg(tsd.inner_buckets(start_at, end_at, p_width)), '{}')
    FROM (SELECT edge AS start_at, lead(edge) OVER (ORDER BY n) AS end_at
          FROM unnest(p_bounds) WITH ORDINALITY bound (edge, n)) neighbours
    WHERE end_at - start_at >= p_width);
END $$;

-- Stale quarters, widened to the buckets of p_width that hold them.
CREATE FUNCTION tsd.widened(p_stale tstzmultirange, p_width interval) RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(range_agg(tstzrange(
    tsd.floor_time(p_width, lower(run)), tsd.floor_time(p_width, upper(run) - interval '1 microsecond') + p_width)), '{}')
  FROM unnest(p_stale) run
$$;

-- From where the intervals between p_bounds are answered: each time from the coarsest tier whose bucket lies whole within
-- one interval, is materialised and is not stale; the rest from the readings. Minutes exist in dense quarters only.
CREATE FUNCTION tsd.rollup_plan(
  p_bounds timestamptz[], p_stale tstzmultirange, p_step interval,
  OUT days tstzmultirange, OUT hours tstzmultirange, OUT quarters tstzmultirange, OUT minutes tstzmultirange,
  OUT readings tstzmultirange
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_raw_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_stale tstzmultirange := p_stale * tstzmultirange(tstzrange(v_raw_from, NULL));
  v_days_to timestamptz;
  v_hours_to timestamptz;
  v_quarters_to timestamptz;
  v_longest interval;
BEGIN
  SELECT max(materialised_to) FILTER (WHERE tier = '1D'), max(materialised_to) FILTER (WHERE tier = '1H'),
    max(materialised_to) FILTER (WHERE tier = '15M')
  INTO v_days_to, v_hours_to, v_quarters_to FROM tsd.rollup_mark;
  v_longest := coalesce(p_step, (
    SELECT max(end_at - start_at)
    FROM (SELECT edge AS start_at, lead(edge) OVER (ORDER BY n) AS end_at
          FROM unnest(p_bounds) WITH ORDINALITY bound (edge, n)) neighbours));
  readings := tstzmultirange(tstzrange(p_bounds[1], p_bounds[cardinality(p_bounds)]));
  days := '{}';
  hours := '{}';
  quarters := '{}';
  IF v_longest >= interval '1 day' THEN
    days := tsd.whole_buckets(p_bounds, '1 day', p_step) * tstzmultirange(tstzrange(NULL, v_days_to)) - tsd.widened(v_stale, '1 day');
    readings := readings - days;
  END IF;
  IF v_longest >= interval '1 hour' AND readings <> '{}' THEN
    hours := tsd.whole_buckets(p_bounds, '1 hour', p_step) * tstzmultirange(tstzrange(NULL, v_hours_to)) * readings
      - tsd.widened(v_stale, '1 hour');
    readings := readings - hours;
  END IF;
  IF v_longest >= interval '15 minutes' AND readings <> '{}' THEN
    quarters := tsd.whole_buckets(p_bounds, '15 minutes', p_step) * tstzmultirange(tstzrange(NULL, v_quarters_to)) * readings - v_stale;
    readings := readings - quarters;
  END IF;
  -- What is left at the edges of a long range is read faster from the readings than minutes are looked for.
  minutes := '{}';
  IF (SELECT sum(upper(run) - lower(run)) FROM unnest(readings * tstzmultirange(tstzrange(NULL, v_quarters_to))) run)
     > interval '30 minutes' THEN
    minutes := tsd.whole_buckets(p_bounds, '1 minute', p_step) * tstzmultirange(tstzrange(NULL, v_quarters_to)) * readings - v_stale;
  END IF;
  readings := readings * tstzmultirange(tstzrange(v_raw_from, NULL));
END $$;

-- The part of p_minutes that lies in dense quarters of this sensor, so that its minutes are stored.
CREATE FUNCTION tsd.dense_minutes(p_org uuid, p_sensor uuid, p_minutes tstzmultirange) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(range_agg(tstzrange(q.bucket, q.bucket + interval '15 minutes')) * p_minutes, '{}')
    FROM tsd.rollup_15m q
    WHERE q.org_id = p_org AND q.sensor_id = p_sensor AND q.n_all > tsd.dense_above()
      AND q.bucket >= tsd.floor_time('15 minutes', lower(p_minutes)) AND q.bucket < upper(p_minutes));
END $$;

-- The query of the readings in these ranges, each a segment. A few are named one by one, so that every other day's
-- partition is left out of the plan; many are looked up range by range.
CREATE FUNCTION tsd.readings_in(p_ranges tstzmultirange) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM unnest(p_ranges)) <= 16 THEN
    RETURN (
      SELECT string_agg(format(
        'SELECT org_id, sensor_id, %s AS segment, ts, value_double, value_bigint, value_bool, value_text
         FROM tsd.reading WHERE org_id = $1 AND sensor_id = ANY ($2) AND ts >= %L AND ts < %L',
        n, lower(run), upper(run)), ' UNION ALL ')
      FROM unnest(p_ranges) WITH ORDINALITY r (run, n));
  END IF;
  RETURN format(
    'SELECT r.* FROM unnest(%L::tstzmultirange) WITH ORDINALITY g (run, n) CROSS JOIN LATERAL (
       SELECT org_id, sensor_id, g.n AS segment, ts, value_double, value_bigint, value_bool, value_text
       FROM tsd.reading WHERE org_id = $1 AND sensor_id = ANY ($2) AND ts >= lower(g.run) AND ts < upper(g.run)
         AND ts >= %L AND ts < %L
       OFFSET 0
     ) r', p_ranges, lower(p_ranges), upper(p_ranges));
END $$;

CREATE TYPE tsd.part AS (
  org_id uuid, sensor_id uuid, bucket integer, n_all bigint, n bigint, s double precision, sd double precision, m2 double precision,
  mn double precision, mx double precision, ft timestamptz, fv double precision, lt timestamptz, lv double precision,
  ti double precision, tiers integer);

-- What the readings in these ranges add to the intervals between the bounds: a part for each interval and range.
CREATE FUNCTION tsd.parts_in_readings(p_org uuid, p_sensors uuid[], p_bounds timestamptz[], p_ranges tstzmultirange)
RETURNS SETOF tsd.part
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti, 1 FROM (%s) part',
    tsd.parts_of_readings(tsd.readings_in(p_ranges), 'width_bucket(ts, $3)')) USING p_org, p_sensors, p_bounds;
END $$;

-- Puts together what each tier and the readings hold. `tiers` is a bit for each that gave something: 1 readings,
-- 2 minutes, 4 quarters, 8 hours, 16 days. The plan is made once for a connection, and looks ranges up by key.
DO $do$
BEGIN
  EXECUTE format($create$
    CREATE FUNCTION tsd.merged_parts(
      p_org uuid, p_sensors uuid[], p_bounds timestamptz[], p_days tstzmultirange, p_hours tstzmultirange,
      p_quarters tstzmultirange, p_minutes tstzmultirange, p_parts tsd.part[]
    ) RETURNS SETOF tsd.part
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off AS $$
    BEGIN
      RETURN QUERY %s;
    END $$ $create$,
    tsd.parts_of_parts((
      SELECT string_agg(format(
        'SELECT t.org_id, t.sensor_id, width_bucket(t.bucket, p_bounds) AS bucket,
           n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti, %s AS tiers
         FROM unnest(%s) run CROSS JOIN LATERAL (
           SELECT * FROM tsd.%I r
           WHERE r.org_id = p_org AND r.sensor_id = ANY (p_sensors) AND r.bucket >= lower(run) AND r.bucket < upper(run)
           OFFSET 0
         ) t', bit, ranges, name), ' UNION ALL ')
      FROM (VALUES (16, 'rollup_1d', 'p_days'), (8, 'rollup_1h', 'p_hours'), (4, 'rollup_15m', 'p_quarters'),
                   (2, 'rollup_1m', 'p_minutes')) tier (bit, name, ranges)
    ) || ' UNION ALL SELECT * FROM unnest(p_parts)'));
END $do$;

SET ROLE iot_api;

-- What the intervals between ascending bounds hold, of every sensor: bucket n is [p_bounds[n], p_bounds[n + 1]). Empty ones
-- are left out. Bounds may lie anywhere, such as at the days of a time zone; on quarters of an hour no reading is touched.
-- p_step, where all bounds but the outermost lie so far apart, saves looking at each.
CREATE FUNCTION api.rollup_parts(
  p_sensors uuid[], p_bounds timestamptz[], p_step interval DEFAULT NULL,
  OUT sensor_id uuid, OUT bucket integer, OUT n_all bigint, OUT n bigint, OUT s double precision, OUT sd double precision,
  OUT m2 double precision,
  OUT mn double precision, OUT mx double precision, OUT ft timestamptz, OUT fv double precision, OUT lt timestamptz,
  OUT lv double precision, OUT ti double precision, OUT tiers integer
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_org uuid := api.org();
  v_alike record;
  v_plan record;
  v_group record;
  v_readings tstzmultirange;
  v_parts tsd.part[];
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
      RETURN QUERY
        SELECT p.sensor_id, p.bucket, p.n_all, p.n, p.s, p.sd, p.m2, p.mn, p.mx, p.ft, p.fv, p.lt, p.lv, p.ti, p.tiers
        FROM tsd.merged_parts(v_org, v_group.sensors, p_bounds, v_plan.days, v_plan.hours, v_plan.quarters,
                              v_group.minutes, v_parts) p;
    END LOOP;
  END LOOP;
END $$;

-- Null for what is beyond a double.
CREATE FUNCTION api.finite(p_value double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE WHEN abs(p_value) < 'Infinity' THEN p_value END;

DROP FUNCTION api.aggregated_readings(uuid, timestamptz, timestamptz, interval, timestamptz);
DROP FUNCTION api.reading_stats(uuid, timestamptz, timestamptz);

-- Buckets of a fixed width, counted from p_origin and clipped to [p_from, p_to). n is the rows.
CREATE FUNCTION api.aggregated_readings(
  p_sensor uuid, p_from timestamptz, p_to timestamptz, p_width interval, p_origin timestamptz,
  OUT bucket timestamptz, OUT n bigint, OUT avg double precision, OUT min double precision,
  OUT max double precision, OUT sum double precision, OUT tiers integer
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_first timestamptz := date_bin(p_width, p_from, p_origin);
  v_bounds timestamptz[] := ARRAY(
    SELECT greatest(p_from, edge) FROM generate_series(v_first, p_to - interval '1 microsecond', p_width) edge) || p_to;
BEGIN
  RETURN QUERY
    SELECT v_first + p_width * (p.bucket - 1), p.n_all, CASE WHEN p.n > 0 THEN api.finite(float8_avg(ARRAY[p.n, p.s, 0])) END, p.mn, p.mx,
      api.finite(p.s), p.tiers
    FROM api.rollup_parts(ARRAY[p_sensor], v_bounds, p_width) p ORDER BY p.bucket;
END $$;

-- One row of statistics.
CREATE FUNCTION api.reading_stats(
  p_sensor uuid, p_from timestamptz, p_to timestamptz,
  OUT n bigint, OUT avg double precision, OUT min double precision, OUT max double precision,
  OUT sum double precision, OUT stddev double precision,
  OUT first_at timestamptz, OUT first json, OUT last_at timestamptz, OUT last json, OUT tiers integer
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_org uuid := api.org();
  v_part record;
BEGIN
  SELECT * INTO v_part FROM api.rollup_parts(ARRAY[p_sensor], ARRAY[p_from, p_to]);
  n := coalesce(v_part.n_all, 0);
  tiers := coalesce(v_part.tiers, 0);
  IF n = 0 THEN
    RETURN;
  END IF;
  avg := CASE WHEN v_part.n > 0 THEN api.finite(float8_avg(ARRAY[v_part.n, v_part.s, 0])) END;
  min := v_part.mn;
  max := v_part.mx;
  sum := api.finite(v_part.s);
  stddev := api.finite(float8_stddev_samp(ARRAY[v_part.n, 0, v_part.m2]));
  first_at := v_part.ft;
  last_at := v_part.lt;
  -- The first and last value in their own type, by key; as a number where the reading itself is no longer kept.
  SELECT api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) INTO first
  FROM tsd.reading r WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts = first_at;
  SELECT api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) INTO last
  FROM tsd.reading r WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts = last_at;
  first := coalesce(first, to_json(v_part.fv));
  last := coalesce(last, to_json(v_part.lv));
END $$;

REVOKE ALL ON FUNCTION api.rollup_parts, api.aggregated_readings, api.reading_stats FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.rollup_parts, api.aggregated_readings, api.reading_stats TO app;
RESET ROLE;
