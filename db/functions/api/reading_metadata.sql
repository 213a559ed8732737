CREATE OR REPLACE VIEW api.reading_metadata WITH (security_barrier) AS
  SELECT org_id, sensor_id, ts, metadata
  FROM tsd.reading_metadata WHERE org_id = (SELECT api.org()) AND (
    (SELECT api.customer()) IS NULL OR api.org_showing(ARRAY[sensor_id]) IS NOT NULL);

GRANT SELECT ON api.reading_metadata TO app;
