-- As api.customer_devices, their sensors.
CREATE OR REPLACE FUNCTION api.customer_sensors() RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.id FROM api.customer_devices() d (id)
  JOIN platform.sensor s ON s.org_id = api.org() AND s.device_id = d.id
$$;

GRANT EXECUTE ON FUNCTION api.customer_sensors TO app;
