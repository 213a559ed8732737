-- The channel is db/connections/notifications.py's SIGNING_KEYS: every process signs, and verifies,
-- with the new ones at once.
CREATE OR REPLACE FUNCTION platform.announce_signing_keys() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('signing_keys', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_signing_keys
  AFTER INSERT OR UPDATE OR DELETE ON platform.signing_key
  FOR EACH STATEMENT EXECUTE FUNCTION platform.announce_signing_keys();
