-- Of a certificate that opens nothing any more: whose it is, and why.
CREATE OR REPLACE FUNCTION auth.find_certificate_holder(
  p_fingerprint bytea, OUT org_id uuid, OUT device_id uuid, OUT reason text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.device_id, CASE
    WHEN d.deleted_at IS NOT NULL THEN 'DEVICE_DELETED'
    WHEN c.revoked_at IS NOT NULL THEN 'CERTIFICATE_REVOKED'
    ELSE 'CERTIFICATE_EXPIRED' END
  FROM platform.certificate c
  JOIN platform.device d ON d.org_id = c.org_id AND d.id = c.device_id
  WHERE c.fingerprint = p_fingerprint AND NOT (c.revoked_at IS NULL AND d.deleted_at IS NULL
    AND now() BETWEEN c.not_before AND c.not_after)
$$;

GRANT EXECUTE ON FUNCTION auth.find_certificate_holder TO iot_ingest;
