-- Somebody has read what was sent to the address that the account has.
CREATE OR REPLACE FUNCTION auth.verify_email(p_user_id uuid, p_email text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  UPDATE platform.user_account SET email_verified_at = now()
  WHERE id = p_user_id AND email = p_email AND email_verified_at IS NULL
$$;

GRANT EXECUTE ON FUNCTION auth.verify_email TO app;
