-- What p_span_to completes of each tier, coarser ones after those that they are made from. As all
-- of the job's steps that write no row: between them db/rollups/continuous.py calls
-- refresh_continuous_aggregate, which wants a transaction of its own.
CREATE OR REPLACE FUNCTION tsd.next_refreshes(p_span_from timestamptz, p_span_to timestamptz)
RETURNS TABLE (tier text, start_at timestamptz, end_at timestamptz)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT 'tsd.rollup_' || lower(m.tier),
    greatest(m.watermark, tsd.floor_time(m.width, p_span_from)),
    tsd.floor_time(m.width, p_span_to)
  FROM tsd.rollup_watermark m
  WHERE tsd.floor_time(m.width, p_span_to)
    > greatest(m.watermark, tsd.floor_time(m.width, p_span_from))
  ORDER BY m.width
$$;
