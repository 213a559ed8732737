-- For the list that everybody may have: serial numbers alone, of certificates by this authority
-- that haven't expired and were revoked, or replaced by one that is in use.
CREATE OR REPLACE FUNCTION auth.revoked_certificates(
  p_authority_id uuid, OUT serial text, OUT revoked_at timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.serial, least(c.revoked_at, c.superseded_at) FROM platform.certificate c
  WHERE (c.revoked_at IS NOT NULL OR c.superseded_at IS NOT NULL) AND c.not_after > now()
    AND least(c.revoked_at, c.superseded_at) <= now() AND c.authority_id = p_authority_id
  ORDER BY c.serial
$$;

GRANT EXECUTE ON FUNCTION auth.revoked_certificates TO app;
