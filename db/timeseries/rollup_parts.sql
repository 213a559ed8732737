-- What a bucket holds, and how buckets are made from readings and from smaller buckets. Every backend, the refresh job
-- and the questions use these same expressions, so that a bucket that is materialised equals one that is not.
--
-- n_all readings, n of them numeric; s their sum, sd the sum of their differences from fv, m2 of their squared deviations
-- from their mean, mn and mx the extremes; ft/fv and lt/lv the first and last time and value; ti the integral over time in value·seconds of the step
-- curve from ft to lt. Parts of one bucket are put together in time's order, the curve's gap between two included: so a
-- part depends on its own readings alone. A sum or integral beyond a double is ±Infinity (or NaN, where both), as m2 is
-- where squares are: questions show null for it and the rest as it is.

-- PostgreSQL's own state {N, Sx, Sxx} (Youngs-Cramer), of differences from the first value: near 1e9 a sum of squares gives
-- a deviation of 38.2 for 0.7071, and sums of the values themselves leave 9 digits of it after 30 days.
CREATE AGGREGATE tsd.moments(double precision) (
  SFUNC = float8_accum, STYPE = float8[], INITCOND = '{0,0,0}', COMBINEFUNC = float8_combine, PARALLEL = SAFE);
CREATE AGGREGATE tsd.merged_moments(float8[]) (
  SFUNC = float8_combine, STYPE = float8[], INITCOND = '{0,0,0}', COMBINEFUNC = float8_combine, PARALLEL = SAFE);

-- A sum from its terms below 1e290 and 2^-64 of those above: PostgreSQL raises an error where a sum overflows.
CREATE FUNCTION tsd.total(p_small double precision, p_large_scaled double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE
    WHEN p_large_scaled IS NULL THEN p_small
    WHEN abs(p_large_scaled) > 1.7976931348623157e308 * 5.421010862427522e-20
      THEN CASE WHEN p_large_scaled = 'NaN' THEN 'NaN' ELSE sign(p_large_scaled) * double precision 'Infinity' END
    WHEN abs(p_large_scaled) > 9.7e288 THEN p_large_scaled * 18446744073709551616
    ELSE p_large_scaled * 18446744073709551616 + coalesce(p_small, 0)
  END;

-- m2, where p_m2 was taken over the values up to 1e140 alone: beyond it squares are beyond a double.
CREATE FUNCTION tsd.spread(p_min double precision, p_max double precision, p_m2 double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE
    WHEN p_min IS NULL OR p_min = p_max THEN 0
    WHEN greatest(-p_min, p_max) > 1e140 THEN 'Infinity'
    ELSE p_m2
  END;

-- A value held for so long, in value·seconds. Multiplying raises errors at both ends of a double's range.
CREATE FUNCTION tsd.area(p_value double precision, p_for interval) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE
    WHEN abs(p_value) < 1e-290 THEN 0
    WHEN abs(p_value) < 1e280 THEN p_value * date_part('epoch', p_for)
    WHEN p_for IS NOT NULL THEN sign(p_value) * double precision 'Infinity'
  END;

-- The query that turns readings (org_id, sensor_id, segment, ts, values) into parts (org_id, sensor_id, segment, bucket, …).
-- p_bucket is an expression of ts. Readings of one segment follow one another with nothing left out.
CREATE FUNCTION tsd.parts_of_readings(p_readings text, p_bucket text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN format($query$
  SELECT org_id, sensor_id, segment, bucket, count(*) AS n_all, count(v) AS n,
    tsd.total(sum(v) FILTER (WHERE abs(v) < 1e290), sum(v * 5.421010862427522e-20) FILTER (WHERE abs(v) >= 1e290)) AS s,
    coalesce((tsd.moments(v - first_v) FILTER (WHERE abs(v) <= 1e140 AND abs(first_v) <= 1e140))[2], 0) AS sd,
    tsd.spread(min(v), max(v), (tsd.moments(v - first_v) FILTER (WHERE abs(v) <= 1e140 AND abs(first_v) <= 1e140))[3]) AS m2,
    min(v) AS mn, max(v) AS mx,
    min(ts) AS ft, max(v) FILTER (WHERE previous_at IS NULL) AS fv,
    max(ts) AS lt, max(v) FILTER (WHERE next_at IS NULL) AS lv,
    CASE WHEN count(v) > 0 THEN coalesce(sum(tsd.area(v, next_at - ts)), 0) END AS ti
  FROM (
    SELECT *, lag(ts) OVER w AS previous_at, lead(ts) OVER w AS next_at, first_value(v) OVER w AS first_v
    FROM (
      SELECT org_id, sensor_id, segment, ts, %2$s AS bucket,
        coalesce(value_double, value_bigint::float8, value_bool::integer::float8) AS v
      FROM (%1$s) reading
    ) reading
    WINDOW w AS (PARTITION BY org_id, sensor_id, segment, bucket ORDER BY ts)
  ) reading
  GROUP BY org_id, sensor_id, segment, bucket
$query$, p_readings, p_bucket);

-- The query that puts parts (org_id, sensor_id, bucket, tiers, …) of the same bucket together.
CREATE FUNCTION tsd.parts_of_parts(p_parts text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN format($query$
  SELECT org_id, sensor_id, bucket, sum(n_all)::bigint AS n_all, sum(n)::bigint AS n,
    tsd.total(sum(s) FILTER (WHERE abs(s) < 1e290), sum(s * 5.421010862427522e-20) FILTER (WHERE abs(s) >= 1e290)) AS s,
    coalesce((tsd.merged_moments(ARRAY[n, n * (fv - first_v) + sd, m2]) FILTER (WHERE n > 0 AND is_tame))[2], 0) AS sd,
    tsd.spread(min(mn), max(mx),
      (tsd.merged_moments(ARRAY[n, n * (fv - first_v) + sd, m2]) FILTER (WHERE n > 0 AND is_tame))[3]) AS m2,
    min(mn) AS mn, max(mx) AS mx,
    min(ft) AS ft, max(fv) FILTER (WHERE previous_lt IS NULL) AS fv,
    max(lt) AS lt, max(lv) FILTER (WHERE next_ft IS NULL) AS lv,
    sum(ti) + coalesce(sum(tsd.area(previous_lv, ft - previous_lt)), 0) AS ti, bit_or(tiers) AS tiers
  FROM (
    SELECT *, lag(lt) OVER w AS previous_lt, lag(lv) OVER w AS previous_lv, lead(ft) OVER w AS next_ft,
      first_value(fv) OVER w AS first_v, greatest(abs(mn), abs(mx), abs(first_value(fv) OVER w)) <= 1e140 AS is_tame
    FROM (%s) part
    WINDOW w AS (PARTITION BY org_id, sensor_id, bucket ORDER BY ft)
  ) part
  GROUP BY org_id, sensor_id, bucket
$query$, p_parts);
