-- The channel is db/connections/notifications.py's SESSION_ENDED. What has expired by itself is
-- told to nobody: no token of it is left.
CREATE OR REPLACE FUNCTION platform.announce_session_end() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF OLD.ended_at IS NULL AND OLD.expires_at > now() THEN
    PERFORM pg_notify('session_ended', OLD.id || ' ' || OLD.user_id);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_session_end AFTER DELETE OR UPDATE OF ended_at
  ON platform.user_session FOR EACH ROW EXECUTE FUNCTION platform.announce_session_end();
