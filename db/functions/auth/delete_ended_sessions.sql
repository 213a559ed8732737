-- For the job that serves all tenants: sessions that ended, or weren't refreshed in time, so long
-- ago, oldest first. Until then they are what a stolen token is told by.
CREATE OR REPLACE FUNCTION auth.delete_ended_sessions(p_older_than interval, p_at_most integer)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH ended AS (
    SELECT s.id FROM platform.user_session s
    WHERE s.expires_at < now() - p_older_than
    ORDER BY s.expires_at LIMIT p_at_most
    FOR UPDATE SKIP LOCKED
  ), deleted AS (
    DELETE FROM platform.user_session s USING ended e WHERE s.id = e.id RETURNING 1
  )
  SELECT count(*) FROM deleted
$$;

GRANT EXECUTE ON FUNCTION auth.delete_ended_sessions TO iot_owner;
