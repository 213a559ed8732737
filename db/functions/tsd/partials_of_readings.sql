-- The query that turns readings (org_id, sensor_id, segment, ts, values) into partials (org_id,
-- sensor_id, bucket, tsd.partial_columns). p_bucket is an expression of ts. Readings of one segment
-- follow one another with nothing left out, and each has partials of its own.
--
-- Every backend, the refresh job and the queries use this and tsd.partials_of_partials, so that a
-- bucket that is materialised equals one that is not.
CREATE OR REPLACE FUNCTION tsd.partials_of_readings(p_readings text, p_bucket text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN format($query$
  SELECT org_id, sensor_id, bucket, count(*) AS count_all, count(v) AS count,
    tsd.total(sum(v) FILTER (WHERE abs(v) < 1e290),
              sum(v * 5.421010862427522e-20) FILTER (WHERE abs(v) >= 1e290)) AS sum,
    coalesce((tsd.moments(v - first_v)
      FILTER (WHERE abs(v) <= 1e140 AND abs(first_v) <= 1e140))[2], 0) AS sum_of_differences,
    tsd.spread(min(v), max(v), (tsd.moments(v - first_v)
      FILTER (WHERE abs(v) <= 1e140 AND abs(first_v) <= 1e140))[3]) AS m2,
    min(v) AS min, max(v) AS max,
    min(ts) AS first_at, max(v) FILTER (WHERE previous_at IS NULL) AS first,
    max(ts) AS last_at, max(v) FILTER (WHERE next_at IS NULL) AS last,
    CASE WHEN count(v) > 0 THEN coalesce(sum(tsd.area(v, next_at - ts)), 0) END AS integral
  FROM (
    SELECT *, lag(ts) OVER w AS previous_at, lead(ts) OVER w AS next_at,
      first_value(v) OVER w AS first_v
    FROM (
      SELECT org_id, sensor_id, segment, ts, %2$s AS bucket,
        tsd.number(value_double, value_bigint, value_bool) AS v
      FROM (%1$s) reading
    ) reading
    WINDOW w AS (PARTITION BY org_id, sensor_id, segment, bucket ORDER BY ts)
  ) reading
  GROUP BY org_id, sensor_id, segment, bucket
$query$, p_readings, p_bucket);

GRANT EXECUTE ON FUNCTION tsd.partials_of_readings TO iot_api;
