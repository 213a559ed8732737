-- Of the sensors that alert rules watch, what was deleted is to be decided anew, as if it had come
-- late; and whatever comes in up to its end is late, though it may be its sensor's newest now.
CREATE OR REPLACE FUNCTION tsd.note_gone_readings(
  p_org uuid, p_sensor_ids uuid[], p_firsts timestamptz[], p_lasts timestamptz[]
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_gone record;
BEGIN
  FOR v_gone IN
    SELECT l.sensor_id, g.first_at, g.last_at
    FROM (
      SELECT sensor_id, min(first_at) AS first_at, max(last_at) AS last_at
      FROM unnest(p_sensor_ids, p_firsts, p_lasts) AS g (sensor_id, first_at, last_at)
      GROUP BY sensor_id
    ) g JOIN tsd.latest l ON l.org_id = p_org AND l.sensor_id = g.sensor_id
    WHERE l.quiet_from IS NOT NULL
    ORDER BY l.sensor_id FOR UPDATE OF l
  LOOP
    UPDATE tsd.latest SET settled_to = greatest(settled_to, v_gone.last_at)
    WHERE org_id = p_org AND sensor_id = v_gone.sensor_id;
    INSERT INTO tsd.alert_late (org_id, sensor_id, from_at, to_at)
    VALUES (p_org, v_gone.sensor_id, v_gone.first_at, v_gone.last_at);
  END LOOP;
END $$;
