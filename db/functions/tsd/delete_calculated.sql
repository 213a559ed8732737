-- Deletes single readings of an organization's calculated sensors, since they turned out otherwise:
-- the rollups are told, `latest` is mended, and alerts that rested on them are decided anew. A
-- sensor that isn't calculated keeps what it reported.
CREATE OR REPLACE FUNCTION tsd.delete_calculated(
  p_org uuid, p_sensor_ids uuid[], p_at timestamptz[]
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_threshold timestamptz := tsd.begin_write();
  v_day timestamptz;
  v_end timestamptz;
  v_sensor uuid;
  v_sensors uuid[] := '{}';
  v_times timestamptz[] := '{}';
  v_of_day record;
BEGIN
  PERFORM set_config('app.org_id', p_org::text, true);
  IF EXISTS (
    SELECT FROM unnest(p_sensor_ids) AS s (id)
    WHERE NOT EXISTS (SELECT FROM platform.calculation c WHERE c.sensor_id = s.id)
  ) THEN
    RAISE insufficient_privilege USING MESSAGE = 'only what is calculated is deleted so';
  END IF;
  -- Day by day, so that no other is looked at.
  FOR v_day IN
    SELECT DISTINCT date_bin('1 day', at, '2000-01-01Z') AS day FROM unnest(p_at) AS at ORDER BY day
  LOOP
    v_end := v_day + interval '24 hours';
    WITH gone AS (
      DELETE FROM tsd.reading r
      USING unnest(p_sensor_ids, p_at) AS d (sensor_id, at)
      WHERE r.org_id = p_org AND r.sensor_id = d.sensor_id AND r.ts = d.at
        AND r.ts >= v_day AND r.ts < v_end
      RETURNING r.sensor_id, r.ts
    )
    SELECT coalesce(array_agg(sensor_id), '{}') AS sensors, coalesce(array_agg(ts), '{}') AS times
    INTO v_of_day FROM gone;
    v_sensors := v_sensors || v_of_day.sensors;
    v_times := v_times || v_of_day.times;
  END LOOP;
  PERFORM tsd.log_ranges(
    v_threshold, array_fill(p_org, ARRAY[cardinality(v_sensors)]), v_sensors, v_times, v_times);
  PERFORM tsd.note_gone_readings(p_org, v_sensors, v_times, v_times);
  FOR v_sensor, v_day, v_end IN
    SELECT g.id, min(g.at), max(g.at) FROM unnest(v_sensors, v_times) AS g (id, at)
    GROUP BY g.id ORDER BY g.id
  LOOP
    PERFORM tsd.mend_latest(p_org, v_sensor, v_day, v_end + interval '1 microsecond');
  END LOOP;
END $$;

GRANT EXECUTE ON FUNCTION tsd.delete_calculated TO iot_ingest;
