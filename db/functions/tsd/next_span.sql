-- What of the settled time is materialised next: at most p_longest of it, days without readings
-- passed over at once.
CREATE OR REPLACE FUNCTION tsd.next_span(
  p_longest interval, OUT span_from timestamptz, OUT span_to timestamptz
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_threshold timestamptz;
  v_day date;
BEGIN
  SELECT watermark, invalidation_threshold INTO span_from, v_threshold
  FROM tsd.rollup_watermark WHERE tier = '15M';
  SELECT min(day) INTO v_day FROM tsd.partition
  WHERE day >= (span_from AT TIME ZONE 'UTC')::date AND NOT is_leaving;
  span_from := CASE
    WHEN v_day IS NULL THEN v_threshold
    ELSE least(v_threshold, greatest(span_from, v_day::timestamp AT TIME ZONE 'UTC')) END;
  span_to := least(v_threshold, tsd.floor_time('15 minutes', span_from + p_longest));
END $$;
