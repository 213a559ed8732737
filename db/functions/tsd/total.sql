-- A sum from its terms below 1e290 and 2^-64 of those above: PostgreSQL raises an error where a sum
-- overflows.
CREATE OR REPLACE FUNCTION tsd.total(
  p_small double precision, p_large_scaled double precision
) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE
    WHEN p_large_scaled IS NULL THEN p_small
    WHEN abs(p_large_scaled) > 1.7976931348623157e308 * 5.421010862427522e-20 THEN
      CASE WHEN p_large_scaled = 'NaN' THEN 'NaN'
           ELSE sign(p_large_scaled) * double precision 'Infinity' END
    WHEN abs(p_large_scaled) > 9.7e288 THEN p_large_scaled * 18446744073709551616
    ELSE p_large_scaled * 18446744073709551616 + coalesce(p_small, 0)
  END;

GRANT EXECUTE ON FUNCTION tsd.total TO iot_api;
