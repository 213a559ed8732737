"""What a migration is written with: SQL of several statements, and tables behind the tenant wall."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from alembic import op

# Privileges that go together.
READ = "SELECT"
READ_AND_ADD = "SELECT, INSERT"
ALL_BUT_DELETE = "SELECT, INSERT, UPDATE"
ALL = "SELECT, INSERT, UPDATE, DELETE"


def connection() -> psycopg.Connection:
    """The migrations' own connection, inside their transaction."""
    found = op.get_bind().connection.driver_connection
    assert isinstance(found, psycopg.Connection)  # noqa: S101 - run.py opens no other
    return found


def run_sql(script: str) -> None:
    """Run every statement of it. Alembic's own op.execute sends one prepared statement at a time."""
    connection().execute(script.encode())


def tenant_table(
    name: str,
    columns: str,
    *,
    key: str = "id",
    grants: Mapping[str, str],
    is_top: bool = False,
    storage: str = "",
) -> None:
    """Create a table of `platform` whose rows belong to tenants.

    It has the column org_id, the key (org_id, `key`), the policy by which everybody sees the rows of
    their own tenant alone, its owner included, and `grants`: privileges by role. `is_top`: org_id
    refers to the organization; where a row hangs on another one, the key of that is enough. `columns`
    holds the table's constraints too, `storage` what follows its parenthesis.
    """
    organization = " REFERENCES platform.organization" if is_top else ""
    run_sql(
        f"CREATE TABLE platform.{name} (org_id uuid NOT NULL DEFAULT api.org(){organization},"
        f"{columns.rstrip().rstrip(',')}, PRIMARY KEY (org_id, {key})) {storage}"
    )
    tenant_policy(f"platform.{name}", is_forced=True)
    grant(f"platform.{name}", grants)


def tenant_policy(table: str, *, is_forced: bool, column: str = "org_id") -> None:
    """Show and take rows of the transaction's tenant alone. `is_forced`: in front of the owner, too."""
    forced = ", FORCE ROW LEVEL SECURITY" if is_forced else ""
    run_sql(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY{forced};"
        f"CREATE POLICY tenant ON {table} USING ({column} = (SELECT api.org())) "
        f"WITH CHECK ({column} = (SELECT api.org()))"
    )


def grant(table: str, grants: Mapping[str, str]) -> None:
    """Privileges on the table by role; `UPDATE (name)` is of a column."""
    for role, privileges in grants.items():
        run_sql(f"GRANT {privileges} ON {table} TO {role}")
