-- Whatever the service does, an organization keeps an owner. Who ceases to be one waits for whoever
-- else does at the same moment, by the organization's row, and then sees what they have done.
CREATE OR REPLACE FUNCTION platform.keep_an_owner() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM platform.organization o WHERE o.id = OLD.org_id FOR UPDATE;
  IF NOT EXISTS (SELECT FROM platform.membership m
                 WHERE m.org_id = OLD.org_id AND m.role = 'OWNER' AND m.user_id <> OLD.user_id) THEN
    RAISE SQLSTATE 'HF002' USING MESSAGE = 'an organization keeps an owner';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE TRIGGER keep_an_owner BEFORE DELETE ON platform.membership
  FOR EACH ROW WHEN (current_user IN ('app', 'app_customer') AND OLD.role = 'OWNER')
  EXECUTE FUNCTION platform.keep_an_owner();

CREATE OR REPLACE TRIGGER keep_an_owner_of_changed BEFORE UPDATE OF role ON platform.membership
  FOR EACH ROW WHEN (current_user IN ('app', 'app_customer')
    AND OLD.role = 'OWNER' AND NEW.role <> 'OWNER')
  EXECUTE FUNCTION platform.keep_an_owner();
