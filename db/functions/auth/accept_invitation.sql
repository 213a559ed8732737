-- Makes a member of the person whose address was invited, where the invitation is still open. Of
-- two who accept at once the second waits, and finds that it isn't. `p_password_hash` is the proof
-- that it was the person. Whoever read the letter has the address.
CREATE OR REPLACE FUNCTION auth.accept_invitation(
  p_hash bytea, p_user_id uuid, p_password_hash text
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_invitation platform.invitation;
BEGIN
  SELECT * INTO v_invitation FROM platform.invitation i
  WHERE i.token_hash = p_hash AND i.ended_at IS NULL AND i.expires_at > now()
    AND EXISTS (SELECT FROM platform.user_account u
                WHERE u.id = p_user_id AND u.password_hash = p_password_hash
                  AND lower(u.email) = lower(i.email))
  FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE platform.invitation SET ended_at = now(), accepted_by = p_user_id
  WHERE token_hash = p_hash;
  INSERT INTO platform.membership (org_id, user_id, role, customer_id)
  VALUES (v_invitation.org_id, p_user_id, v_invitation.role, v_invitation.customer_id)
  ON CONFLICT (org_id, user_id) DO NOTHING;
  UPDATE platform.user_account SET email_verified_at = coalesce(email_verified_at, now())
  WHERE id = p_user_id;
  RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION auth.accept_invitation TO app;
