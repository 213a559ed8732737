-- Until this transaction ends: whoever changes what many devices are bound to has an organization's
-- configuration alone, and whoever changes single devices shares it with others who do. Without
-- this a device that just now joins a group, and a binding of the group that just now comes, would
-- not see one another.
CREATE OR REPLACE FUNCTION platform.lock_config(p_org uuid, p_is_shared boolean) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF p_is_shared THEN
    PERFORM pg_advisory_xact_lock_shared(hashtext('config'), hashtext(p_org::text));
  ELSE
    PERFORM pg_advisory_xact_lock(hashtext('config'), hashtext(p_org::text));
  END IF;
END $$;

GRANT EXECUTE ON FUNCTION platform.lock_config TO app;
