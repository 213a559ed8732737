-- The channel is db/connections/notifications.py's KEY_CHANGED. Being used (last_used_at) is no
-- change.
CREATE OR REPLACE FUNCTION platform.announce_key_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('api_key_changed', OLD.id::text);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_key_change
  AFTER DELETE OR UPDATE OF key_hash, scopes, allowed_addresses, expires_at, revoked_at
  ON platform.api_key
  FOR EACH ROW EXECUTE FUNCTION platform.announce_key_change();
