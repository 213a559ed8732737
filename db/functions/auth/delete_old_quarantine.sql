-- For the job that serves all tenants: refused elements that last came so long ago, oldest first,
-- and waves that are over.
CREATE OR REPLACE FUNCTION auth.delete_old_quarantine(p_older_than interval, p_at_most integer)
RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  WITH waves AS (
    DELETE FROM platform.quarantine_wave WHERE last_at < now() - p_older_than
  ), old AS (
    SELECT q.org_id, q.id FROM platform.quarantine_entry q
    WHERE q.last_received_at < now() - p_older_than
    ORDER BY q.last_received_at LIMIT p_at_most
    -- What comes again this moment is not old, and is not waited for.
    FOR UPDATE SKIP LOCKED
  ), deleted AS (
    DELETE FROM platform.quarantine_entry q USING old o
    WHERE (q.org_id, q.id) = (o.org_id, o.id)
    RETURNING 1
  )
  SELECT count(*) FROM deleted
$$;

GRANT EXECUTE ON FUNCTION auth.delete_old_quarantine TO iot_owner;
