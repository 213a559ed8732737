-- What the readings in these ranges add to the intervals between the bounds: a partial for each
-- interval and range.
CREATE OR REPLACE FUNCTION tsd.partials_in_readings(
  p_org uuid, p_sensors uuid[], p_bounds timestamptz[], p_ranges tstzmultirange
) RETURNS SETOF tsd.partial
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT *, 1 FROM (%s) partial',
    tsd.partials_of_readings(tsd.readings_in(p_ranges), 'width_bucket(ts, $3)'))
  USING p_org, p_sensors, p_bounds;
END $$;

GRANT EXECUTE ON FUNCTION tsd.partials_in_readings TO iot_api;
