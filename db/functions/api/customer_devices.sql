-- The devices of the transaction's customer; policies ask it once for a statement, see
-- db/customers.py.
--
-- A definer function, so that planning a statement of somebody else doesn't plan this, too.
CREATE OR REPLACE FUNCTION api.customer_devices() RETURNS SETOF uuid
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT d.id FROM platform.device d
  WHERE d.org_id = api.org() AND d.customer_id = api.customer()
$$;

GRANT EXECUTE ON FUNCTION api.customer_devices TO app;
