-- Step 3 of the refresh job, its last part: what was repaired is no longer stale. Where rollups are
-- tables, in the transaction that wrote the buckets.
CREATE OR REPLACE FUNCTION tsd.forget_invalidations(p_ids bigint[]) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM tsd.invalidation WHERE id = ANY (p_ids)
$$;
