-- What a person's codes are computed of, and how many recovery codes are left.
CREATE OR REPLACE FUNCTION auth.find_second_factor(
  p_user_id uuid, OUT encrypted_secret bytea, OUT created_at timestamptz,
  OUT confirmed_at timestamptz, OUT recovery_codes bigint
) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT f.encrypted_secret, f.created_at, f.confirmed_at,
    (SELECT count(*) FROM platform.recovery_code c WHERE c.user_id = f.user_id)
  FROM platform.second_factor f WHERE f.user_id = p_user_id
$$;

GRANT EXECUTE ON FUNCTION auth.find_second_factor TO app;
