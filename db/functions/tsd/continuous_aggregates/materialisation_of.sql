-- What TimescaleDB keeps a continuous aggregate's buckets in. Its names are its own, and stay.
CREATE OR REPLACE FUNCTION tsd.materialisation_of(p_tier text) RETURNS regclass
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_regclass(format(
    '%I.%I', materialization_hypertable_schema, materialization_hypertable_name))
  FROM timescaledb_information.continuous_aggregates
  WHERE view_schema = 'tsd' AND view_name = p_tier
$$;
