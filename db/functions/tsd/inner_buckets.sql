-- The whole buckets of p_width within one stretch of time.
CREATE OR REPLACE FUNCTION tsd.inner_buckets(
  p_from timestamptz, p_to timestamptz, p_width interval
) RETURNS tstzmultirange
LANGUAGE sql IMMUTABLE RETURN tstzmultirange(tstzrange(
  least(date_bin(p_width, p_from - interval '1 microsecond', '2000-01-03Z') + p_width,
        date_bin(p_width, p_to, '2000-01-03Z')),
  date_bin(p_width, p_to, '2000-01-03Z')));

GRANT EXECUTE ON FUNCTION tsd.inner_buckets TO iot_api;
