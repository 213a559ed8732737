CREATE OR REPLACE FUNCTION api.tenants_over_retention() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS 'SELECT tsd.tenants_over_retention()';

GRANT EXECUTE ON FUNCTION api.tenants_over_retention TO app;
