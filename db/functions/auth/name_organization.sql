-- A new organization is called in addresses by its name, or with a number after it where another is
-- called so.
CREATE OR REPLACE FUNCTION auth.name_organization() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_name text := trim(BOTH '-' FROM left(
    regexp_replace(lower(NEW.name), '[^a-z0-9]+', '-', 'g'), 40));
  v_number integer := 1;
BEGIN
  IF NEW.slug IS NOT NULL THEN
    RETURN NEW;
  END IF;
  v_name := coalesce(nullif(v_name, ''), 'organization');
  -- Of two that are made at once, the second sees the first.
  PERFORM pg_advisory_xact_lock(hashtext('organization slugs ' || v_name));
  NEW.slug := v_name;
  WHILE EXISTS (SELECT FROM platform.organization o WHERE o.slug = NEW.slug) LOOP
    -- Thousands that are called the same: further apart each time.
    NEW.slug := v_name || '-' || (v_number + floor(random() * v_number))::integer + 1;
    v_number := v_number * 2;
  END LOOP;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER name_organization BEFORE INSERT ON platform.organization
  FOR EACH ROW EXECUTE FUNCTION auth.name_organization();
