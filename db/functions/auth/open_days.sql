-- Of the days given, those that have a partition, and those that this organization's readings may
-- have one made for: it is everybody's, and stays. An organization may open so many a day (UTC),
-- the latest first.
CREATE OR REPLACE FUNCTION auth.open_days(p_org uuid, p_days date[]) RETURNS date[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_today date := (now() AT TIME ZONE 'UTC')::date;
  v_at_most bigint := (SELECT at_most FROM platform.quota WHERE kind = 'days opened');
  v_there date[];
  v_opened bigint;
BEGIN
  IF v_at_most IS NULL THEN
    RETURN p_days;
  END IF;
  v_there := ARRAY(SELECT p.day FROM tsd.partition p WHERE p.day = ANY (p_days));
  IF v_there @> p_days THEN
    RETURN p_days;
  END IF;
  PERFORM FROM platform.usage
    WHERE org_id = p_org AND kind = 'days opened' AND writer = 'ingest' FOR UPDATE;
  SELECT count(*) INTO v_opened FROM platform.opened_day
    WHERE org_id = p_org AND opened_on = v_today;
  -- One that was opened, and has no partition yet, isn't counted twice.
  INSERT INTO platform.opened_day (org_id, day, opened_on)
    SELECT p_org, d, v_today FROM unnest(p_days) d
    WHERE d <> ALL (v_there)
      AND NOT EXISTS (SELECT FROM platform.opened_day o WHERE o.org_id = p_org AND o.day = d)
    ORDER BY d DESC LIMIT greatest(v_at_most - v_opened, 0);
  RETURN v_there || ARRAY(SELECT o.day FROM platform.opened_day o
                          WHERE o.org_id = p_org AND o.day = ANY (p_days));
END $$;

GRANT EXECUTE ON FUNCTION auth.open_days TO iot_ingest;
