-- From where the intervals between p_bounds are answered: each time from the coarsest tier whose
-- bucket lies whole within one interval, is materialised and is not stale; the rest from the
-- readings. Minutes exist in dense quarters only.
CREATE OR REPLACE FUNCTION tsd.rollup_plan(
  p_bounds timestamptz[], p_stale tstzmultirange, p_step interval,
  OUT days tstzmultirange, OUT hours tstzmultirange, OUT quarters tstzmultirange,
  OUT minutes tstzmultirange, OUT readings tstzmultirange
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_raw_from timestamptz := (SELECT raw_from FROM tsd.retention_mark);
  v_stale tstzmultirange := p_stale * tstzmultirange(tstzrange(v_raw_from, NULL));
  v_to_days tstzmultirange;
  v_to_hours tstzmultirange;
  v_to_quarters tstzmultirange;
  v_longest interval;
BEGIN
  SELECT tstzmultirange(tstzrange(NULL, max(watermark) FILTER (WHERE tier = '1D'))),
    tstzmultirange(tstzrange(NULL, max(watermark) FILTER (WHERE tier = '1H'))),
    tstzmultirange(tstzrange(NULL, max(watermark) FILTER (WHERE tier = '15M')))
  INTO v_to_days, v_to_hours, v_to_quarters FROM tsd.rollup_watermark;
  v_longest := coalesce(p_step, (
    SELECT max(end_at - start_at)
    FROM (SELECT edge AS start_at, lead(edge) OVER (ORDER BY n) AS end_at
          FROM unnest(p_bounds) WITH ORDINALITY bound (edge, n)) neighbours));
  readings := tstzmultirange(tstzrange(p_bounds[1], p_bounds[cardinality(p_bounds)]));
  days := '{}';
  hours := '{}';
  quarters := '{}';
  IF v_longest >= interval '1 day' THEN
    days := tsd.whole_buckets(p_bounds, '1 day', p_step) * v_to_days
      - tsd.widen(v_stale, '1 day');
    readings := readings - days;
  END IF;
  IF v_longest >= interval '1 hour' AND readings <> '{}' THEN
    hours := tsd.whole_buckets(p_bounds, '1 hour', p_step) * v_to_hours * readings
      - tsd.widen(v_stale, '1 hour');
    readings := readings - hours;
  END IF;
  IF v_longest >= interval '15 minutes' AND readings <> '{}' THEN
    quarters := tsd.whole_buckets(p_bounds, '15 minutes', p_step) * v_to_quarters * readings
      - v_stale;
    readings := readings - quarters;
  END IF;
  -- What is left at the edges of a long range is read faster from the readings than minutes are
  -- looked for.
  minutes := '{}';
  IF (SELECT sum(upper(run) - lower(run)) FROM unnest(readings * v_to_quarters) run)
     > interval '30 minutes' THEN
    minutes := tsd.whole_buckets(p_bounds, '1 minute', p_step) * v_to_quarters * readings
      - v_stale;
  END IF;
  readings := readings * tstzmultirange(tstzrange(v_raw_from, NULL));
END $$;

GRANT EXECUTE ON FUNCTION tsd.rollup_plan TO iot_api;
