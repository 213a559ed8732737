-- Step 2 of the refresh job, part 3: writes the hours and days that p_to completes and moves every
-- tier's watermark, all in the transaction that wrote the quarters; whether any moved.
CREATE OR REPLACE FUNCTION tsd.finish_span(p_to timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_hours timestamptz := (SELECT watermark FROM tsd.rollup_watermark WHERE tier = '1H');
  v_days timestamptz := (SELECT watermark FROM tsd.rollup_watermark WHERE tier = '1D');
  v_hours_to timestamptz := tsd.floor_time('1 hour', p_to);
  v_days_to timestamptz := tsd.floor_time('1 day', p_to);
BEGIN
  IF v_hours_to > v_hours THEN
    PERFORM tsd.write_buckets('tsd.rollup_1h', 'tsd.rollup_15m', '1 hour', v_hours, v_hours_to);
  END IF;
  IF v_days_to > v_days THEN
    PERFORM tsd.write_buckets('tsd.rollup_1d', 'tsd.rollup_1h', '1 day', v_days, v_days_to);
  END IF;
  UPDATE tsd.rollup_watermark SET watermark = tsd.floor_time(width, p_to)
  WHERE watermark < tsd.floor_time(width, p_to);
  RETURN FOUND;
END $$;
