-- Logs what lies behind p_threshold of the spans given, both ends included: one entry for each run
-- of buckets.
CREATE OR REPLACE FUNCTION tsd.log_ranges(
  p_threshold timestamptz, p_org_ids uuid[], p_sensor_ids uuid[], p_firsts timestamptz[],
  p_lasts timestamptz[]
) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  INSERT INTO tsd.invalidation (org_id, sensor_id, first_at, end_at)
  SELECT org_id, sensor_id, lower(run), upper(run)
  FROM (
    SELECT org_id, sensor_id, unnest(range_agg(tstzrange(
      date_bin('15 minutes', first_at, '2000-01-03Z'),
      date_bin('15 minutes', last_at, '2000-01-03Z') + interval '15 minutes'
    ))) AS run
    FROM unnest(p_org_ids, p_sensor_ids, p_firsts, p_lasts)
      AS span (org_id, sensor_id, first_at, last_at)
    WHERE first_at < p_threshold
    GROUP BY org_id, sensor_id
  ) late
  ORDER BY org_id, sensor_id, run
$$;

GRANT EXECUTE ON FUNCTION tsd.log_ranges TO iot_ingest;
