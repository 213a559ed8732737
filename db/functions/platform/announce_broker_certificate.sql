-- The channel is db/connections/notifications.py's BROKER_CERTIFICATE: the broker shows it at once.
CREATE OR REPLACE FUNCTION platform.announce_broker_certificate() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('broker_certificate', '');
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_broker_certificate AFTER INSERT ON platform.broker_certificate
  FOR EACH STATEMENT EXECUTE FUNCTION platform.announce_broker_certificate();
