-- The channel is db/connections/notifications.py's EVENT_RECORDED. An organization is told of once
-- for a whole transaction.
CREATE OR REPLACE FUNCTION platform.event_recorded() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_notify('event_recorded', r.org_id::text)
    FROM (SELECT DISTINCT org_id FROM recorded) r;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER event_recorded AFTER INSERT ON platform.event
  REFERENCING NEW TABLE AS recorded
  FOR EACH STATEMENT EXECUTE FUNCTION platform.event_recorded();
