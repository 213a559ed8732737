-- The query of the readings in these ranges, each a segment. A few are named one by one, so that
-- every other day's partition is left out of the plan; many are looked up range by range.
CREATE OR REPLACE FUNCTION tsd.readings_in(p_ranges tstzmultirange) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM unnest(p_ranges)) <= 16 THEN
    RETURN (
      SELECT string_agg(format(
        'SELECT org_id, sensor_id, %s AS segment, ts, value_double, value_bigint, value_bool
         FROM tsd.reading
         WHERE org_id = $1 AND sensor_id = ANY ($2) AND ts >= %L AND ts < %L',
        n, lower(run), upper(run)), ' UNION ALL ')
      FROM unnest(p_ranges) WITH ORDINALITY r (run, n));
  END IF;
  RETURN format(
    'SELECT r.* FROM unnest(%L::tstzmultirange) WITH ORDINALITY g (run, n) CROSS JOIN LATERAL (
       SELECT org_id, sensor_id, g.n AS segment, ts, value_double, value_bigint, value_bool
       FROM tsd.reading
       WHERE org_id = $1 AND sensor_id = ANY ($2) AND ts >= lower(g.run) AND ts < upper(g.run)
         AND ts >= %L AND ts < %L
       OFFSET 0
     ) r', p_ranges, lower(p_ranges), upper(p_ranges));
END $$;

GRANT EXECUTE ON FUNCTION tsd.readings_in TO iot_api;
