-- Which backend keeps the readings: what the catalogue shows, so that it can't say anything else.
-- See db/readings/backend.py.
CREATE OR REPLACE FUNCTION tsd.backend() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN (SELECT relkind FROM pg_class WHERE oid = 'tsd.reading'::regclass) = 'p' THEN 'plain'
    WHEN to_regclass('tsd.rollup_1d') IN (SELECT oid FROM pg_class WHERE relkind = 'v')
      THEN 'timescale'
    ELSE 'hypertable'
  END
$$;
