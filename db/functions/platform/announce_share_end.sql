-- The channel is db/connections/notifications.py's KEY_CHANGED: a share link is a credential, too.
CREATE OR REPLACE FUNCTION platform.announce_share_end() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('api_key_changed', OLD.id::text);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_share_end
  AFTER DELETE ON platform.dashboard_share
  FOR EACH ROW EXECUTE FUNCTION platform.announce_share_end();
