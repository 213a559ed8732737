-- A code of this step was right. Whether neither it nor a later one was used before.
CREATE OR REPLACE FUNCTION auth.use_second_factor(p_user_id uuid, p_step bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.second_factor SET last_step = p_step
  WHERE user_id = p_user_id AND confirmed_at IS NOT NULL AND last_step < p_step;
  RETURN FOUND;
END $$;

GRANT EXECUTE ON FUNCTION auth.use_second_factor TO app;
