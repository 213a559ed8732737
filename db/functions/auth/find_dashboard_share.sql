-- Whom a share link shows what: one exact hash in, one row out. What a dashboard's deletion ends is
-- deleted with it.
CREATE OR REPLACE FUNCTION auth.find_dashboard_share(
  p_hash bytea,
  OUT org_id uuid, OUT id uuid, OUT dashboard_id uuid, OUT chosen jsonb, OUT shows_alerts boolean,
  OUT expires_at timestamptz, OUT last_used_is_old boolean,
  OUT customer_id uuid
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT s.org_id, s.id, s.dashboard_id, s.chosen, s.shows_alerts, s.expires_at,
    coalesce(s.last_used_at < now() - interval '1 minute', true),
    s.customer_id
  FROM platform.dashboard_share s
  WHERE s.token_hash = p_hash AND s.expires_at > now()
$$;

GRANT EXECUTE ON FUNCTION auth.find_dashboard_share TO app;
