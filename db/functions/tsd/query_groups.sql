-- Sensors that share one plan: which stretch of time each tier answers for them, and the partials
-- of what is answered from the readings. None for bounds without an interval between them, or no
-- tenant.
--
-- Plans are its caller's to choose: api.rollup_partials and api.rollup_columns, whose settings are
-- in force here.
CREATE OR REPLACE FUNCTION tsd.query_groups(
  p_org uuid, p_sensors uuid[], p_bounds timestamptz[], p_step interval,
  OUT sensors uuid[], OUT days tstzmultirange, OUT hours tstzmultirange,
  OUT quarters tstzmultirange, OUT minutes tstzmultirange, OUT partials tsd.partial[]
) RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_from timestamptz := p_bounds[1];
  v_to timestamptz := p_bounds[cardinality(p_bounds)];
  v_alike record;
  v_plan record;
  v_readings tstzmultirange;
BEGIN
  IF p_org IS NULL OR cardinality(p_bounds) < 2 OR v_from >= v_to THEN
    RETURN;
  END IF;
  -- Sensors with nothing stale share a plan, but for the minutes that only some of them have.
  FOR v_alike IN
    SELECT array_agg(stale.sensor_id) AS sensors, stale.runs
    FROM (
      SELECT w.sensor_id, coalesce(
        range_agg(tstzrange(i.first_at, i.end_at)) FILTER (WHERE i.id IS NOT NULL), '{}') AS runs
      FROM unnest(p_sensors) w (sensor_id)
      LEFT JOIN tsd.invalidation i ON i.org_id = p_org AND i.sensor_id = w.sensor_id
        AND i.end_at > v_from AND i.first_at < v_to
      GROUP BY w.sensor_id
    ) stale
    GROUP BY stale.runs
  LOOP
    SELECT * INTO v_plan FROM tsd.rollup_plan(p_bounds, v_alike.runs, p_step);
    days := v_plan.days;
    hours := v_plan.hours;
    quarters := v_plan.quarters;
    FOR sensors, minutes IN
      SELECT array_agg(w.sensor_id), w.dense
      FROM (
        SELECT sensor AS sensor_id, CASE
          WHEN v_plan.minutes = '{}' THEN v_plan.minutes
          ELSE tsd.dense_minutes(p_org, sensor, v_plan.minutes) END AS dense
        FROM unnest(v_alike.sensors) sensor
      ) w
      GROUP BY w.dense
    LOOP
      v_readings := v_plan.readings - minutes;
      partials := '{}';
      IF v_readings <> '{}' THEN
        partials := ARRAY(
          SELECT p FROM tsd.partials_in_readings(p_org, sensors, p_bounds, v_readings) p);
      END IF;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION tsd.query_groups TO iot_api;
