-- Moves every tier's watermark to where p_span_to completes it; whether any moved.
CREATE OR REPLACE FUNCTION tsd.move_watermarks(p_span_to timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE tsd.rollup_watermark SET watermark = tsd.floor_time(width, p_span_to)
  WHERE watermark < tsd.floor_time(width, p_span_to);
  RETURN FOUND;
END $$;
