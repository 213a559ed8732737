-- Step 2 of the refresh job, part 2: writes what has become whole of a tier from the tier below it.
CREATE OR REPLACE FUNCTION tsd.write_buckets(
  p_tier regclass, p_source regclass, p_width interval, p_from timestamptz, p_to timestamptz
) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET work_mem = '64MB' AS $$
BEGIN
  EXECUTE format('DELETE FROM %s WHERE bucket >= %L AND bucket < %L', p_tier, p_from, p_to);
  EXECUTE format(
    'INSERT INTO %1$s SELECT org_id, sensor_id, bucket, %2$s FROM (%3$s) partial
     ORDER BY org_id, sensor_id, bucket',
    p_tier, tsd.partial_columns(), tsd.partials_of_partials(format(
      'SELECT org_id, sensor_id, tsd.floor_time(%L, bucket) AS bucket, %s, 0 AS tiers
       FROM %s WHERE bucket >= %L AND bucket < %L',
      p_width, tsd.partial_columns(), p_source, p_from, p_to)));
END $$;
