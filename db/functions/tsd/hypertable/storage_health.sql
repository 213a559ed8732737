-- What tsd.health tells of the tables. A chunk makes itself, so that none is missing, and no key is
-- packed: columns have none. `waiting` are days that should be columns by now and aren't yet, the
-- first of them since `waitingSince`: a week after its end, or since it was made of late readings.
-- The extension's own job comes every `columnstoreSeconds`; NULL where there is none.
CREATE OR REPLACE FUNCTION tsd.storage_health() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'partitions', (SELECT jsonb_build_object(
                     'count', count(*), 'oldest', min(day), 'newest', max(day),
                     'leaving', 0, 'missingAhead', 0)
                   FROM tsd.partition),
    'unpackedDays', 0,
    'packedAt', NULL,
    'tables', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'name', name, 'bytes', bytes, 'rows', number, 'deadRows', dead)
                 ORDER BY name), '[]')
               FROM (
                 SELECT relname AS name, pg_total_relation_size(relid) AS bytes,
                   n_live_tup AS number, n_dead_tup AS dead
                 FROM pg_stat_user_tables WHERE schemaname = 'tsd' AND relname <> 'reading'
                 UNION ALL
                 SELECT view_name, bytes, number, 0
                 FROM timescaledb_information.continuous_aggregates
                 CROSS JOIN LATERAL tsd.size_of(format('%I.%I', view_schema, view_name)::regclass)
                 WHERE view_schema = 'tsd') tier),
    'readings', (SELECT jsonb_build_object(
                   'bytes', bytes, 'rows', number,
                   'deadRows', (SELECT coalesce(sum(n_dead_tup), 0)::bigint
                                FROM pg_stat_user_tables WHERE schemaname = 'tsd_chunks'))
                 FROM tsd.size_of('tsd.reading')),
    'timescale', jsonb_build_object(
      'version', (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
      'licence', current_setting('timescaledb.license', true),
      'openInternals', (SELECT count(*) FROM pg_proc
                        WHERE pronamespace = '_timescaledb_functions'::regnamespace
                          AND proname IN ('drop_chunk', 'freeze_chunk')
                          AND has_function_privilege('app', oid, 'EXECUTE')),
      'columnar', (SELECT count(*) FROM timescaledb_information.chunks
                   WHERE hypertable_schema = 'tsd' AND hypertable_name = 'reading'
                     AND is_compressed),
      'columnstoreSeconds', (SELECT extract(epoch FROM schedule_interval)
                             FROM timescaledb_information.jobs
                             WHERE (hypertable_schema, hypertable_name) = ('tsd', 'reading')
                               AND proc_name IN ('policy_columnstore', 'policy_compression')))
      || (SELECT jsonb_build_object('waiting', count(*), 'waitingSince', min(since))
          FROM (
            SELECT greatest(range_end + interval '7 days', chunk_creation_time) AS since
            FROM timescaledb_information.chunks
            WHERE hypertable_schema = 'tsd' AND hypertable_name = 'reading' AND NOT is_compressed
          ) chunk
          WHERE since < now() AND tsd.backend() = 'timescale'))
$$;
