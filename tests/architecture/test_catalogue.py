"""The tenant wall, read from the database's own catalogue: a new table without it fails here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from db.connections.pools import UnsafeRole
from db.connections.sessions import open_database
from db.connections.tenants import CUSTOMER_ROLE
from db.migrations.customers import DIFFERENCES
from db.migrations.roles import ROLES
from db.migrations.run import migrate, schema_drift
from db.readings.backend import Backend
from tests.make.database import DatabaseUrls

# Tables of `platform` without org_id. A new one needs a line and a reason.
WITHOUT_A_TENANT = {
    "organization",  # is the tenant: its policy compares its id
    "user_account",  # a person may belong to several; seen through memberships alone
    "account_mail",  # letters to people, who may be members of several or of none; sealed
    "certificate_authority",  # the installation's own, its key encrypted
    "broker_certificate",  # the same
    "signing_key",  # the same: of access tokens
    "second_factor",  # a person's, as user_account; reached by functions alone
    "recovery_code",  # the same
    "broker",  # the installation's own: which of them live
    "recorder",  # the installation's own: which of them live
    "quota",  # the installation's own: how much each organization may have
    "cluster",  # the same: how its transactions are numbered
    "clock",  # the installation's own: when what recurs is due
    "alembic_version",
    "function_file",  # the installation's own: what db/functions made last
}
# Tables of `tsd` that TimescaleDB forbids a policy where it keeps them; tests/db/test_timescale.py attacks their wall.
HYPERTABLES = {"reading"}
# What recorders write, and what the purge takes away.
MEDIA = {
    "camera",
    "camera_lease",
    "dvr_clip_request",
    "dvr_segment",
    "dvr_upload",
    "live_session",
    "media_capture",
    "media_capture_state",
    "media_usage",
    "object_garbage",
    "recorder",
}
SECRET_TABLES = (
    "api_key",
    "user_account",
    "user_session",
    "membership",
    "registration_token",
    "certificate",
    "second_factor",
    "recovery_code",
    "signing_key",
)
TENANT_TABLES = """
    SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
           pg_get_expr(d.adbin, d.adrelid) AS org_default, a.attnotnull
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'platform'::regnamespace AND c.relkind IN ('r', 'p')
"""


@pytest.fixture(scope="module")
def admin(database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.admin, autocommit=True) as connection:
        yield connection


def _rows(connection: psycopg.Connection, query: str, *parameters: Any) -> list[Any]:
    return connection.execute(query.encode(), parameters).fetchall()


def _column(connection: psycopg.Connection, query: str, *parameters: Any) -> list[Any]:
    return [row[0] for row in _rows(connection, query, *parameters)]


def test_every_table_of_platform_has_a_tenant_or_a_reason(admin: psycopg.Connection) -> None:
    tables = _column(
        admin,
        "SELECT relname FROM pg_class WHERE relnamespace = 'platform'::regnamespace AND relkind IN ('r', 'p')",
    )
    tenants = {row[1] for row in _rows(admin, TENANT_TABLES)}
    assert set(tables) - tenants == WITHOUT_A_TENANT
    assert len(tenants) >= 9


def test_row_level_security_is_on_and_forced_on_every_tenant_table(
    admin: psycopg.Connection,
) -> None:
    for _, name, is_enabled, is_forced, org_default, is_required in _rows(admin, TENANT_TABLES):
        assert (name, is_enabled, is_forced, is_required) == (name, True, True, True)
        assert org_default == "api.org()", name
    for name in ("organization", "user_account"):
        assert _rows(
            admin,
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            f"platform.{name}",
        ) == [(True, True)]


def test_every_tenant_table_has_one_policy_for_reading_and_for_writing(
    admin: psycopg.Connection,
) -> None:
    expected = "(org_id = ( SELECT api.org() AS org))"
    for oid, name, *_ in _rows(admin, TENANT_TABLES):
        policies = _rows(
            admin,
            "SELECT polcmd, polpermissive, polroles::oid[], pg_get_expr(polqual, polrelid), "
            "pg_get_expr(polwithcheck, polrelid) FROM pg_policy "
            "WHERE polrelid = %s AND (polpermissive OR polname NOT LIKE 'customer%%')",
            oid,
        )
        # What else there is only takes away: tests/isolation/test_customers.py.
        assert policies == [("*", True, [0], expected, expected)], name


def test_the_readings_tables_are_behind_policies_too(admin: psycopg.Connection) -> None:
    tables = _rows(
        admin,
        "SELECT relname, relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid AND polcmd = '*' "
        "AND polqual IS NOT NULL AND polwithcheck IS NOT NULL) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' "
        "WHERE relnamespace = 'tsd'::regnamespace AND relkind IN ('r', 'p')",
    )
    assert {name for name, *_ in tables} >= {"reading", "reading_metadata", "latest"}
    [backend] = _column(admin, "SELECT tsd.backend()")
    for name, is_enabled, policies in tables:
        has_policy = name not in HYPERTABLES or backend == Backend.PLAIN
        assert (name, is_enabled, policies) == (name, has_policy, int(has_policy))


def test_foreign_keys_between_tenant_tables_carry_the_tenant(admin: psycopg.Connection) -> None:
    """A plain one ignores policies: it lets a tenant point at another's row, and tells whether that exists."""
    tenants = {row[1] for row in _rows(admin, TENANT_TABLES)}
    keys = _rows(
        admin,
        "SELECT conrelid::regclass::text, confrelid::regclass::text, "
        "ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k (n, o) JOIN pg_attribute "
        "ON attrelid = conrelid AND attnum = n ORDER BY o), "
        "ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k (n, o) JOIN pg_attribute "
        "ON attrelid = confrelid AND attnum = n ORDER BY o) "
        "FROM pg_constraint WHERE contype = 'f' AND connamespace = 'platform'::regnamespace",
    )
    between = [key for key in keys if {key[0].split(".")[1], key[1].split(".")[1]} <= tenants]
    assert len(between) >= 7
    for source, target, columns, referenced in between:
        assert "org_id" in columns, f"{source} → {target}"
        assert referenced[columns.index("org_id")] == "org_id", f"{source} → {target}"


def test_definer_functions_fix_their_search_path_and_are_closed_to_the_public(
    admin: psycopg.Connection,
) -> None:
    functions = _rows(
        admin,
        "SELECT p.oid::regprocedure::text, proconfig, EXISTS (SELECT FROM aclexplode(coalesce(proacl, "
        "acldefault('f', proowner))) WHERE grantee = 0) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace "
        "WHERE prosecdef AND nspname !~ '^pg_' AND nspname <> 'information_schema'",
    )
    assert len(functions) >= 9
    for name, settings, is_public in functions:
        assert "search_path=pg_catalog, pg_temp" in (settings or []), name
        assert not is_public, name


def test_views_and_functions_of_the_api_name_the_tenant_themselves(
    admin: psycopg.Connection,
) -> None:
    """Policies beneath them are the second wall: TimescaleDB has none beside its columnstore."""
    views = _rows(
        admin,
        "SELECT relname, pg_get_viewdef(oid) FROM pg_class "
        "WHERE relnamespace = 'api'::regnamespace AND relkind IN ('v', 'm')",
    )
    functions = _rows(
        admin,
        "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND prosecdef",
    )
    assert len(views) >= 2
    assert len(functions) >= 3
    for name, definition in views:
        assert "org_id = ( SELECT api.org()" in definition, name
    for name, source in functions:
        tables = re.findall(
            r"FROM tsd\.(?!retention_mark\b)(?:\w+\b|%I)(?!\()", source
        )  # that one is everybody's
        functions_of_core = re.findall(
            r"(?:FROM|\() ?tsd\.(?:query_groups|merge_partials)\(([\w$]+)", source
        )
        if tables or functions_of_core:
            # Of whoever may see these sensors; null for others.
            assert re.search(r"v_org uuid := api\.org_showing\((ARRAY\[)?p_sensor", source), name
        # What is planned anew each time is given the organization as its first argument.
        given = (
            "$1"
            if source.count("EXECUTE") == len(re.findall(r"USING v_org,", source)) > 0
            else "v_org"
        )
        found = re.findall(rf"org_id = (?:v_org\b|{re.escape(given)}(?!\w))", source)
        assert len(found) >= len(tables), name
        assert set(functions_of_core) <= {"v_org", given}, name


def test_views_of_the_api_are_barriers_and_their_owner_owns_no_table(
    admin: psycopg.Connection,
) -> None:
    views = _rows(
        admin,
        "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'api'::regnamespace AND relkind = 'v'",
    )
    assert views
    for name, options in views:
        assert options == ["security_barrier=true"], name
    assert not _column(
        admin,
        "SELECT relname FROM pg_class WHERE relowner IN ('iot_api'::regrole, 'iot_auth'::regrole) "
        "AND relkind IN ('r', 'p')",
    )


@pytest.mark.parametrize("role", ROLES)
def test_roles_have_the_attributes_that_were_written_down(
    admin: psycopg.Connection, role: str
) -> None:
    words = ROLES[role].split()
    [found] = _rows(
        admin,
        "SELECT rolcanlogin, rolbypassrls, rolsuper, rolcreaterole, rolcreatedb, rolreplication "
        "FROM pg_roles WHERE rolname = %s",
        role,
    )
    assert found == ("LOGIN" in words, "BYPASSRLS" in words, False, False, False, False)


def test_only_the_owner_may_become_a_role_that_may_something_else(
    admin: psycopg.Connection,
) -> None:
    members = _rows(
        admin,
        "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members "
        "WHERE member::regrole::text = ANY (%s)",
        list(ROLES),
    )
    by_owner = {("iot_owner", "iot_api"), ("iot_owner", "iot_auth")}
    assert set(members) == by_owner | {("app", CUSTOMER_ROLE)}
    assert admin.execute(DIFFERENCES).fetchall() == []  # of what the two may
    inherits = _column(admin, "SELECT rolinherit FROM pg_roles WHERE rolname = 'app'")
    assert inherits == [False], "else the policies for customers were everybody's"


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT * FROM tsd.reading",
        "SELECT * FROM tsd.latest",
        "SELECT * FROM tsd_chunks.reading_20260101",
        "INSERT INTO tsd.reading DEFAULT VALUES",
        "SELECT tsd.ensure_partitions(ARRAY['2030-01-01'::date])",
        "CREATE TABLE tsd_chunks.mine (x int)",
        "CREATE TABLE tsd.mine (x int)",
        "CREATE TABLE platform.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE FUNCTION api.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE iot_owner",
        "SET ROLE iot_ingest",
        "SET ROLE iot_auth",
        "SET ROLE iot_api",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER TABLE platform.device DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE platform.device NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON platform.device",
        "TRUNCATE platform.device",
        "INSERT INTO platform.device_health (device_id, recorded_at) VALUES (gen_random_uuid(), now())",
        "DELETE FROM platform.sensor",
        "SELECT tsd.drop_health_partitions('2030-01-01')",
        "INSERT INTO platform.quarantine_entry DEFAULT VALUES",
        "UPDATE platform.certificate_authority SET certificate_pem = 'mine'",
        "DELETE FROM platform.certificate_authority",
        "INSERT INTO platform.certificate_authority (id, certificate_pem, encrypted_key) "
        "VALUES (gen_random_uuid(), 'mine', 'mine')",
        "SELECT * FROM platform.broker_certificate",
        "SELECT * FROM platform.quota",
        "UPDATE platform.usage SET used = 0",
        "SELECT auth.rooms_in('{}', 'sensors', '{}')",
        "SELECT auth.count_of(gen_random_uuid(), 'sensors')",
        "DELETE FROM platform.organization",
        "COPY platform.device TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_authid",
    ],
)
def test_the_service_role_may_not(
    database: DatabaseUrls, admin: psycopg.Connection, attack: str
) -> None:
    admin.execute("SELECT tsd.ensure_partitions(ARRAY['2026-01-01'::date])")
    with psycopg.connect(database.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(attack.encode())


def test_the_database_is_our_own_roles_and_none_of_them_fills_its_disk(
    database: DatabaseUrls, admin: psycopg.Connection
) -> None:
    granted = _rows(
        admin,
        "SELECT coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC'), privilege_type "
        "FROM pg_database, aclexplode(datacl) "
        "WHERE datname = current_database() AND grantee <> datdba",
    )
    assert set(granted) == {("iot_ingest", "CONNECT"), ("app", "CONNECT")}
    for url in (database.app, database.ingest):
        with psycopg.connect(url) as connection:
            assert _column(connection, "SHOW temp_file_limit") != ["-1"]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TEMPORARY TABLE filler (x int)")


def test_the_service_makes_members_of_those_alone_whom_it_has_just_made(
    database: DatabaseUrls, admin: psycopg.Connection
) -> None:
    [(known,)] = _rows(
        admin,
        "INSERT INTO platform.user_account (id, email, name, password_hash, created_at) "
        "VALUES (gen_random_uuid(), gen_random_uuid()::text, '', '', now() - interval '1 day') "
        "RETURNING id",
    )
    [(org_id,)] = _rows(
        admin,
        "INSERT INTO platform.organization (id, name) VALUES (gen_random_uuid(), 'o') RETURNING id",
    )
    with psycopg.connect(database.app) as app:
        app.execute("SELECT set_config('app.org_id', %s, true)", [str(org_id)])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="has not asked"):
            app.execute(
                "INSERT INTO platform.membership (user_id, role) VALUES (%s, 'MEMBER')", [known]
            )


@pytest.mark.parametrize("table", SECRET_TABLES)
def test_the_ingest_role_can_not_read(database: DatabaseUrls, table: str) -> None:
    with (
        psycopg.connect(database.ingest) as ingest,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        ingest.execute(f"SELECT * FROM platform.{table}".encode())


def test_the_ingest_role_writes_nothing_but_what_the_pipeline_and_the_relay_write(
    admin: psycopg.Connection,
) -> None:
    grants = _rows(
        admin,
        "SELECT table_schema || '.' || table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = 'iot_ingest' AND privilege_type NOT IN ('SELECT')",
    )
    assert {row for row in grants if row[1] in ("DELETE", "TRUNCATE", "TRIGGER")} == {
        ("platform.account_mail", "DELETE"),
        ("platform.broker", "DELETE"),
        ("platform.device_connection", "DELETE"),
        *((f"platform.{table}", "DELETE") for table in MEDIA - {"media_usage"}),
        ("platform.command", "DELETE"),
        ("platform.command_run", "DELETE"),
        ("platform.alert_pair", "DELETE"),
        ("platform.alert_transition", "DELETE"),
        ("platform.calculation", "DELETE"),
        ("platform.calculation_input", "DELETE"),
        ("platform.calculation_late", "DELETE"),
        ("platform.device_message", "DELETE"),
        ("platform.job", "DELETE"),
        ("tsd.alert_late", "DELETE"),
        ("tsd.connection_news", "DELETE"),
    }
    assert {table for table, _ in grants} == {
        "platform.annotation",
        "platform.account_mail",
        "platform.audit_seal",
        "platform.broker",
        "platform.device_connection",
        *(f"platform.{table}" for table in MEDIA),
        "platform.command",
        "platform.command_run",
        "platform.device_config",
        "platform.device_config_entry",
        "platform.alert",
        "platform.alert_pair",
        "platform.alert_transition",
        "platform.calculation",
        "platform.calculation_input",
        "platform.calculation_late",
        "platform.device_health",
        "platform.device_lease",
        "platform.device_message",
        "platform.event",
        "platform.alert_outbox",
        "platform.clock",
        "platform.job",
        "platform.quarantine_entry",
        "platform.quarantine_wave",
        "platform.sensor",
        "platform.sensor_word",
        "tsd.alert_late",
        "tsd.connection_news",
        "tsd.latest",
        "tsd.reading",
        "tsd.reading_metadata",
        "tsd.invalidation",
    }


@pytest.mark.parametrize(
    "database", ["plain"], indirect=True
)  # a cluster that nobody else's tests share
@pytest.mark.parametrize(
    "unsafe", ["ALTER ROLE app SUPERUSER", "ALTER ROLE app BYPASSRLS", "GRANT iot_ingest TO app"]
)
async def test_a_service_above_the_policies_refuses_to_start(
    database: DatabaseUrls, admin: psycopg.Connection, unsafe: str
) -> None:
    admin.execute(unsafe.encode())
    try:
        with pytest.raises(UnsafeRole):
            async with open_database(database.app, pool_size=1, statement_timeout_seconds=5):
                pass
    finally:
        admin.execute("ALTER ROLE app NOSUPERUSER NOBYPASSRLS")
        admin.execute("REVOKE iot_ingest FROM app")
    async with open_database(database.app, pool_size=1, statement_timeout_seconds=5):
        pass


def test_models_and_migrations_agree(database: DatabaseUrls) -> None:
    assert schema_drift(database.owner) == []


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (
            "ALTER TABLE platform.device ADD COLUMN colour text",
            "ALTER TABLE platform.device DROP COLUMN colour",
        ),
        (
            "ALTER TABLE platform.device ALTER COLUMN name DROP NOT NULL",
            "ALTER TABLE platform.device ALTER COLUMN name SET NOT NULL",
        ),
        (
            "ALTER TABLE platform.quarantine_entry ALTER COLUMN occurrences TYPE bigint",
            "ALTER TABLE platform.quarantine_entry ALTER COLUMN occurrences TYPE integer",
        ),
        (
            "DROP INDEX platform.ix_device_created",
            "CREATE INDEX ix_device_created ON platform.device (org_id, created_at, id) WHERE deleted_at IS NULL",
        ),
    ],
)
def test_a_database_that_differs_from_the_models_is_noticed(
    database: DatabaseUrls, admin: psycopg.Connection, change: str, back: str
) -> None:
    admin.execute(change.encode())
    try:
        assert schema_drift(database.owner)
    finally:
        admin.execute(back.encode())


def test_migrating_again_changes_nothing(database: DatabaseUrls, admin: psycopg.Connection) -> None:
    [before] = _column(admin, "SELECT tsd.backend()")
    after = migrate(
        owner_url=database.owner, service_urls=[database.app, database.ingest], admin_url=None
    )
    assert after == before
    assert schema_drift(database.owner) == []
