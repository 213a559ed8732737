-- Stale quarters, widened to the buckets of p_width that hold them.
CREATE OR REPLACE FUNCTION tsd.widen(p_stale tstzmultirange, p_width interval)
RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(range_agg(tstzrange(
    tsd.floor_time(p_width, lower(run)),
    tsd.floor_time(p_width, upper(run) - interval '1 microsecond') + p_width)), '{}')
  FROM unnest(p_stale) run
$$;

GRANT EXECUTE ON FUNCTION tsd.widen TO iot_api;
