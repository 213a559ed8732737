-- Deletes up to p_limit rows older than p_before from one of our tables by this column of time;
-- returns how many.
CREATE OR REPLACE FUNCTION tsd.expire(
  p_table regclass, p_column name, p_before timestamptz, p_limit integer
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_count bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  EXECUTE format(
    'DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE %2$I < %3$L LIMIT %4$s))',
    p_table, p_column, p_before, p_limit);
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;
