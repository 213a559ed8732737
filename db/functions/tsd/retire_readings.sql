-- Declares the readings before p_day gone; false while rollups of that time are not finished. From
-- then on its rollups stand alone and its partitions may be dropped: no query reads them and no
-- repair looks for them.
CREATE OR REPLACE FUNCTION tsd.retire_readings(p_day date) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_from timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
BEGIN
  PERFORM pg_advisory_xact_lock(1752132708, 2);
  PERFORM pg_advisory_xact_lock(1752132708, 3);
  IF EXISTS (SELECT FROM tsd.rollup_watermark WHERE watermark < v_from)
     OR EXISTS (SELECT FROM tsd.invalidation WHERE first_at < v_from) THEN
    RETURN false;
  END IF;
  UPDATE tsd.retention_mark SET raw_from = v_from WHERE raw_from < v_from;
  RETURN true;
END $$;
