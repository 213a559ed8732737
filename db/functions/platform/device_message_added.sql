-- The channel is db/connections/notifications.py's DEVICE_MESSAGE. A device is told of once for a
-- whole transaction, however many messages it is sent in it.
CREATE OR REPLACE FUNCTION platform.device_message_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.device_message m SET state = 'SUPERSEDED', ended_at = now() FROM added a
    WHERE a.is_retained AND m.is_retained AND m.ended_at IS NULL
      AND (m.org_id, m.device_id, m.topic) = (a.org_id, a.device_id, a.topic) AND m.id < a.id;
  PERFORM pg_notify('device_message', a.device_id::text)
    FROM (SELECT DISTINCT device_id FROM added) a;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_message_added AFTER INSERT ON platform.device_message
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION platform.device_message_added();
