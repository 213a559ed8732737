-- For the job that serves all tenants: who keeps readings for a shorter time than the platform.
CREATE OR REPLACE FUNCTION auth.organization_retention(
  OUT org_id uuid, OUT retention_days integer
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT id, retention_days FROM platform.organization
  WHERE retention_days IS NOT NULL ORDER BY id
$$;

GRANT EXECUTE ON FUNCTION auth.organization_retention TO iot_owner;
