-- Makes an owner, of an organization that this very transaction has made, of a person whose
-- password hash is the proof. So many organizations a person may own.
CREATE OR REPLACE FUNCTION auth.own_organization(
  p_org_id uuid, p_user_id uuid, p_password_hash text
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM platform.user_account u
  WHERE u.id = p_user_id AND u.password_hash = p_password_hash FOR UPDATE;
  IF NOT FOUND OR (SELECT count(*) FROM platform.membership m
                   WHERE m.user_id = p_user_id AND m.role = 'OWNER') >= 20 THEN
    RETURN false;
  END IF;
  INSERT INTO platform.membership (org_id, user_id, role)
  SELECT o.id, p_user_id, 'OWNER' FROM platform.organization o
  WHERE o.id = p_org_id AND o.created_at = now();
  RETURN FOUND;
END $$;

GRANT EXECUTE ON FUNCTION auth.own_organization TO app;
