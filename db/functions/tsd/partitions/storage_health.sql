-- What tsd.health tells of the tables: bytes, rows, days that are missing, days whose keys wait to
-- be packed.
CREATE OR REPLACE FUNCTION tsd.storage_health() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT jsonb_build_object(
    'partitions', (SELECT jsonb_build_object(
                     'count', count(*), 'oldest', min(day), 'newest', max(day),
                     'leaving', count(*) FILTER (WHERE is_leaving),
                     'missingAhead', (SELECT count(*) FROM generate_series(0, 2) ahead
                                      WHERE (now() AT TIME ZONE 'UTC')::date + ahead
                                        NOT IN (SELECT day FROM tsd.partition)))
                   FROM tsd.partition),
    'unpackedDays', (SELECT count(*) FROM tsd.partition p LEFT JOIN tsd.packed_day d USING (day)
                     WHERE d.day IS NULL AND p.day < (now() AT TIME ZONE 'UTC')::date - 2),
    'packedAt', (SELECT max(packed_at) FROM tsd.packed_day),
    'tables', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'name', relname, 'bytes', pg_total_relation_size(relid),
                 'rows', n_live_tup, 'deadRows', n_dead_tup) ORDER BY relname), '[]')
               FROM pg_stat_user_tables WHERE schemaname = 'tsd' AND relname <> 'reading'),
    'readings', (SELECT jsonb_build_object(
                   'bytes', coalesce(sum(pg_total_relation_size(relid)), 0)::bigint,
                   'rows', coalesce(sum(n_live_tup), 0)::bigint,
                   'deadRows', coalesce(sum(n_dead_tup), 0)::bigint)
                 FROM pg_stat_user_tables WHERE schemaname = 'tsd_chunks'))
$$;
