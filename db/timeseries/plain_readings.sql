-- Readings on plain PostgreSQL: partitions by day, made on demand, behind the `api` schema.

CREATE TABLE tsd.reading (
  org_id uuid NOT NULL,
  sensor_id uuid NOT NULL,
  ts timestamptz NOT NULL,
  value_double double precision,
  value_bigint bigint,
  value_bool boolean,
  value_text text,
  PRIMARY KEY (org_id, sensor_id, ts),
  CHECK (num_nonnulls(value_double, value_bigint, value_bool, value_text) = 1)
) PARTITION BY RANGE (ts);
-- No foreign key to the sensor: it doubles an insert's CPU. The pipeline's `identify` is the gate, and tested as such.
-- No DEFAULT partition: one row in it would block making that day's partition.
CREATE INDEX reading_ts ON tsd.reading USING brin (ts) WITH (pages_per_range = 32);

-- What few readings have, keyed like the reading it belongs to.
CREATE TABLE tsd.reading_metadata (
  org_id uuid NOT NULL,
  sensor_id uuid NOT NULL,
  ts timestamptz NOT NULL,
  metadata jsonb NOT NULL,
  PRIMARY KEY (org_id, sensor_id, ts)
);

-- The newest reading of each sensor by event time, kept in the transaction that stores the reading.
CREATE TABLE tsd.latest (
  org_id uuid NOT NULL,
  sensor_id uuid NOT NULL,
  ts timestamptz NOT NULL,
  value_double double precision,
  value_bigint bigint,
  value_bool boolean,
  value_text text,
  PRIMARY KEY (org_id, sensor_id)
) WITH (fillfactor = 70);

-- ENABLE without FORCE: their owner maintains all tenants; every other role meets the policy.
DO $$
DECLARE readings_table text;
BEGIN
  FOREACH readings_table IN ARRAY ARRAY['reading', 'reading_metadata', 'latest'] LOOP
    EXECUTE format('ALTER TABLE tsd.%I ENABLE ROW LEVEL SECURITY', readings_table);
    EXECUTE format('CREATE POLICY tenant ON tsd.%I USING (org_id = (SELECT api.org()))
                    WITH CHECK (org_id = (SELECT api.org()))', readings_table);
  END LOOP;
END $$;

GRANT SELECT ON tsd.reading, tsd.reading_metadata, tsd.latest TO iot_api;
GRANT SELECT, INSERT ON tsd.reading, tsd.reading_metadata TO iot_ingest;
GRANT SELECT, INSERT, UPDATE ON tsd.latest TO iot_ingest;

-- Makes the partitions that are missing for the days (UTC) given; returns how many it made.
-- CREATE + ATTACH takes SHARE UPDATE EXCLUSIVE on the parent, where CREATE … PARTITION OF would lock out readers.
CREATE FUNCTION tsd.ensure_partitions(p_days date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_day date;
  v_name text;
  v_made integer := 0;
BEGIN
  FOR v_day IN SELECT DISTINCT d FROM unnest(p_days) d ORDER BY d LOOP
    v_name := 'reading_' || to_char(v_day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    PERFORM pg_advisory_xact_lock(hashtext('tsd.ensure_partitions'));
    CONTINUE WHEN to_regclass('tsd_chunks.' || v_name) IS NOT NULL;
    EXECUTE format('CREATE TABLE tsd_chunks.%I (LIKE tsd.reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('ALTER TABLE tsd.reading ATTACH PARTITION tsd_chunks.%I FOR VALUES FROM (%L) TO (%L)',
                   v_name, v_day::timestamp AT TIME ZONE 'UTC', (v_day + 1)::timestamp AT TIME ZONE 'UTC');
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END $$;
REVOKE ALL ON FUNCTION tsd.ensure_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tsd.ensure_partitions TO iot_ingest;

SET ROLE iot_api;

CREATE VIEW api.reading WITH (security_barrier) AS
  SELECT org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text
  FROM tsd.reading WHERE org_id = (SELECT api.org());
CREATE VIEW api.latest WITH (security_barrier) AS
  SELECT org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text
  FROM tsd.latest WHERE org_id = (SELECT api.org());
GRANT SELECT ON api.reading, api.latest TO app;

CREATE FUNCTION api.json_value(value_double double precision, value_bigint bigint, value_bool boolean, value_text text)
RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
  RETURN coalesce(to_json(value_double), to_json(value_bigint), to_json(value_bool), to_json(value_text));

-- The questions. Each is a definer function with the organization in a local variable: a barrier view would lose
-- ordered access to the newest rows. force_custom_plan: only then are the other days' partitions left out of the plan.

-- Raw readings of one sensor in [p_from, p_to), after (or, descending, before) p_after.
CREATE FUNCTION api.raw_readings(
  p_sensor uuid, p_from timestamptz, p_to timestamptz, p_after timestamptz, p_limit integer, p_descending boolean,
  OUT ts timestamptz, OUT value_double double precision, OUT value_bigint bigint, OUT value_bool boolean,
  OUT value_text text, OUT metadata text
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_org uuid := api.org();
  v_from timestamptz := p_from;
  v_to timestamptz := p_to;
BEGIN
  IF p_descending THEN
    v_to := least(v_to, coalesce(p_after, v_to));
    RETURN QUERY
      SELECT r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text, m.metadata::text
      FROM tsd.reading r LEFT JOIN tsd.reading_metadata m USING (org_id, sensor_id, ts)
      WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts >= v_from AND r.ts < v_to
      ORDER BY r.ts DESC LIMIT p_limit;
  ELSE
    v_from := greatest(v_from, coalesce(p_after + interval '1 microsecond', v_from));
    RETURN QUERY
      SELECT r.ts, r.value_double, r.value_bigint, r.value_bool, r.value_text, m.metadata::text
      FROM tsd.reading r LEFT JOIN tsd.reading_metadata m USING (org_id, sensor_id, ts)
      WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts >= v_from AND r.ts < v_to
      ORDER BY r.ts LIMIT p_limit;
  END IF;
END $$;

-- Buckets of a fixed width, counted from p_origin. n is the rows, numbers the numeric ones among them.
CREATE FUNCTION api.aggregated_readings(
  p_sensor uuid, p_from timestamptz, p_to timestamptz, p_width interval, p_origin timestamptz,
  OUT bucket timestamptz, OUT n bigint, OUT avg double precision, OUT min double precision,
  OUT max double precision, OUT sum double precision
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE v_org uuid := api.org();
BEGIN
  RETURN QUERY
    SELECT date_bin(p_width, q.ts, p_origin) AS b, count(*), avg(q.v), min(q.v), max(q.v), sum(q.v)
    FROM (
      SELECT r.ts, coalesce(r.value_double, r.value_bigint::float8, r.value_bool::integer::float8) AS v
      FROM tsd.reading r
      WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts >= p_from AND r.ts < p_to
    ) q
    GROUP BY b ORDER BY b;
END $$;

-- One row of statistics. float8's own aggregates are Youngs-Cramer: exact for values near 1e9, where a sum of squares fails.
CREATE FUNCTION api.reading_stats(
  p_sensor uuid, p_from timestamptz, p_to timestamptz,
  OUT n bigint, OUT avg double precision, OUT min double precision, OUT max double precision,
  OUT sum double precision, OUT stddev double precision,
  OUT first_at timestamptz, OUT first json, OUT last_at timestamptz, OUT last json
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE v_org uuid := api.org();
BEGIN
  SELECT count(*), avg(q.v), min(q.v), max(q.v), sum(q.v), stddev_samp(q.v), min(q.ts), max(q.ts)
  INTO n, avg, min, max, sum, stddev, first_at, last_at
  FROM (
    SELECT r.ts, coalesce(r.value_double, r.value_bigint::float8, r.value_bool::integer::float8) AS v
    FROM tsd.reading r
    WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts >= p_from AND r.ts < p_to
  ) q;
  -- The first and last value in their own type, by key.
  SELECT api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) INTO first
  FROM tsd.reading r WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts = first_at;
  SELECT api.json_value(r.value_double, r.value_bigint, r.value_bool, r.value_text) INTO last
  FROM tsd.reading r WHERE r.org_id = v_org AND r.sensor_id = p_sensor AND r.ts = last_at;
END $$;

REVOKE ALL ON FUNCTION api.raw_readings, api.aggregated_readings, api.reading_stats FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.raw_readings, api.aggregated_readings, api.reading_stats TO app;
RESET ROLE;
