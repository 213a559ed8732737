-- Step 2 of the refresh job, part 1: writes the quarters of [p_from, p_to) and the minutes of the
-- dense ones; how many readings they hold.
CREATE OR REPLACE FUNCTION tsd.write_quarters(p_from timestamptz, p_to timestamptz) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
DECLARE
  v_readings text := format(
    'SELECT org_id, sensor_id, 0 AS segment, ts, value_double, value_bigint, value_bool
     FROM tsd.reading WHERE ts >= %L AND ts < %L', p_from, p_to);
  v_written bigint;
BEGIN
  DELETE FROM tsd.rollup_1m WHERE bucket >= p_from AND bucket < p_to;
  DELETE FROM tsd.rollup_15m WHERE bucket >= p_from AND bucket < p_to;
  EXECUTE format(
    'WITH written AS (
       INSERT INTO tsd.rollup_15m SELECT * FROM (%s) partial ORDER BY org_id, sensor_id, bucket
       RETURNING count_all)
     SELECT coalesce(sum(count_all), 0)::bigint FROM written',
    tsd.partials_of_readings(v_readings, $b$tsd.floor_time('15 minutes', ts)$b$)
  ) INTO v_written;
  IF EXISTS (SELECT FROM tsd.rollup_15m
             WHERE bucket >= p_from AND bucket < p_to AND count_all > tsd.dense_above()) THEN
    EXECUTE format(
      'INSERT INTO tsd.rollup_1m SELECT * FROM (%s) partial ORDER BY org_id, sensor_id, bucket',
      tsd.partials_of_readings(
        format('SELECT r.* FROM (%s) r JOIN tsd.rollup_15m d
                ON d.org_id = r.org_id AND d.sensor_id = r.sensor_id
                AND d.bucket = tsd.floor_time(''15 minutes'', r.ts)
                WHERE d.bucket >= %L AND d.bucket < %L AND d.count_all > tsd.dense_above()',
               v_readings, p_from, p_to),
        $b$tsd.floor_time('1 minute', ts)$b$));
  END IF;
  RETURN v_written;
END $$;
