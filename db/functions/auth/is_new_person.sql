-- Whether this person's account was made in this very transaction: whoever registers makes both.
CREATE OR REPLACE FUNCTION auth.is_new_person(p_user_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM platform.user_account u
                 WHERE u.id = p_user_id AND u.created_at = now())
$$;

GRANT EXECUTE ON FUNCTION auth.is_new_person TO app;
