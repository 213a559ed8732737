-- The days that have a partition; `name` is its table in tsd_chunks, which ends with its day. Who asks
-- for a day may have it compared before the join: of whatever else is in pg_class it is null then.
CREATE OR REPLACE VIEW tsd.partition AS
  SELECT CASE WHEN c.relname ~ '^reading_[0-9]{8}$'
      THEN to_date(right(c.relname, 8), 'YYYYMMDD') END AS day,
    c.oid::regclass AS name, c.oid, i.inhdetachpending AS is_leaving
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'tsd.reading'::regclass;

GRANT SELECT ON tsd.partition TO iot_auth;
