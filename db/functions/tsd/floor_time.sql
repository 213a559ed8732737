-- Where the bucket of p_width begins that a time lies in. Buckets are counted from a Monday.
CREATE OR REPLACE FUNCTION tsd.floor_time(p_width interval, p_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN date_bin(p_width, p_at, timestamptz '2000-01-03Z');

GRANT EXECUTE ON FUNCTION tsd.floor_time TO iot_api;
