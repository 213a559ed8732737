-- PostgreSQL computes the three in one pass, for they differ in the last step alone.
CREATE OR REPLACE FUNCTION tsd.integral_of(p_run tsd.run) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (p_run).integral;

CREATE OR REPLACE FUNCTION tsd.sum_of_differences_of(p_run tsd.run) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ((p_run).moments)[2];

CREATE OR REPLACE FUNCTION tsd.m2_of(p_run tsd.run) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ((p_run).moments)[3];

-- Of first_at, last_at, count, first, last, sum_of_differences, m2, and the largest number.
CREATE OR REPLACE AGGREGATE tsd.run_integral(
  timestamptz, timestamptz, bigint, float8, float8, float8, float8, float8
) (SFUNC = tsd.extend_run, STYPE = tsd.run, FINALFUNC = tsd.integral_of);

CREATE OR REPLACE AGGREGATE tsd.run_sum_of_differences(
  timestamptz, timestamptz, bigint, float8, float8, float8, float8, float8
) (SFUNC = tsd.extend_run, STYPE = tsd.run, FINALFUNC = tsd.sum_of_differences_of);

CREATE OR REPLACE AGGREGATE tsd.run_m2(
  timestamptz, timestamptz, bigint, float8, float8, float8, float8, float8
) (SFUNC = tsd.extend_run, STYPE = tsd.run, FINALFUNC = tsd.m2_of);

GRANT EXECUTE ON FUNCTION tsd.run_integral, tsd.run_sum_of_differences, tsd.run_m2 TO iot_api;
