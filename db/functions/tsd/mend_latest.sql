-- Gives sensors whose latest reading is gone the newest that is left, or none. The row is locked
-- first: a writer that stores a newer one waits for us or we for it, and whoever is second sees
-- what the first left.
CREATE OR REPLACE FUNCTION tsd.mend_latest(
  p_org uuid, p_sensor uuid, p_from timestamptz, p_to timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_orphan record;
  v_newest record;
BEGIN
  FOR v_orphan IN
    SELECT l.sensor_id, l.ts FROM tsd.latest l
    WHERE l.org_id = p_org AND (p_sensor IS NULL OR l.sensor_id = p_sensor)
      AND l.ts >= p_from AND l.ts < p_to
    ORDER BY l.sensor_id FOR UPDATE
  LOOP
    CONTINUE WHEN EXISTS (
      SELECT FROM tsd.reading r
      WHERE r.org_id = p_org AND r.sensor_id = v_orphan.sensor_id AND r.ts = v_orphan.ts);
    SELECT ts, value_double, value_bigint, value_bool, value_text INTO v_newest
    FROM tsd.reading r WHERE r.org_id = p_org AND r.sensor_id = v_orphan.sensor_id
    ORDER BY r.ts DESC LIMIT 1;
    IF v_newest.ts IS NULL THEN
      DELETE FROM tsd.latest WHERE org_id = p_org AND sensor_id = v_orphan.sensor_id;
      -- With the row it is lost what waits for late readings: what is calculated of the sensor
      -- looks at it as if for the first time.
      PERFORM set_config('app.org_id', p_org::text, true);
      UPDATE platform.calculation_input SET is_seen = false
      WHERE org_id = p_org AND input_id = v_orphan.sensor_id AND is_seen;
    ELSE
      UPDATE tsd.latest
      SET ts = v_newest.ts, value_double = v_newest.value_double,
        value_bigint = v_newest.value_bigint, value_bool = v_newest.value_bool,
        value_text = v_newest.value_text
      WHERE org_id = p_org AND sensor_id = v_orphan.sensor_id;
    END IF;
  END LOOP;
END $$;
