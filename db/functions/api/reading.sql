CREATE OR REPLACE VIEW api.reading WITH (security_barrier) AS
  SELECT org_id, sensor_id, ts, value_double, value_bigint, value_bool, value_text
  FROM tsd.reading WHERE org_id = (SELECT api.org()) AND (
    (SELECT api.customer()) IS NULL OR api.org_showing(ARRAY[sensor_id]) IS NOT NULL);

GRANT SELECT ON api.reading TO app;
