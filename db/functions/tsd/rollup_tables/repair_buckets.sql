-- Step 3 of the refresh job, part 3: the hours or days that the entries touch, from the tier below.
CREATE OR REPLACE FUNCTION tsd.repair_buckets(
  p_ids bigint[], p_tier regclass, p_source regclass, p_width interval
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  v_stale text := format('tsd.stale_buckets(%L, %L, %L, %L)', p_ids, p_width,
    (SELECT raw_from FROM tsd.retention_mark),
    (SELECT watermark FROM tsd.rollup_watermark WHERE width = p_width));
BEGIN
  EXECUTE format(
    'DELETE FROM %s t USING %s i WHERE t.org_id = i.org_id AND t.sensor_id = i.sensor_id
     AND t.bucket >= i.start_at AND t.bucket < i.end_at', p_tier, v_stale);
  EXECUTE format(
    'INSERT INTO %1$s SELECT org_id, sensor_id, bucket, %2$s FROM (%3$s) partial
     ORDER BY org_id, sensor_id, bucket',
    p_tier, tsd.partial_columns(), tsd.partials_of_partials(format(
      'SELECT t.org_id, t.sensor_id, tsd.floor_time(%L, t.bucket) AS bucket, %s, 0 AS tiers
       FROM %s i JOIN %s t ON t.org_id = i.org_id AND t.sensor_id = i.sensor_id
         AND t.bucket >= i.start_at AND t.bucket < i.end_at',
      p_width, tsd.partial_columns(), v_stale, p_source)));
END $$;
