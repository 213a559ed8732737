-- For the job that serves all tenants: answers that nobody may ask for again, oldest first.
CREATE OR REPLACE FUNCTION auth.delete_expired_answers(p_older_than interval, p_at_most integer)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH expired AS (
    SELECT r.org_id, r.principal, r.route, r.key FROM platform.idempotency_record r
    WHERE r.created_at < now() - p_older_than
    ORDER BY r.created_at LIMIT p_at_most
    -- A request that comes again this moment makes the record its own, and is not waited for.
    FOR UPDATE SKIP LOCKED
  ), deleted AS (
    DELETE FROM platform.idempotency_record r USING expired e
    WHERE (r.org_id, r.principal, r.route, r.key) = (e.org_id, e.principal, e.route, e.key)
    RETURNING 1
  )
  SELECT count(*) FROM deleted
$$;

GRANT EXECUTE ON FUNCTION auth.delete_expired_answers TO iot_owner;
