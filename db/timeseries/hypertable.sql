-- Readings on TimescaleDB: a hypertable in the place of the day partitions, behind the same `api` schema.

LOCK TABLE tsd.reading IN ACCESS EXCLUSIVE MODE;
SET ROLE iot_api;
DROP VIEW api.reading;
RESET ROLE;
ALTER TABLE tsd.reading RENAME TO partitioned_reading;
ALTER INDEX tsd.reading_pkey RENAME TO partitioned_reading_pkey;

-- No row-level security: TimescaleDB refuses it beside columnstore and continuous aggregates. The wall is that nobody
-- but iot_api and iot_ingest may name the table, and that nobody at all may name its chunks: grants reach those,
-- policies wouldn't.
CREATE TABLE tsd.reading (LIKE tsd.partitioned_reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE tsd.reading ADD PRIMARY KEY (org_id, sensor_id, ts);
DO $$
BEGIN
  PERFORM create_hypertable('tsd.reading', 'ts', chunk_time_interval => interval '1 day',
                            create_default_indexes => false, associated_schema_name => 'tsd_chunks');
END $$;
-- Day by day, so that no sort is larger than a chunk.
DO $$
DECLARE v_day regclass;
BEGIN
  FOR v_day IN SELECT relid FROM pg_partition_tree('tsd.partitioned_reading') WHERE isleaf ORDER BY relid::text LOOP
    EXECUTE format('INSERT INTO tsd.reading SELECT * FROM %s ORDER BY org_id, sensor_id, ts', v_day);
  END LOOP;
END $$;

-- Days are chunks here.
CREATE OR REPLACE VIEW tsd.partition AS
  SELECT (k.range_start AT TIME ZONE 'UTC')::date AS day, c.oid::regclass AS name, c.oid, false AS is_leaving
  FROM timescaledb_information.chunks k
  JOIN pg_class c ON c.relname = k.chunk_name AND c.relnamespace = to_regnamespace(k.chunk_schema::text)
  WHERE k.hypertable_schema = 'tsd' AND k.hypertable_name = 'reading';

DROP TABLE tsd.partitioned_reading;
GRANT SELECT ON tsd.reading TO iot_api;
GRANT SELECT, INSERT ON tsd.reading TO iot_ingest;

-- Chunks make themselves.
CREATE OR REPLACE FUNCTION tsd.ensure_partitions(p_days date[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 0';

CREATE OR REPLACE FUNCTION tsd.next_span(p_longest interval, OUT span_from timestamptz, OUT span_to timestamptz)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_log_below timestamptz;
  v_day date;
BEGIN
  SELECT materialised_to, log_below INTO span_from, v_log_below FROM tsd.rollup_mark WHERE tier = '15M';
  SELECT min(day) INTO v_day FROM tsd.partition WHERE day >= (span_from AT TIME ZONE 'UTC')::date;
  span_from := CASE WHEN v_day IS NULL THEN v_log_below
                    ELSE least(v_log_below, greatest(span_from, v_day::timestamp AT TIME ZONE 'UTC')) END;
  span_to := least(v_log_below, tsd.floor_time('15 minutes', span_from + p_longest));
END $$;

-- As on partitions, but all at once: rows that are columns can't be locked one by one, and whole segments of them go at a
-- stroke. The caller asks for one day at most.
CREATE OR REPLACE FUNCTION tsd.delete_readings(
  p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz, p_limit integer
) RETURNS integer
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_log_below timestamptz := tsd.begin_write();
  v_sensors uuid[];
  v_firsts timestamptz[];
  v_lasts timestamptz[];
  v_count integer;
BEGIN
  WITH gone AS (
    DELETE FROM tsd.reading
    WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor) AND ts >= p_from AND ts < p_to
    RETURNING sensor_id, ts
  ), run AS (
    SELECT sensor_id, min(ts) AS first_at, max(ts) AS last_at, count(*) AS number
    FROM gone GROUP BY sensor_id, tsd.floor_time('15 minutes', ts)
  )
  SELECT coalesce(array_agg(sensor_id), '{}'), coalesce(array_agg(first_at), '{}'), coalesce(array_agg(last_at), '{}'),
    coalesce(sum(number), 0)
  INTO v_sensors, v_firsts, v_lasts, v_count FROM run;
  DELETE FROM tsd.reading_metadata
  WHERE org_id = p_org AND (p_sensor IS NULL OR sensor_id = p_sensor) AND ts >= p_from AND ts < p_to;
  PERFORM tsd.log_ranges(v_log_below, array_fill(p_org, ARRAY[cardinality(v_sensors)]), v_sensors, v_firsts, v_lasts);
  PERFORM tsd.mend_latest(p_org, p_sensor, p_from, p_to);
  RETURN v_count;
END $$;

-- Bytes and rows, as the extension knows them; its functions are where it was installed.
CREATE FUNCTION tsd.size_of(p_hypertable regclass, OUT bytes bigint, OUT number bigint)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_schema regnamespace := (SELECT extnamespace FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
  EXECUTE format('SELECT %1$s.hypertable_size($1), %1$s.approximate_row_count($1)', v_schema)
  INTO bytes, number USING p_hypertable;
END $$;

-- As on partitions. A chunk makes itself, so that none is missing, and no key is packed: columns have none.
-- `waiting` are days that should be columns by now and aren't.
CREATE OR REPLACE FUNCTION tsd.health() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'now', now(),
    'backend', tsd.backend(),
    'server', current_setting('server_version'),
    'marks', (SELECT jsonb_agg(jsonb_build_object('tier', tier, 'widthSeconds', extract(epoch FROM width),
                'logBelow', log_below, 'materialisedTo', materialised_to) ORDER BY width) FROM tsd.rollup_mark),
    'rawFrom', (SELECT raw_from FROM tsd.retention_mark),
    'invalidations', (SELECT jsonb_build_object('pending', count(*),
                        'oldestSeconds', coalesce(extract(epoch FROM now() - min(logged_at)), 0)) FROM tsd.invalidation),
    'partitions', (SELECT jsonb_build_object('count', count(*), 'oldest', min(day), 'newest', max(day),
                     'leaving', 0, 'missingAhead', 0) FROM tsd.partition),
    'unpackedDays', 0,
    'packedAt', NULL,
    'tables', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', name, 'bytes', bytes, 'rows', number, 'deadRows', dead)
                 ORDER BY name), '[]')
               FROM (SELECT relname AS name, pg_total_relation_size(relid) AS bytes, n_live_tup AS number, n_dead_tup AS dead
                     FROM pg_stat_user_tables WHERE schemaname = 'tsd' AND relname <> 'reading'
                     UNION ALL
                     SELECT view_name, bytes, number, 0 FROM timescaledb_information.continuous_aggregates
                     CROSS JOIN LATERAL tsd.size_of(format('%I.%I', view_schema, view_name)::regclass)
                     WHERE view_schema = 'tsd') tier),
    'readings', (SELECT jsonb_build_object('bytes', bytes, 'rows', number, 'deadRows',
                   (SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE schemaname = 'tsd_chunks'))
                 FROM tsd.size_of('tsd.reading')),
    'timescale', jsonb_build_object(
      'version', (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
      'licence', current_setting('timescaledb.license', true),
      'openInternals', (SELECT count(*) FROM pg_proc
                        WHERE pronamespace = '_timescaledb_functions'::regnamespace AND proname IN ('drop_chunk', 'freeze_chunk')
                          AND has_function_privilege('app', oid, 'EXECUTE')),
      'columnar', (SELECT count(*) FROM timescaledb_information.chunks
                   WHERE hypertable_schema = 'tsd' AND hypertable_name = 'reading' AND is_compressed),
      'waiting', (SELECT count(*) FROM timescaledb_information.chunks
                  WHERE hypertable_schema = 'tsd' AND hypertable_name = 'reading' AND NOT is_compressed
                    AND range_end < now() - interval '10 days' AND tsd.backend() = 'timescale')))
$$;

CREATE OR REPLACE FUNCTION tsd.backend() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 'hypertable';
REVOKE ALL ON FUNCTION tsd.size_of FROM PUBLIC;

SET ROLE iot_api;
CREATE VIEW api.reading WITH (security_barrier) AS
  SELECT org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text
  FROM tsd.reading WHERE org_id = (SELECT api.org());
GRANT SELECT ON api.reading TO app;
RESET ROLE;
