"""Processes that remember a key hear at once that it changed, and know how long it is good."""

from db.migrations.script import run_sql

revision = "2026_11_24_key_changes"
down_revision = "2026_11_24_rollups"

CHANGES = """
-- The channel is db/connections/notifications.py's KEY_CHANGED. Being used (last_used_at) is no change.
CREATE FUNCTION platform.announce_key_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('api_key_changed', OLD.id::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER announce_key_change
  AFTER DELETE OR UPDATE OF key_hash, scopes, expires_at, revoked_at ON platform.api_key
  FOR EACH ROW EXECUTE FUNCTION platform.announce_key_change();

SET ROLE iot_auth;
DROP FUNCTION auth.find_api_key(bytea);
CREATE FUNCTION auth.find_api_key(
  p_hash bytea, OUT org_id uuid, OUT id uuid, OUT scopes text[], OUT expires_at timestamptz,
  OUT last_used_is_old boolean)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.org_id, k.id, k.scopes, k.expires_at, coalesce(k.last_used_at < now() - interval '1 minute', true)
  FROM platform.api_key k
  WHERE k.key_hash = p_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
$$;
REVOKE EXECUTE ON FUNCTION auth.find_api_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION auth.find_api_key TO app;
RESET ROLE;
"""


def upgrade() -> None:
    run_sql(CHANGES)
