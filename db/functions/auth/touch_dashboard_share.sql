-- Called at most once a minute for a link, however many look.
CREATE OR REPLACE FUNCTION auth.touch_dashboard_share(p_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.dashboard_share SET last_used_at = now()
  WHERE token_hash = p_hash
$$;

GRANT EXECUTE ON FUNCTION auth.touch_dashboard_share TO app;
