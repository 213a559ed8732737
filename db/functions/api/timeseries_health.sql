CREATE OR REPLACE FUNCTION api.timeseries_health() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT tsd.health()';

GRANT EXECUTE ON FUNCTION api.timeseries_health TO app;
