-- Of a device that is there, and good at this moment.
CREATE OR REPLACE FUNCTION auth.find_certificate(
  p_fingerprint bytea, OUT org_id uuid, OUT device_id uuid, OUT not_after timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.device_id, c.not_after
  FROM platform.certificate c
  JOIN platform.device d ON d.org_id = c.org_id AND d.id = c.device_id
  WHERE c.fingerprint = p_fingerprint AND c.revoked_at IS NULL AND d.deleted_at IS NULL
    AND now() BETWEEN c.not_before AND c.not_after
$$;

GRANT EXECUTE ON FUNCTION auth.find_certificate TO app, iot_ingest;
