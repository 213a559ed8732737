-- The part of p_minutes that lies in dense quarters of this sensor, so that its minutes are stored.
CREATE OR REPLACE FUNCTION tsd.dense_minutes(
  p_org uuid, p_sensor uuid, p_minutes tstzmultirange
) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  RETURN (
    SELECT coalesce(
      range_agg(tstzrange(q.bucket, q.bucket + interval '15 minutes')) * p_minutes, '{}')
    FROM tsd.rollup_15m q
    WHERE q.org_id = p_org AND q.sensor_id = p_sensor AND q.count_all > tsd.dense_above()
      AND q.bucket >= tsd.floor_time('15 minutes', lower(p_minutes))
      AND q.bucket < upper(p_minutes));
END $$;

GRANT EXECUTE ON FUNCTION tsd.dense_minutes TO iot_api;
