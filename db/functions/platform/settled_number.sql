-- Every transaction with a lower number has ended: of what it wrote, all is seen or nothing ever
-- will be.
CREATE OR REPLACE FUNCTION platform.settled_number() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
RETURN (SELECT number_offset FROM platform.cluster)
  + pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

GRANT EXECUTE ON FUNCTION platform.settled_number TO app, iot_ingest;
