-- An account is seen by those who share an organization with it. So that nobody brings it into
-- theirs to see it, the service makes members of those alone whom it has just made accounts for.
CREATE OR REPLACE FUNCTION platform.guard_membership() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT auth.is_new_person(NEW.user_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'this person has not asked to be a member';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER guard_new_membership AFTER INSERT ON platform.membership
  FOR EACH ROW WHEN (current_user IN ('app', 'app_customer'))
  EXECUTE FUNCTION platform.guard_membership();

CREATE OR REPLACE TRIGGER guard_changed_membership
  AFTER UPDATE OF org_id, user_id ON platform.membership
  FOR EACH ROW WHEN (current_user IN ('app', 'app_customer')
    AND (OLD.org_id, OLD.user_id) IS DISTINCT FROM (NEW.org_id, NEW.user_id))
  EXECUTE FUNCTION platform.guard_membership();
