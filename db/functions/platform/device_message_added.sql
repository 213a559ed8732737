-- The channel is db/connections/notifications.py's DEVICE_MESSAGE. A device is told of once for a
-- whole transaction, however many messages it is sent in it. What is superseded is looked up for
-- each message by itself (OFFSET 0), whatever PostgreSQL believes of an outbox that has just grown:
-- without statistics it read all of it for each.
CREATE OR REPLACE FUNCTION platform.device_message_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.device_message m SET state = 'SUPERSEDED', ended_at = now()
    FROM added a CROSS JOIN LATERAL (
      SELECT o.org_id, o.id FROM platform.device_message o
      WHERE (o.org_id, o.device_id) = (a.org_id, a.device_id) AND o.ended_at IS NULL
        AND o.topic = a.topic AND o.is_retained AND o.id < a.id OFFSET 0) older
    WHERE a.is_retained AND (m.org_id, m.id) = (older.org_id, older.id);
  PERFORM pg_notify('device_message', a.device_id::text)
    FROM (SELECT DISTINCT device_id FROM added) a;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER device_message_added AFTER INSERT ON platform.device_message
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION platform.device_message_added();
