-- Whether any of the sensors, whose rows of `latest` these readings have just written, is one that
-- alert rules watch, and has to be looked at: a reading behind what is decided, a value outside the
-- quiet band, or a pause that may be too long. p_at is in seconds since 1970.
CREATE OR REPLACE FUNCTION tsd.leaves_quiet_bands(
  p_org_ids uuid[], p_sensor_ids uuid[], p_at float8[], p_double float8[], p_bigint bigint[],
  p_bool boolean[]
) RETURNS boolean
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM (
      SELECT r.org_id, r.sensor_id, min(r.at) AS first_at, min(v.value) AS low, max(v.value) AS high
      FROM unnest(p_org_ids, p_sensor_ids, p_at, p_double, p_bigint, p_bool)
        AS r (org_id, sensor_id, at, d, i, b)
      CROSS JOIN LATERAL (SELECT coalesce(r.d, r.i, r.b::integer)::float8 AS value) v
      GROUP BY r.org_id, r.sensor_id
    ) r JOIN tsd.latest l USING (org_id, sensor_id)
    WHERE l.quiet_from IS NOT NULL AND (
      to_timestamp(r.first_at) <= greatest(l.prev_at, l.settled_to)
      OR r.low < l.quiet_from OR r.high > l.quiet_to
      OR l.ts - l.prev_at > make_interval(secs => l.quiet_gap)))
$$;

GRANT EXECUTE ON FUNCTION tsd.leaves_quiet_bands TO iot_ingest;
