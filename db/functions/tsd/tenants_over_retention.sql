-- How many organizations still have readings that are more than a day older than they want to keep
-- them.
CREATE OR REPLACE FUNCTION tsd.tenants_over_retention() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(*) FROM auth.organization_retention() o
  WHERE EXISTS (
    SELECT FROM tsd.reading r
    WHERE r.org_id = o.org_id
      AND r.ts < date_trunc('day', now(), 'UTC') - interval '1 day' * (o.retention_days + 1))
$$;

GRANT EXECUTE ON FUNCTION tsd.tenants_over_retention TO iot_api;
