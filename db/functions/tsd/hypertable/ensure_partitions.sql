-- Chunks make themselves.
CREATE OR REPLACE FUNCTION tsd.ensure_partitions(p_days date[]) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 0';

GRANT EXECUTE ON FUNCTION tsd.ensure_partitions TO iot_ingest;
