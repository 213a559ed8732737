-- Bytes and rows of a hypertable or continuous aggregate, as the extension knows them; its
-- functions are where it was installed.
CREATE OR REPLACE FUNCTION tsd.size_of(
  p_hypertable regclass, OUT bytes bigint, OUT number bigint
) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_schema regnamespace := (SELECT extnamespace FROM pg_extension WHERE extname = 'timescaledb');
BEGIN
  EXECUTE format('SELECT %1$s.hypertable_size($1), %1$s.approximate_row_count($1)', v_schema)
  INTO bytes, number USING p_hypertable;
END $$;
