-- The runs of buckets of p_width that lie whole within one interval between two neighbours of
-- p_bounds.
CREATE OR REPLACE FUNCTION tsd.whole_buckets(
  p_bounds timestamptz[], p_width interval, p_step interval
) RETURNS tstzmultirange
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_last integer := cardinality(p_bounds);
BEGIN
  -- The usual case is one run: all bounds but the outermost lie on the tier's own. Where they are a
  -- step apart, two tell.
  IF NOT EXISTS (
    SELECT FROM unnest(p_bounds[
      2:CASE WHEN p_step IS NULL THEN v_last - 1 ELSE least(3, v_last - 1) END]) edge
    WHERE date_bin(p_width, edge, '2000-01-03Z') <> edge
  ) THEN
    RETURN tsd.inner_buckets(p_bounds[1], p_bounds[v_last], p_width);
  END IF;
  RETURN (
    SELECT coalesce(range_agg(tsd.inner_buckets(start_at, end_at, p_width)), '{}')
    FROM (SELECT edge AS start_at, lead(edge) OVER (ORDER BY n) AS end_at
          FROM unnest(p_bounds) WITH ORDINALITY bound (edge, n)) neighbours
    WHERE end_at - start_at >= p_width);
END $$;

GRANT EXECUTE ON FUNCTION tsd.whole_buckets TO iot_api;
