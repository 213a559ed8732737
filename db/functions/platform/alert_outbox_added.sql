-- The channel is db/connections/notifications.py's ALERT_OUTBOX; once for each transaction.
CREATE OR REPLACE FUNCTION platform.alert_outbox_added() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('alert_outbox', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER alert_outbox_added AFTER INSERT ON platform.alert_outbox
  FOR EACH STATEMENT EXECUTE FUNCTION platform.alert_outbox_added();
