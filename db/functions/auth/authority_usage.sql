-- For who retires an authority: how many certificates by each are good at this moment, of all
-- tenants, and when the last one ends.
CREATE OR REPLACE FUNCTION auth.authority_usage(
  OUT id uuid, OUT living bigint, OUT last_ends_at timestamptz
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.authority_id, count(*), max(least(c.not_after, c.superseded_at))
  FROM platform.certificate c
  WHERE c.revoked_at IS NULL AND least(c.not_after, c.superseded_at) > now()
  GROUP BY c.authority_id
$$;

GRANT EXECUTE ON FUNCTION auth.authority_usage TO iot_owner;
