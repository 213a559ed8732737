-- The customer whose transaction it is; null where it is the organization's own.
CREATE OR REPLACE FUNCTION api.customer() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.customer_id', true), '')::uuid;

GRANT EXECUTE ON FUNCTION api.customer TO PUBLIC;
