-- The transaction's organization, where it may see the readings of all these sensors; else null, as
-- where there is none. Functions and views that give readings ask it: what lies behind them has no
-- policies for customers.
CREATE OR REPLACE FUNCTION api.org_showing(p_sensors uuid[]) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- By itself: whoever has no customer isn't to plan the question.
  IF api.customer() IS NULL THEN
    RETURN api.org();
  END IF;
  IF EXISTS (
    SELECT FROM unnest(p_sensors) AS asked (id) WHERE NOT EXISTS (
      SELECT FROM platform.sensor s JOIN platform.device d USING (org_id)
      WHERE org_id = api.org() AND s.id = asked.id AND d.id = s.device_id
        AND d.customer_id = api.customer())) THEN
    RETURN NULL;
  END IF;
  RETURN api.org();
END $$;

GRANT EXECUTE ON FUNCTION api.org_showing TO app;
