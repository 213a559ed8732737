-- The days that have a partition; `name` is its table in tsd_chunks, which ends with its day.
-- PostgreSQL may compute the day before it joins, of every relation that there is: those that don't
-- end so must have none, and not be an error.
CREATE OR REPLACE VIEW tsd.partition AS
  SELECT to_date(substring(c.relname FROM '[0-9]{8}$'), 'YYYYMMDD') AS day,
    c.oid::regclass AS name, c.oid,
    i.inhdetachpending AS is_leaving
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'tsd.reading'::regclass;

GRANT SELECT ON tsd.partition TO iot_auth;
