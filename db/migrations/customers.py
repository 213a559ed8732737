"""Makes the policies what db/customers.py says, at each migration: a new table is hidden from
customers until somebody has said otherwise, and what was changed there is changed.

They are for the role that a customer's transactions are run as, which may what `app` may: its
privileges are made the same here. For `app` itself there is nothing to plan or to ask.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from db.connections.tenants import CUSTOMER_ROLE
from db.customers import HIDDEN, READABLE, VISIBLE_TO_CUSTOMERS, Visibility

_FIND = b"""
SELECT c.relname, coalesce(jsonb_object_agg(p.polname, obj_description(p.oid))
  FILTER (WHERE p.polname LIKE 'customer%'), '{}')
FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relnamespace = 'platform'::regnamespace
GROUP BY c.relname HAVING bool_or(p.polname = 'tenant') ORDER BY c.relname
"""

# What one of the two roles may and the other may not, with the owner, who alone changes it.
DIFFERENCES = b"""
WITH privilege AS (
  SELECT c.relowner AS owner, 'TABLE ' || c.oid::regclass AS object, a.privilege_type AS what,
    a.grantee::regrole::text AS role
  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
  UNION ALL
  SELECT c.relowner, 'TABLE ' || c.oid::regclass, format('%s (%I)', a.privilege_type, t.attname),
    a.grantee::regrole::text
  FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid
  CROSS JOIN LATERAL aclexplode(t.attacl) a
  UNION ALL
  SELECT p.proowner, 'ROUTINE ' || p.oid::regprocedure, a.privilege_type, a.grantee::regrole::text
  FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) a
)
SELECT owner::regrole::text, object, what, bool_or(role = 'app')
FROM privilege WHERE role IN ('app', 'app_customer')
GROUP BY owner, object, what HAVING count(DISTINCT role) = 1
"""


def policies_of(visibility: Visibility) -> dict[str, str]:
    """By name: what follows `CREATE POLICY name ON table`."""
    if visibility is READABLE:
        return {
            "customer_insert": f"AS RESTRICTIVE FOR INSERT TO {CUSTOMER_ROLE} WITH CHECK (false)",
            # Whoever refers to a row locks it: that is no change of it.
            "customer_update": f"AS RESTRICTIVE FOR UPDATE TO {CUSTOMER_ROLE} "
            "USING (true) WITH CHECK (false)",
            "customer_delete": f"AS RESTRICTIVE FOR DELETE TO {CUSTOMER_ROLE} USING (false)",
        }
    condition = "false" if visibility is HIDDEN else visibility
    return {"customer": f"AS RESTRICTIVE TO {CUSTOMER_ROLE} USING ({condition})"}


def settle_customers(owner: psycopg.Connection) -> None:
    """As iot_owner, after the functions that policies call are made."""
    for table, found in owner.execute(_FIND).fetchall():
        wanted = policies_of(VISIBLE_TO_CUSTOMERS.get(table, HIDDEN))
        if found != wanted:
            _make(owner, table, found, wanted)
    for of, object_, what, is_lacking in owner.execute(DIFFERENCES).fetchall():
        verb, preposition = ("GRANT", "TO") if is_lacking else ("REVOKE", "FROM")
        owner.execute(f"SET LOCAL ROLE {of}".encode())
        owner.execute(f"{verb} {what} ON {object_} {preposition} {CUSTOMER_ROLE}".encode())
        owner.execute(b"SET LOCAL ROLE NONE")


def _make(
    owner: psycopg.Connection, table: str, old: Mapping[str, str], new: Mapping[str, str]
) -> None:
    """What a policy was made of is kept as its comment: PostgreSQL writes it otherwise."""
    for name in old:
        owner.execute(f"DROP POLICY {name} ON platform.{table}".encode())
    for name, text in new.items():
        owner.execute(f"CREATE POLICY {name} ON platform.{table} {text}".encode())
        comment = "'" + text.replace("'", "''") + "'"
        owner.execute(f"COMMENT ON POLICY {name} ON platform.{table} IS {comment}".encode())
