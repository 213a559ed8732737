-- Of a device that is there, and good at this moment. One that another is in use for ends with the
-- overlap.
CREATE OR REPLACE FUNCTION auth.find_certificate(
  p_fingerprint bytea,
  OUT org_id uuid, OUT device_id uuid, OUT not_after timestamptz, OUT is_used boolean
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.device_id, least(c.not_after, c.superseded_at), c.first_used_at IS NOT NULL
  FROM platform.certificate c
  JOIN platform.device d ON d.org_id = c.org_id AND d.id = c.device_id
  WHERE c.fingerprint = p_fingerprint AND c.revoked_at IS NULL AND d.deleted_at IS NULL
    AND now() BETWEEN c.not_before AND least(c.not_after, c.superseded_at)
$$;

GRANT EXECUTE ON FUNCTION auth.find_certificate TO app, iot_ingest;
