-- A device tells when its certificate expires: of those that are neither revoked nor replaced the
-- one that ends first, since a renewed one that was never used may not have arrived.
CREATE OR REPLACE FUNCTION platform.certificate_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE platform.device d SET certificate_expires_at = (
    SELECT min(c.not_after) FROM platform.certificate c
    WHERE c.org_id = d.org_id AND c.device_id = d.id
      AND c.revoked_at IS NULL AND c.superseded_at IS NULL)
  WHERE d.org_id = NEW.org_id AND d.id = NEW.device_id;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER certificate_changed
  AFTER INSERT OR UPDATE OF revoked_at, superseded_at, not_after ON platform.certificate
  FOR EACH ROW EXECUTE FUNCTION platform.certificate_changed();
