-- Whose the certificate with this serial number is, ended ones too, and what a renewal is proved
-- by; where it was renewed with this key before, the nonce of that renewal.
CREATE OR REPLACE FUNCTION auth.find_renewal(
  p_serial text, p_key_hash bytea,
  OUT org_id uuid, OUT device_id uuid, OUT pem text, OUT nonce text
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.org_id, c.device_id, c.pem, (
    SELECT r.renewal_nonce FROM platform.certificate r
    WHERE r.org_id = c.org_id AND r.renewed_from = c.serial AND r.public_key_hash = p_key_hash
    ORDER BY r.created_at DESC LIMIT 1)
  FROM platform.certificate c WHERE c.serial = p_serial
$$;

GRANT EXECUTE ON FUNCTION auth.find_renewal TO app;
