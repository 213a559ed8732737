-- The transaction's tenant. Unset means none, and no tenant means no rows. Policies, defaults of
-- columns and everything in schema `api` ask this.
CREATE OR REPLACE FUNCTION api.org() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.org_id', true), '')::uuid;

GRANT EXECUTE ON FUNCTION api.org TO PUBLIC;
