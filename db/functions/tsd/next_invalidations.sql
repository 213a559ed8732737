-- Step 3 of the refresh job, part 1: the oldest entries whose repair writes about p_buckets buckets
-- of 15 minutes.
CREATE OR REPLACE FUNCTION tsd.next_invalidations(p_buckets integer) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(id), '{}') FROM (
    SELECT id, sum(buckets) OVER (ORDER BY id) - buckets AS before
    FROM (
      SELECT id, extract(epoch FROM end_at - first_at) / 900 AS buckets
      FROM tsd.invalidation ORDER BY id LIMIT p_buckets
    ) oldest
  ) entry
  WHERE before < p_buckets
$$;
