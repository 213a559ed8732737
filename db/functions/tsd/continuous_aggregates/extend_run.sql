-- What readings or buckets that follow one another add up to, by an aggregate that is given them in
-- time's order: a continuous aggregate has no subquery and no window. The rows that follow one
-- another are tsd.run: `first` is the first value of all, `integral` the step curve between them,
-- each one's last value held until the next begins; moments are PostgreSQL's own, of differences
-- from `first`. The expressions are tsd.partials_of_partials', as far as one may write them here.
-- One expression a row: assigned step by step it takes 2.4 times as long.
CREATE OR REPLACE FUNCTION tsd.extend_run(
  p_run tsd.run, p_first_at timestamptz, p_last_at timestamptz, p_count bigint,
  p_first double precision, p_last double precision, p_sum_of_differences double precision,
  p_m2 double precision, p_largest double precision
) RETURNS tsd.run
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_run.last_at IS NULL THEN
    RETURN (p_last_at, p_last, 0, p_first,
      CASE WHEN p_count > 0 AND p_largest <= 1e140
        THEN ARRAY[p_count, p_sum_of_differences, p_m2] ELSE '{0,0,0}' END)::tsd.run;
  END IF;
  RETURN (p_last_at, p_last,
    p_run.integral + coalesce(tsd.area(p_run.last, p_first_at - p_run.last_at), 0), p_run.first,
    CASE WHEN p_count > 0 AND p_largest <= 1e140 AND abs(p_run.first) <= 1e140
      THEN float8_combine(p_run.moments,
        ARRAY[p_count, p_count * (p_first - p_run.first) + p_sum_of_differences, p_m2])
      ELSE p_run.moments END)::tsd.run;
END $$;
