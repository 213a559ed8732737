-- Step 3 of the refresh job, part 2: writes the materialised quarters that the entries touch anew,
-- and the minutes of the dense ones. Index look-ups by key in any case: how many there are is known
-- here and not to the planner.
CREATE OR REPLACE FUNCTION tsd.repair_quarters(p_ids bigint[]) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  v_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_to timestamptz := (SELECT watermark FROM tsd.rollup_watermark WHERE tier = '15M');
  v_stale text;
  v_table text;
BEGIN
  SELECT greatest(v_from, min(first_at)), least(v_to, max(end_at)) INTO v_from, v_to
  FROM tsd.invalidation WHERE id = ANY (p_ids);
  IF v_from >= v_to OR v_from IS NULL THEN
    RETURN;
  END IF;
  v_stale := format('tsd.stale_buckets(%L, ''15 minutes'', %L, %L)', p_ids, v_from, v_to);
  FOREACH v_table IN ARRAY ARRAY['rollup_1m', 'rollup_15m'] LOOP
    EXECUTE format(
      'DELETE FROM tsd.%I t USING %s i WHERE t.org_id = i.org_id AND t.sensor_id = i.sensor_id
       AND t.bucket >= i.start_at AND t.bucket < i.end_at', v_table, v_stale);
  END LOOP;
  EXECUTE format(
    'INSERT INTO tsd.rollup_15m SELECT * FROM (%s) partial ORDER BY org_id, sensor_id, bucket',
    tsd.partials_of_readings(
      format('SELECT r.* FROM %s i CROSS JOIN LATERAL (
                SELECT org_id, sensor_id, 0 AS segment, ts, value_double, value_bigint, value_bool
                FROM tsd.reading r
                WHERE r.org_id = i.org_id AND r.sensor_id = i.sensor_id
                  AND r.ts >= i.start_at AND r.ts < i.end_at AND r.ts >= %L AND r.ts < %L
                OFFSET 0
              ) r', v_stale, v_from, v_to),
      $b$tsd.floor_time('15 minutes', ts)$b$));
  EXECUTE format(
    'INSERT INTO tsd.rollup_1m SELECT * FROM (%s) partial ORDER BY org_id, sensor_id, bucket',
    tsd.partials_of_readings(
      format('SELECT r.* FROM %s i
              JOIN tsd.rollup_15m d ON d.org_id = i.org_id AND d.sensor_id = i.sensor_id
                AND d.bucket >= i.start_at AND d.bucket < i.end_at
                AND d.count_all > tsd.dense_above()
              CROSS JOIN LATERAL (
                SELECT org_id, sensor_id, 0 AS segment, ts, value_double, value_bigint, value_bool
                FROM tsd.reading r
                WHERE r.org_id = d.org_id AND r.sensor_id = d.sensor_id
                  AND r.ts >= d.bucket AND r.ts < d.bucket + interval ''15 minutes''
                  AND r.ts >= %L AND r.ts < %L
                OFFSET 0
              ) r', v_stale, v_from, v_to),
      $b$tsd.floor_time('1 minute', ts)$b$));
END $$;
