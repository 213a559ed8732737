-- Writes the minutes of the dense quarters in [p_from, p_to).
CREATE OR REPLACE FUNCTION tsd.write_minutes(p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
BEGIN
  DELETE FROM tsd.rollup_1m WHERE bucket >= p_from AND bucket < p_to;
  EXECUTE format(
    'INSERT INTO tsd.rollup_1m SELECT * FROM (%s) partial ORDER BY org_id, sensor_id, bucket',
    tsd.partials_of_readings(
      format('SELECT r.* FROM tsd.rollup_15m d CROSS JOIN LATERAL (
                SELECT org_id, sensor_id, 0 AS segment, ts, value_double, value_bigint, value_bool
                FROM tsd.reading r
                WHERE r.org_id = d.org_id AND r.sensor_id = d.sensor_id
                  AND r.ts >= d.bucket AND r.ts < d.bucket + interval ''15 minutes''
                  AND r.ts >= %1$L AND r.ts < %2$L
                OFFSET 0
              ) r
              WHERE d.bucket >= %1$L AND d.bucket < %2$L AND d.count_all > tsd.dense_above()',
             p_from, p_to),
      $b$tsd.floor_time('1 minute', ts)$b$));
END $$;
