-- PostgreSQL's own state {N, Sx, Sxx} (Youngs-Cramer), of differences from the first value: near
-- 1e9 a sum of squares gives a deviation of 38.2 for 0.7071, and sums of the values themselves
-- leave 9 digits of it after 30 days.
CREATE OR REPLACE AGGREGATE tsd.moments(double precision) (
  SFUNC = float8_accum, STYPE = float8[], INITCOND = '{0,0,0}', COMBINEFUNC = float8_combine,
  PARALLEL = SAFE);

CREATE OR REPLACE AGGREGATE tsd.merge_moments(float8[]) (
  SFUNC = float8_combine, STYPE = float8[], INITCOND = '{0,0,0}', COMBINEFUNC = float8_combine,
  PARALLEL = SAFE);

GRANT EXECUTE ON FUNCTION tsd.moments, tsd.merge_moments TO iot_api;
