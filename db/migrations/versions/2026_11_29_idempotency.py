"""Expired answers to requests with an Idempotency-Key are deleted by a worker, a batch at a time."""

from db.migrations.script import run_sql

revision = "2026_11_29_idempotency"
down_revision = "2026_11_24_answers"

CHANGES = """
-- Of all tenants, the oldest first; the key of the table finds one request's.
DROP INDEX platform.ix_idempotency_record_created;
CREATE INDEX ix_idempotency_record_created ON platform.idempotency_record (created_at);

GRANT SELECT, DELETE ON platform.idempotency_record TO iot_auth;
-- It locks the rows that it chooses.
GRANT UPDATE (created_at) ON platform.idempotency_record TO iot_auth;

SET ROLE iot_auth;
CREATE FUNCTION auth.delete_expired_answers(p_older_than interval, p_at_most integer)
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
REVOKE EXECUTE ON FUNCTION auth.delete_expired_answers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.delete_expired_answers TO iot_owner;
RESET ROLE;
"""


def upgrade() -> None:
    run_sql(CHANGES)
