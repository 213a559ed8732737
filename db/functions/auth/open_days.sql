-- Of the days given, those that have a partition, and those that this organization's readings may
-- have one made for: it is everybody's, and stays. An organization may open so many a day (UTC),
-- the latest first.
CREATE OR REPLACE FUNCTION auth.open_days(p_org uuid, p_days date[]) RETURNS date[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_today date := (now() AT TIME ZONE 'UTC')::date;
  v_at_most bigint := (SELECT at_most FROM platform.quota WHERE kind = 'days opened');
  v_good date[];
  v_own platform.usage;
BEGIN
  IF v_at_most IS NULL THEN
    RETURN p_days;
  END IF;
  v_good := ARRAY(SELECT p.day FROM tsd.partition p WHERE p.day = ANY (p_days));
  IF v_good @> p_days THEN
    RETURN p_days;
  END IF;
  SELECT * INTO v_own FROM platform.usage
    WHERE org_id = p_org AND kind = 'days opened' AND writer = 'ingest' FOR UPDATE;
  IF v_own.counted_on IS DISTINCT FROM v_today THEN
    v_own.days := '{}';
  END IF;
  -- One that was opened today, and has no partition yet, isn't counted twice.
  v_good := v_good || v_own.days;
  v_own.days := v_own.days || ARRAY(
    SELECT d FROM unnest(p_days) d WHERE d <> ALL (v_good)
    ORDER BY d DESC LIMIT greatest(v_at_most - cardinality(v_own.days), 0));
  UPDATE platform.usage
    SET days = v_own.days, used = cardinality(v_own.days), counted_on = v_today
    WHERE org_id = p_org AND kind = 'days opened' AND writer = 'ingest';
  v_good := v_good || v_own.days;
  RETURN ARRAY(SELECT d FROM unnest(p_days) d WHERE d = ANY (v_good));
END $$;

GRANT EXECUTE ON FUNCTION auth.open_days TO iot_ingest;
