-- How much a counter counted: the sum of the rises from one reading to the next, each in the bucket
-- of the later one. A fall is a reset and counts nothing. The reading before counts if it is at
-- most p_look_back older than the bucket. From the readings, since no tier can put it together.
--
-- A dip is a reading lower than the one before it, when the next one isn't: with p_ignore_dips it is
-- as if it weren't there. Whether the range's first and last are dips, or the one before it is, their
-- neighbours outside tell: so a bucket is the same in every range.
CREATE OR REPLACE FUNCTION api.reading_increases(
  p_sensors uuid[], p_bounds timestamptz[], p_look_back interval, p_ignore_dips boolean,
  OUT sensor_id uuid, OUT bucket integer, OUT increase double precision
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET work_mem = '32MB' AS $$
DECLARE
  v_org uuid := api.org_showing(p_sensors);
  v_raw_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_from timestamptz := (SELECT min(edge) FROM unnest(p_bounds) edge WHERE edge >= v_raw_from);
  v_to timestamptz := p_bounds[cardinality(p_bounds)];
BEGIN
  RETURN QUERY
    -- Differences beyond 1e290 are taken of values 2^-64 as large: PostgreSQL raises an error
    -- where one overflows.
    SELECT r.sensor_id, r.bucket, tsd.total(
      sum(greatest(r.v - r.v_before, 0))
        FILTER (WHERE greatest(abs(r.v), abs(r.v_before)) < 1e290),
      sum(greatest(r.v * 5.421010862427522e-20 - r.v_before * 5.421010862427522e-20, 0))
        FILTER (WHERE greatest(abs(r.v), abs(r.v_before)) >= 1e290))
    FROM (
      SELECT q.sensor_id, q.ts, q.v, width_bucket(q.ts, p_bounds) AS bucket,
        lag(q.v) OVER w AS v_before, lag(q.ts) OVER w AS ts_before
      FROM (
        SELECT n.*, lag(n.v) OVER m AS v_left, lead(n.v) OVER m AS v_right
        FROM (
          SELECT i.sensor_id, i.ts, tsd.number(i.value_double, i.value_bigint, i.value_bool) AS v
          FROM tsd.reading i
          WHERE i.org_id = v_org AND i.sensor_id = ANY (p_sensors)
            AND i.ts >= v_from AND i.ts < v_to
          UNION ALL
          SELECT s.id, b.ts, b.v FROM unnest(p_sensors) s (id) CROSS JOIN LATERAL (
            SELECT o.ts, tsd.number(o.value_double, o.value_bigint, o.value_bool) AS v
            FROM tsd.reading o
            WHERE o.org_id = v_org AND o.sensor_id = s.id
              AND o.ts >= greatest(v_from - p_look_back, v_raw_from) AND o.ts < v_from
            ORDER BY o.ts DESC LIMIT CASE WHEN p_ignore_dips THEN 2 ELSE 1 END
          ) b
          UNION ALL
          SELECT s.id, a.ts, a.v FROM unnest(p_sensors) s (id) CROSS JOIN LATERAL (
            SELECT o.ts, tsd.number(o.value_double, o.value_bigint, o.value_bool) AS v
            FROM tsd.reading o
            WHERE p_ignore_dips AND o.org_id = v_org AND o.sensor_id = s.id
              AND o.ts >= v_to AND o.ts < v_to + p_look_back
            ORDER BY o.ts LIMIT 1
          ) a
        ) n
        WINDOW m AS (PARTITION BY n.sensor_id ORDER BY n.ts)
      ) q
      WHERE NOT p_ignore_dips OR (q.v < q.v_left AND q.v_right >= q.v_left) IS NOT TRUE
      WINDOW w AS (PARTITION BY q.sensor_id ORDER BY q.ts)
    ) r
    WHERE r.ts >= v_from AND r.ts < v_to AND r.v_before IS NOT NULL AND r.v IS NOT NULL
      AND r.ts_before >= p_bounds[r.bucket] - p_look_back
    GROUP BY r.sensor_id, r.bucket;
END $$;

GRANT EXECUTE ON FUNCTION api.reading_increases TO app;
