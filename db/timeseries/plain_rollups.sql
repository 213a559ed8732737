-- Rollups on plain PostgreSQL: one table for each tier, and the steps of the job that fills them. Every step is one
-- transaction and takes the job's lock, so any number of workers may run them.

DO $$
DECLARE v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['rollup_1m', 'rollup_15m', 'rollup_1h', 'rollup_1d'] LOOP
    EXECUTE format('CREATE TABLE tsd.%I (
      org_id uuid NOT NULL,
      sensor_id uuid NOT NULL,
      bucket timestamptz NOT NULL,
      n_all bigint NOT NULL,
      n bigint NOT NULL,
      s double precision,
      sd double precision NOT NULL,
      m2 double precision NOT NULL,
      mn double precision,
      mx double precision,
      ft timestamptz NOT NULL,
      fv double precision,
      lt timestamptz NOT NULL,
      lv double precision,
      ti double precision,
      PRIMARY KEY (org_id, sensor_id, bucket))', v_table);
    -- Buckets are written in time''s order: a range of it lies together.
    EXECUTE format('CREATE INDEX %1$I ON tsd.%2$I USING brin (bucket) WITH (pages_per_range = 32, autosummarize = on)',
                   v_table || '_bucket', v_table);
    EXECUTE format('ALTER TABLE tsd.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('CREATE POLICY tenant ON tsd.%I USING (org_id = (SELECT api.org()))
                    WITH CHECK (org_id = (SELECT api.org()))', v_table);
    EXECUTE format('GRANT SELECT ON tsd.%I TO iot_api', v_table);
  END LOOP;
END $$;

-- Readings older than this are gone and their rollups stand alone: nothing older is ever repaired.
CREATE TABLE tsd.retention_mark (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  raw_from timestamptz NOT NULL DEFAULT '1970-01-05Z'
);
INSERT INTO tsd.retention_mark DEFAULT VALUES;
GRANT SELECT ON tsd.retention_mark TO iot_api;

-- A quarter of an hour with more readings than this has its minutes stored too: more than 4 a minute.
CREATE FUNCTION tsd.dense_above() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 60;

CREATE FUNCTION tsd.floor_time(p_width interval, p_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN date_bin(p_width, p_at, timestamptz '2000-01-03Z');

-- The runs of whole buckets of p_width that these entries touch, at and after p_from and before p_below.
CREATE FUNCTION tsd.invalidated(p_ids bigint[], p_width interval, p_from timestamptz, p_below timestamptz)
RETURNS TABLE (org_id uuid, sensor_id uuid, first_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT org_id, sensor_id, lower(run), upper(run)
  FROM (
    SELECT i.org_id, i.sensor_id, unnest(tstzmultirange(tstzrange(p_from, greatest(p_from, p_below))) * range_agg(tstzrange(
      tsd.floor_time(p_width, i.first_at), tsd.floor_time(p_width, i.end_at - interval '1 microsecond') + p_width
    ))) AS run
    FROM tsd.invalidation i
    WHERE i.id = ANY (p_ids)
    GROUP BY i.org_id, i.sensor_id
  ) stale
$$;

-- Takes the job's lock to the transaction's end; false if another worker has it. db/connections/locks.py's REFRESH.
CREATE FUNCTION tsd.begin_refresh() RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
  RETURN pg_try_advisory_xact_lock(1752132708, 3);

-- Step 1. Moves log_below up to the newest bucket that ends before p_settled; true if it moved. Waits for the open writers.
-- Where the clock was ahead and went back, both marks follow it, between two steps of the job: what lies beyond them is
-- read from the readings again.
CREATE FUNCTION tsd.move_log_below(p_settled timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_log_below timestamptz := (SELECT max(log_below) FROM tsd.rollup_mark);
BEGIN
  IF v_log_below > p_settled - interval '15 minutes' AND v_log_below < p_settled + interval '1 hour' THEN
    RETURN false;
  END IF;
  IF v_log_below > p_settled AND NOT tsd.begin_refresh() THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(1752132708, 2);
  UPDATE tsd.rollup_mark
  SET log_below = tsd.floor_time(width, p_settled),
      materialised_to = least(materialised_to, tsd.floor_time(width, p_settled))
  WHERE log_below < tsd.floor_time(width, p_settled) OR log_below > p_settled + interval '1 hour';
  RETURN true;
END $$;

-- What of the settled time is materialised next: at most p_longest of it, days without readings passed over at once.
CREATE FUNCTION tsd.next_span(p_longest interval, OUT span_from timestamptz, OUT span_to timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_log_below timestamptz;
  v_day date;
BEGIN
  SELECT materialised_to, log_below INTO span_from, v_log_below FROM tsd.rollup_mark WHERE tier = '15M';
  -- Days are partitions, named after them.
  SELECT min(day) INTO v_day
  FROM (SELECT to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') AS day FROM pg_inherits
        WHERE inhparent = 'tsd.reading'::regclass AND NOT inhdetachpending) partition
  WHERE day >= (span_from AT TIME ZONE 'UTC')::date;
  span_from := CASE WHEN v_day IS NULL THEN v_log_below
                    ELSE least(v_log_below, greatest(span_from, v_day::timestamp AT TIME ZONE 'UTC')) END;
  span_to := least(v_log_below, tsd.floor_time('15 minutes', span_from + p_longest));
END $$;

-- Step 2, part 1: writes the quarters of [p_from, p_to) and the minutes of the dense ones; how many readings they hold.
CREATE FUNCTION tsd.write_quarters(p_from timestamptz, p_to timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
DECLARE
  v_readings text := format('SELECT org_id, sensor_id, 0 AS segment, ts, value_double, value_bigint, value_bool, value_text
                             FROM tsd.reading WHERE ts >= %L AND ts < %L', p_from, p_to);
  v_written bigint;
BEGIN
  DELETE FROM tsd.rollup_1m WHERE bucket >= p_from AND bucket < p_to;
  DELETE FROM tsd.rollup_15m WHERE bucket >= p_from AND bucket < p_to;
  EXECUTE format(
    'WITH written AS (INSERT INTO tsd.rollup_15m
       SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
       ORDER BY org_id, sensor_id, bucket RETURNING n_all)
     SELECT coalesce(sum(n_all), 0)::bigint FROM written',
    tsd.parts_of_readings(v_readings, $b$tsd.floor_time('15 minutes', ts)$b$)
  ) INTO v_written;
  IF EXISTS (SELECT FROM tsd.rollup_15m WHERE bucket >= p_from AND bucket < p_to AND n_all > tsd.dense_above()) THEN
    EXECUTE format(
      'INSERT INTO tsd.rollup_1m
       SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
       ORDER BY org_id, sensor_id, bucket',
      tsd.parts_of_readings(
        format('SELECT r.* FROM (%s) r JOIN tsd.rollup_15m d ON d.org_id = r.org_id AND d.sensor_id = r.sensor_id
                AND d.bucket = tsd.floor_time(''15 minutes'', r.ts)
                WHERE d.bucket >= %L AND d.bucket < %L AND d.n_all > tsd.dense_above()', v_readings, p_from, p_to),
        $b$tsd.floor_time('1 minute', ts)$b$));
  END IF;
  RETURN v_written;
END $$;

-- Step 2, part 2: writes what has become whole of a tier from the tier below it.
CREATE FUNCTION tsd.write_buckets(p_tier regclass, p_source regclass, p_width interval, p_from timestamptz, p_to timestamptz)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
BEGIN
  EXECUTE format('DELETE FROM %s WHERE bucket >= %L AND bucket < %L', p_tier, p_from, p_to);
  EXECUTE format(
    'INSERT INTO %s SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
     ORDER BY org_id, sensor_id, bucket',
    p_tier, tsd.parts_of_parts(format(
      'SELECT org_id, sensor_id, tsd.floor_time(%L, bucket) AS bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti, 0 AS tiers
       FROM %s WHERE bucket >= %L AND bucket < %L', p_width, p_source, p_from, p_to)));
END $$;

-- Step 2, part 3: writes the hours and days that p_to completes and moves every tier's materialised_to, all in the
-- transaction that wrote the quarters; whether any moved.
CREATE FUNCTION tsd.finish_span(p_to timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_hours timestamptz := (SELECT materialised_to FROM tsd.rollup_mark WHERE tier = '1H');
  v_days timestamptz := (SELECT materialised_to FROM tsd.rollup_mark WHERE tier = '1D');
BEGIN
  IF tsd.floor_time('1 hour', p_to) > v_hours THEN
    PERFORM tsd.write_buckets('tsd.rollup_1h', 'tsd.rollup_15m', '1 hour', v_hours, tsd.floor_time('1 hour', p_to));
  END IF;
  IF tsd.floor_time('1 day', p_to) > v_days THEN
    PERFORM tsd.write_buckets('tsd.rollup_1d', 'tsd.rollup_1h', '1 day', v_days, tsd.floor_time('1 day', p_to));
  END IF;
  UPDATE tsd.rollup_mark SET materialised_to = tsd.floor_time(width, p_to)
  WHERE materialised_to < tsd.floor_time(width, p_to);
  RETURN FOUND;
END $$;

-- Step 3, part 1: the oldest entries whose repair writes about p_buckets buckets of 15 minutes.
CREATE FUNCTION tsd.next_invalidations(p_buckets integer) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT id, sum(extract(epoch FROM end_at - first_at) / 900) OVER (ORDER BY id) - extract(epoch FROM end_at - first_at) / 900
      AS before
    FROM (SELECT * FROM tsd.invalidation ORDER BY id LIMIT p_buckets) oldest
  ) entry
  WHERE before < p_buckets
$$;

-- Step 3, part 2: writes the materialised quarters that the entries touch anew, and the minutes of the dense ones.
-- Index look-ups by key in any case: how many there are is known here and not to the planner.
CREATE FUNCTION tsd.repair_quarters(p_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  v_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_to timestamptz := (SELECT materialised_to FROM tsd.rollup_mark WHERE tier = '15M');
  v_stale text;
  v_readings text;
BEGIN
  SELECT greatest(v_from, min(first_at)), least(v_to, max(end_at)) INTO v_from, v_to
  FROM tsd.invalidation WHERE id = ANY (p_ids);
  IF v_from >= v_to OR v_from IS NULL THEN
    RETURN;
  END IF;
  v_stale := format('tsd.invalidated(%L, ''15 minutes'', %L, %L)', p_ids, v_from, v_to);
  v_readings := format(
    'SELECT r.* FROM %s i CROSS JOIN LATERAL (
       SELECT r.org_id, r.sensor_id, 0 AS segment, r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text
       FROM tsd.reading r
       WHERE r.org_id = i.org_id AND r.sensor_id = i.sensor_id AND r.ts >= i.first_at AND r.ts < i.end_at
         AND r.ts >= %L AND r.ts < %L
       OFFSET 0
     ) r', v_stale, v_from, v_to);
  EXECUTE format('DELETE FROM tsd.rollup_1m t USING %s i WHERE t.org_id = i.org_id AND t.sensor_id = i.sensor_id
                  AND t.bucket >= i.first_at AND t.bucket < i.end_at', v_stale);
  EXECUTE format('DELETE FROM tsd.rollup_15m t USING %s i WHERE t.org_id = i.org_id AND t.sensor_id = i.sensor_id
                  AND t.bucket >= i.first_at AND t.bucket < i.end_at', v_stale);
  EXECUTE format(
    'INSERT INTO tsd.rollup_15m SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
     ORDER BY org_id, sensor_id, bucket',
    tsd.parts_of_readings(v_readings, $b$tsd.floor_time('15 minutes', ts)$b$));
  EXECUTE format(
    'INSERT INTO tsd.rollup_1m SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
     ORDER BY org_id, sensor_id, bucket',
    tsd.parts_of_readings(
      format('SELECT r.org_id, r.sensor_id, 0 AS segment, r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text
              FROM %s i
              JOIN tsd.rollup_15m d ON d.org_id = i.org_id AND d.sensor_id = i.sensor_id
                AND d.bucket >= i.first_at AND d.bucket < i.end_at AND d.n_all > tsd.dense_above()
              CROSS JOIN LATERAL (
                SELECT * FROM tsd.reading r
                WHERE r.org_id = d.org_id AND r.sensor_id = d.sensor_id
                  AND r.ts >= d.bucket AND r.ts < d.bucket + interval ''15 minutes'' AND r.ts >= %L AND r.ts < %L
                OFFSET 0
              ) r', v_stale, v_from, v_to),
      $b$tsd.floor_time('1 minute', ts)$b$));
END $$;

-- Step 3, part 3: the hours or days that the entries touch, from the tier below.
CREATE FUNCTION tsd.repair_buckets(p_ids bigint[], p_tier regclass, p_source regclass, p_width interval) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  v_stale text := format('tsd.invalidated(%L, %L, %L, %L)', p_ids, p_width,
    (SELECT raw_from FROM tsd.retention_mark), (SELECT materialised_to FROM tsd.rollup_mark WHERE width = p_width));
BEGIN
  EXECUTE format('DELETE FROM %s t USING %s i WHERE t.org_id = i.org_id AND t.sensor_id = i.sensor_id
                  AND t.bucket >= i.first_at AND t.bucket < i.end_at', p_tier, v_stale);
  EXECUTE format(
    'INSERT INTO %s SELECT org_id, sensor_id, bucket, n_all, n, s, sd, m2, mn, mx, ft, fv, lt, lv, ti FROM (%s) part
     ORDER BY org_id, sensor_id, bucket',
    p_tier, tsd.parts_of_parts(format(
      'SELECT t.org_id, t.sensor_id, tsd.floor_time(%L, t.bucket) AS bucket,
         t.n_all, t.n, t.s, t.sd, t.m2, t.mn, t.mx, t.ft, t.fv, t.lt, t.lv, t.ti, 0 AS tiers
       FROM %s i JOIN %s t ON t.org_id = i.org_id AND t.sensor_id = i.sensor_id
         AND t.bucket >= i.first_at AND t.bucket < i.end_at', p_width, v_stale, p_source)));
END $$;

-- Step 3, part 4: what was repaired is no longer stale; in the transaction that wrote the buckets.
CREATE FUNCTION tsd.forget_invalidations(p_ids bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM tsd.invalidation WHERE id = ANY (p_ids)
$$;

DO $$
DECLARE v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY ARRAY[
    'tsd.move_log_below(timestamptz)', 'tsd.begin_refresh()', 'tsd.next_span(interval)',
    'tsd.write_quarters(timestamptz, timestamptz)',
    'tsd.write_buckets(regclass, regclass, interval, timestamptz, timestamptz)', 'tsd.finish_span(timestamptz)',
    'tsd.next_invalidations(integer)', 'tsd.repair_quarters(bigint[])',
    'tsd.repair_buckets(bigint[], regclass, regclass, interval)', 'tsd.forget_invalidations(bigint[])'
  ]::regprocedure[] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_function);
  END LOOP;
END $$;
