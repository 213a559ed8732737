-- The query that puts partials (org_id, sensor_id, bucket, tsd.partial_columns, tiers) of the same
-- bucket together.
CREATE OR REPLACE FUNCTION tsd.partials_of_partials(p_partials text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN format($query$
  SELECT org_id, sensor_id, bucket, sum(count_all)::bigint AS count_all,
    sum(count)::bigint AS count,
    tsd.total(sum(sum) FILTER (WHERE abs(sum) < 1e290),
              sum(sum * 5.421010862427522e-20) FILTER (WHERE abs(sum) >= 1e290)) AS sum,
    coalesce((tsd.merge_moments(ARRAY[count, count * (first - first_v) + sum_of_differences, m2])
      FILTER (WHERE count > 0 AND is_tame))[2], 0) AS sum_of_differences,
    tsd.spread(min(min), max(max),
      (tsd.merge_moments(ARRAY[count, count * (first - first_v) + sum_of_differences, m2])
        FILTER (WHERE count > 0 AND is_tame))[3]) AS m2,
    min(min) AS min, max(max) AS max,
    min(first_at) AS first_at, max(first) FILTER (WHERE previous_last_at IS NULL) AS first,
    max(last_at) AS last_at, max(last) FILTER (WHERE next_first_at IS NULL) AS last,
    sum(integral) + coalesce(sum(tsd.area(previous_last, first_at - previous_last_at)), 0)
      AS integral,
    bit_or(tiers) AS tiers
  FROM (
    SELECT *, lag(last_at) OVER w AS previous_last_at, lag(last) OVER w AS previous_last,
      lead(first_at) OVER w AS next_first_at, first_value(first) OVER w AS first_v,
      greatest(abs(min), abs(max), abs(first_value(first) OVER w)) <= 1e140 AS is_tame
    FROM (%s) partial
    WINDOW w AS (PARTITION BY org_id, sensor_id, bucket ORDER BY first_at)
  ) partial
  GROUP BY org_id, sensor_id, bucket
$query$, p_partials);

GRANT EXECUTE ON FUNCTION tsd.partials_of_partials TO iot_api;
