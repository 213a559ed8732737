-- Step 1 of the refresh job. Moves the invalidation threshold up to the newest bucket that ends
-- before p_settled; true if it moved. Waits for the open writers. Where the clock was ahead and
-- went back, threshold and watermark both follow it, between two steps of the job: what lies beyond
-- them is read from the readings again.
CREATE OR REPLACE FUNCTION tsd.move_invalidation_threshold(p_settled timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_threshold timestamptz := (SELECT max(invalidation_threshold) FROM tsd.rollup_watermark);
BEGIN
  IF v_threshold > p_settled - interval '15 minutes'
     AND v_threshold < p_settled + interval '1 hour' THEN
    RETURN false;
  END IF;
  IF v_threshold > p_settled AND NOT tsd.begin_refresh() THEN
    RETURN false;
  END IF;
  PERFORM pg_advisory_xact_lock(1752132708, 2);
  UPDATE tsd.rollup_watermark
  SET invalidation_threshold = tsd.floor_time(width, p_settled),
      watermark = least(watermark, tsd.floor_time(width, p_settled))
  WHERE invalidation_threshold < tsd.floor_time(width, p_settled)
     OR invalidation_threshold > p_settled + interval '1 hour';
  RETURN true;
END $$;
