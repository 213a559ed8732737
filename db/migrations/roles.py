"""The database's roles and schemas, made once by a superuser; everything else is a migration run by iot_owner.

| role       | may                                                                                              |
|------------|--------------------------------------------------------------------------------------------------|
| iot_owner  | owns the tables, runs migrations and maintenance                                                 |
| iot_api    | owns schema `api` and no table, so that the policies beneath its functions are in force          |
| iot_auth   | bypasses the policies; owns schema `auth`: exact look-ups of what is found before a tenant is known |
| iot_ingest | bypasses the policies; writes readings and moves jobs: the pipeline's and the relay's alone      |
| app        | the service: `platform` under policies, `api` and `auth` by call                                 |
| app_customer | `app` in a transaction of a customer: the same, under further policies |
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.connections.tenants import CUSTOMER_ROLE
from db.migrations.timescale import Wish, prepare_extension

ROLES = {
    "iot_owner": "LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS",
    "iot_api": "NOLOGIN NOSUPERUSER NOBYPASSRLS",
    "iot_auth": "NOLOGIN NOSUPERUSER BYPASSRLS",
    "iot_ingest": "LOGIN NOSUPERUSER BYPASSRLS",
    # NOINHERIT: the policies for app_customer are in force where it has become that role, and
    # nowhere else.
    "app": "LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS",
    CUSTOMER_ROLE: "NOLOGIN NOSUPERUSER NOBYPASSRLS",
}

# Of one session: for sorting what a question over a year reads, and no more.
TEMP_FILE_LIMIT = "4GB"

SCHEMAS = """
CREATE SCHEMA IF NOT EXISTS platform AUTHORIZATION iot_owner;
CREATE SCHEMA IF NOT EXISTS tsd AUTHORIZATION iot_owner;
CREATE SCHEMA IF NOT EXISTS tsd_chunks AUTHORIZATION iot_owner;
CREATE SCHEMA IF NOT EXISTS api AUTHORIZATION iot_api;
CREATE SCHEMA IF NOT EXISTS auth AUTHORIZATION iot_auth;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA platform TO app, app_customer, iot_ingest, iot_api, iot_auth;
GRANT USAGE ON SCHEMA tsd TO iot_ingest, iot_api;
GRANT USAGE ON SCHEMA api TO app, app_customer, iot_ingest, iot_owner;
GRANT USAGE ON SCHEMA auth TO app, app_customer, iot_ingest, iot_owner;
"""


@dataclass(frozen=True)
class Login:
    """A role that signs in: where, and with which password."""

    url: str

    @property
    def role(self) -> str:
        return str(conninfo_to_dict(self.url)["user"])

    @property
    def password(self) -> str | None:
        password = conninfo_to_dict(self.url).get("password")
        return None if password is None else str(password)

    @property
    def database(self) -> str:
        return str(conninfo_to_dict(self.url)["dbname"])


def prepare_database(admin_url: str, logins: list[Login], timeseries: Wish = Wish.AUTO) -> None:
    """Create the database, its roles and schemas where they are missing. Safe to repeat, and by several at once.

    The passwords in `logins` become the roles' passwords; they are hashed here (SCRAM), so that none of them
    can end up in the server's log.
    """
    database = logins[0].database
    with psycopg.connect(admin_url, autocommit=True) as connection:
        # Roles are the cluster's: two who change one at the same time would fail. Given back with the connection.
        connection.execute("SELECT pg_advisory_lock(hashtext('holdfast.prepare_database'))")
        for role, attributes in ROLES.items():
            _ensure_role(connection, role, attributes)
        # SET ROLE lets migrations create what iot_api and iot_auth own; NOINHERIT keeps their rights out of
        # everything else that the owner does.
        connection.execute("GRANT iot_api, iot_auth TO iot_owner")
        connection.execute(f"GRANT {CUSTOMER_ROLE} TO app")
        for login in logins:
            _set_password(connection, login)
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if not exists:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER iot_owner").format(sql.Identifier(database))
            )
    with psycopg.connect(make_conninfo(admin_url, dbname=database), autocommit=True) as connection:
        _close_database(connection, database)
        connection.execute(sql.SQL(SCHEMAS))
        prepare_extension(connection, timeseries)


def _close_database(connection: psycopg.Connection, database: str) -> None:
    """Leave it to our own roles, and none of those that serve with a disk to fill by one query."""
    name = sql.Identifier(database)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO iot_owner, iot_ingest, app").format(name)
    )
    for role in ("app", "iot_ingest"):
        connection.execute(
            sql.SQL("ALTER ROLE {} IN DATABASE {} SET temp_file_limit = {}").format(
                sql.Identifier(role), name, sql.Literal(TEMP_FILE_LIMIT)
            )
        )


def _ensure_role(connection: psycopg.Connection, role: str, attributes: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = "ALTER" if exists else "CREATE"
    connection.execute(sql.SQL(f"{verb} ROLE {{}} {attributes}").format(sql.Identifier(role)))


def _set_password(connection: psycopg.Connection, login: Login) -> None:
    if login.password is None:
        return
    verifier = connection.pgconn.encrypt_password(
        login.password.encode(), login.role.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(login.role), sql.Literal(verifier.decode())
        )
    )
