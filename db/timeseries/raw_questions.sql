-- What schema `api` answers from the readings themselves, since no tier can put it together: percentiles, what a counter
-- counted, and whole series as columns of bytes. On either backend: they name tsd.reading alone.
-- force_custom_plan: only then are the other days' partitions left out of the plan.

SET ROLE iot_api;

-- Buckets of any bounds come from api.rollup_parts.
DROP FUNCTION api.aggregated_readings;

CREATE FUNCTION api.number(value_double double precision, value_bigint bigint, value_bool boolean) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(value_double, value_bigint::float8, value_bool::integer::float8);

-- Percentiles, each share of p_shares in turn, interpolated between neighbours. Bucket n is [p_bounds[n], p_bounds[n + 1]);
-- left out where there are no numbers, or where some of its readings are no longer kept.
CREATE FUNCTION api.reading_percentiles(
  p_sensors uuid[], p_bounds timestamptz[], p_shares double precision[],
  OUT sensor_id uuid, OUT bucket integer, OUT percentiles double precision[]
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET work_mem = '32MB' AS $$
DECLARE
  v_org uuid := api.org();
  v_raw_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_from timestamptz := (SELECT min(edge) FROM unnest(p_bounds) edge WHERE edge >= v_raw_from);
  v_to timestamptz := p_bounds[cardinality(p_bounds)];
BEGIN
  RETURN QUERY
    SELECT r.sensor_id, r.bucket, percentile_cont(p_shares) WITHIN GROUP (ORDER BY r.v)
    FROM (
      SELECT q.sensor_id, width_bucket(q.ts, p_bounds) AS bucket, api.number(q.value_double, q.value_bigint, q.value_bool) AS v
      FROM tsd.reading q
      WHERE q.org_id = v_org AND q.sensor_id = ANY (p_sensors) AND q.ts >= v_from AND q.ts < v_to
    ) r
    WHERE r.v IS NOT NULL
    GROUP BY r.sensor_id, r.bucket;
END $$;

-- How much a counter counted: the sum of the rises from one reading to the next, each in the bucket of the later one. A
-- fall is a reset and counts nothing. The reading before counts if it is at most p_look_back older than the bucket.
CREATE FUNCTION api.reading_increases(
  p_sensors uuid[], p_bounds timestamptz[], p_look_back interval,
  OUT sensor_id uuid, OUT bucket integer, OUT increase double precision
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan
SET work_mem = '32MB' AS $$
DECLARE
  v_org uuid := api.org();
  v_raw_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_from timestamptz := (SELECT min(edge) FROM unnest(p_bounds) edge WHERE edge >= v_raw_from);
  v_to timestamptz := p_bounds[cardinality(p_bounds)];
BEGIN
  RETURN QUERY
    -- Differences beyond 1e290 are taken of values 2^-64 as large: PostgreSQL raises an error where one overflows.
    SELECT r.sensor_id, r.bucket, tsd.total(
      sum(greatest(r.v - r.v_before, 0)) FILTER (WHERE greatest(abs(r.v), abs(r.v_before)) < 1e290),
      sum(greatest(r.v * 5.421010862427522e-20 - r.v_before * 5.421010862427522e-20, 0))
        FILTER (WHERE greatest(abs(r.v), abs(r.v_before)) >= 1e290))
    FROM (
      SELECT q.sensor_id, q.ts, q.v, width_bucket(q.ts, p_bounds) AS bucket,
        lag(q.v) OVER w AS v_before, lag(q.ts) OVER w AS ts_before
      FROM (
        SELECT i.sensor_id, i.ts, api.number(i.value_double, i.value_bigint, i.value_bool) AS v
        FROM tsd.reading i
        WHERE i.org_id = v_org AND i.sensor_id = ANY (p_sensors) AND i.ts >= v_from AND i.ts < v_to
        UNION ALL
        SELECT s.id, b.ts, b.v FROM unnest(p_sensors) s (id) CROSS JOIN LATERAL (
          SELECT o.ts, api.number(o.value_double, o.value_bigint, o.value_bool) AS v
          FROM tsd.reading o
          WHERE o.org_id = v_org AND o.sensor_id = s.id AND o.ts >= greatest(v_from - p_look_back, v_raw_from) AND o.ts < v_from
          ORDER BY o.ts DESC LIMIT 1
        ) b
      ) q
      WINDOW w AS (PARTITION BY q.sensor_id ORDER BY q.ts)
    ) r
    WHERE r.ts >= v_from AND r.v_before IS NOT NULL AND r.v IS NOT NULL
      AND r.ts_before >= p_bounds[r.bucket] - p_look_back
    GROUP BY r.sensor_id, r.bucket;
END $$;

-- The numbers of one sensor in [p_from, p_to), the first p_limit after p_after: times in microseconds since 2000 and
-- values, each 8 bytes, the highest first. A tenth of the time that rows take.
CREATE FUNCTION api.reading_columns(
  p_sensor uuid, p_from timestamptz, p_to timestamptz, p_after timestamptz, p_limit integer,
  OUT last_at timestamptz, OUT times bytea, OUT numbers bytea
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_org uuid := api.org();
  v_from timestamptz := greatest(p_from, p_after + interval '1 microsecond');
BEGIN
  SELECT max(r.ts), string_agg(timestamptz_send(r.ts), ''), string_agg(float8send(r.v), '')
  INTO last_at, times, numbers
  FROM (
    SELECT q.ts, api.number(q.value_double, q.value_bigint, q.value_bool) AS v
    FROM tsd.reading q
    WHERE q.org_id = v_org AND q.sensor_id = p_sensor AND q.ts >= v_from AND q.ts < p_to
      AND num_nonnulls(q.value_double, q.value_bigint, q.value_bool) > 0
    ORDER BY q.ts LIMIT p_limit
  ) r;
END $$;

REVOKE ALL ON FUNCTION api.reading_percentiles, api.reading_increases, api.reading_columns FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.reading_percentiles, api.reading_increases, api.reading_columns TO app;
RESET ROLE;
