-- For what is done for every tenant in turn: which there are, in the order of their ids, a page at a
-- time.
CREATE OR REPLACE FUNCTION auth.organizations_after(p_after uuid, p_at_most integer)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT id FROM platform.organization
  WHERE id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
  ORDER BY id LIMIT p_at_most
$$;

GRANT EXECUTE ON FUNCTION auth.organizations_after TO iot_owner;
