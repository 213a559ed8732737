-- A sensor that begins or ends to be calculated is remembered with its device: the channel is
-- DEVICE_CHANGED of db/connections/notifications.py.
CREATE OR REPLACE FUNCTION platform.announce_calculation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('device_changed', s.device_id::text)
  FROM platform.sensor s WHERE (s.org_id, s.id) = (NEW.org_id, NEW.sensor_id);
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER announce_calculation AFTER INSERT ON platform.calculation
  FOR EACH ROW EXECUTE FUNCTION platform.announce_calculation();
