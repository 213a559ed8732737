"""The wall in the database itself: as role `app`, with no tenant, with one's own, and with a neighbour's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.types.string import TextLoader

from tests.make.calculations import late_calculations
from tests.make.media import put_media_rows
from tests.make.people import admin_address
from tests.make.platform import RunningPlatform
from tests.make.production import ON_EITHER_BACKEND
from tests.make.resources import World

pytestmark = ON_EITHER_BACKEND

# Arguments with which each function of schema `api` would show a row of that sensor. A new one needs a line.
FUNCTIONS: dict[str, Callable[[str], tuple[str, list[Any]]]] = {
    "raw_readings": lambda sensor: ("(%s, '-infinity', 'infinity', NULL, 100, false)", [sensor]),
    "reading_percentiles": lambda sensor: (
        "(ARRAY[%s::uuid], ARRAY['2020-01-01', '2040-01-01']::timestamptz[], '{0.5}')",
        [sensor],
    ),
    "reading_increases": lambda sensor: (
        "(ARRAY[%s::uuid], ARRAY['2020-01-01', '2040-01-01']::timestamptz[], '7 days', true)",
        [sensor],
    ),
    "reading_columns": lambda sensor: (
        "(%s, '2020-01-01', '2040-01-01', NULL, 100, true)",
        [sensor],
    ),
    "rollup_columns": lambda sensor: (
        "(ARRAY[%s::uuid], NULL, '2026-01-01', '2027-01-01', '1 day', '{sum,count}')",
        [sensor],
    ),
    "rollup_partials": lambda sensor: (
        "(ARRAY[%s::uuid], ARRAY['2020-01-01', '2026-01-01', '2040-01-01']::timestamptz[])",
        [sensor],
    ),
    "state_changes": lambda sensor: (
        "(ARRAY[%s::uuid], now() + interval '1 day', now() + interval '2 days', '400 days', 9)",
        [sensor],
    ),
    "reading_stats": lambda sensor: ("(%s, '2020-01-01', '2040-01-01')", [sensor]),
}
# Read no table, or tell nothing of any tenant.
HARMLESS = {
    *("org", "json_value", "finite", "timeseries_health", "tenants_over_retention"),
    *("customer", "customer_devices", "customer_sensors", "org_showing"),  # see test_customers.py
}
# What shows nothing of a tenant, or only what every service must read.
WITHOUT_A_TENANT = {"platform.certificate_authority", "platform.signing_key"}
# TimescaleDB's own views and catalogue, which it shows to everybody: a test of their own reads them.
RELATIONS_OF_EXTENSIONS = (
    "SELECT objid FROM pg_depend WHERE deptype = 'e' AND classid = 'pg_class'::regclass "
    "AND refclassid = 'pg_extension'::regclass"
)


@pytest.fixture
def app(platform: RunningPlatform) -> Iterator[psycopg.Connection]:
    """What it writes nobody sees: left as it is, such a block commits."""
    with psycopg.connect(platform.secret_urls()["database_url"]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def readable(platform: RunningPlatform) -> list[str]:
    """Every table and view that `app` may read, of any schema but the system's."""
    with psycopg.connect(platform.secret_urls()["database_url"]) as connection:
        rows = connection.execute(
            "SELECT quote_ident(nspname) || '.' || quote_ident(relname) FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f') "
            "AND nspname !~ '^pg_' AND nspname <> 'information_schema' "
            "AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') "
            f"AND c.oid NOT IN ({RELATIONS_OF_EXTENSIONS})".encode()
        ).fetchall()
    return [name for (name,) in rows if name not in WITHOUT_A_TENANT]


def act_in(connection: psycopg.Connection, org_id: str) -> None:
    connection.execute("SELECT set_config('app.org_id', %s, true)", [org_id])


def rows_of(connection: psycopg.Connection, relation: str) -> list[dict[str, Any]]:
    cursor = connection.cursor()
    cursor.adapters.register_loader("timestamptz", TextLoader)  # datetime has no infinity
    cursor.execute(f"SELECT * FROM {relation}".encode())
    names = [column.name for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def test_without_a_tenant_no_table_and_no_view_shows_a_row(
    app: psycopg.Connection, readable: list[str], ours: World, theirs: World
) -> None:
    assert len(readable) >= 13
    assert {name: len(rows_of(app, name)) for name in readable} == dict.fromkeys(readable, 0)


def test_what_an_extension_shows_to_everybody_tells_nothing_of_a_tenant(
    app: psycopg.Connection, ours: World, theirs: World
) -> None:
    names = app.execute(
        "SELECT oid::regclass::text FROM pg_class "
        f"WHERE oid IN ({RELATIONS_OF_EXTENSIONS}) AND relkind IN ('r', 'v') "
        "AND has_schema_privilege(relnamespace, 'USAGE') AND has_table_privilege(oid, 'SELECT')".encode()
    ).fetchall()
    app.rollback()
    for (name,) in names:
        try:
            shown = repr(rows_of(app, name))
        except psycopg.errors.InsufficientPrivilege:
            shown = ""
        app.rollback()
        for world in (ours, theirs):
            assert world.organization.id not in shown, name
            assert world.sensor_id not in shown, name


@pytest.mark.parametrize("setting", ["", "00000000-0000-0000-0000-000000000000"])
def test_an_empty_or_unknown_tenant_sees_no_row(
    app: psycopg.Connection, readable: list[str], ours: World, setting: str
) -> None:
    act_in(app, setting)
    assert {name: len(rows_of(app, name)) for name in readable} == dict.fromkeys(readable, 0)


def test_with_a_tenant_every_row_is_that_tenants(
    platform: RunningPlatform,
    app: psycopg.Connection,
    readable: list[str],
    ours: World,
    theirs: World,
) -> None:
    # What waits to be told is gone at once: here it is in a transaction that nobody else sees.
    for world in (theirs, ours):
        act_in(app, world.organization.id)
        app.execute(
            "INSERT INTO platform.alert_outbox (id, alert_id, rule_id, cause, severity, "
            "occurred_at, details) VALUES (gen_random_uuid(), gen_random_uuid(), "
            "gen_random_uuid(), 'FIRED', 'INFO', now(), '{}')"
        )
        put_media_rows(app, world.ids["camera_id"])
    own = UUID(ours.organization.id)
    with late_calculations(platform):
        shown = {name: rows_of(app, name) for name in readable}
    for name, rows in shown.items():
        assert rows, f"{name}: tests/make/resources.py makes none, so nothing is proved"
        if name == "platform.organization":
            assert [row["id"] for row in rows] == [own]
        elif name == "platform.user_account":
            assert ours.organization.email in {row["email"] for row in rows}
            assert theirs.organization.email not in {row["email"] for row in rows}
        else:
            assert {row["org_id"] for row in rows} == {own}, name


def test_every_function_of_the_api_is_walked(app: psycopg.Connection) -> None:
    names = app.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'api'::regnamespace"
    ).fetchall()
    assert {name for (name,) in names} == FUNCTIONS.keys() | HARMLESS


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_a_function_shows_a_sensor_to_its_own_tenant_alone(
    app: psycopg.Connection, ours: World, theirs: World, function: str
) -> None:
    def shown(org_id: str) -> list[Any]:
        act_in(app, org_id)
        arguments, values = FUNCTIONS[function](theirs.sensor_id)
        rows = app.execute(f"SELECT * FROM api.{function}{arguments}".encode(), values).fetchall()
        return [
            row for row in rows if any(row)
        ]  # statistics of nothing are one row of zero and nulls

    assert shown("") == shown(ours.organization.id) == []
    assert shown(theirs.organization.id)


WRITES = {
    "insert a device": "INSERT INTO platform.device (org_id, id, name) VALUES (%(org)s, gen_random_uuid(), 'x')",
    "move a device": "UPDATE platform.device SET org_id = %(org)s",
    "insert a key": "INSERT INTO platform.api_key (org_id, id, name, prefix, key_hash, scopes, created_by) "
    "VALUES (%(org)s, gen_random_uuid(), 'x', 'x', 'x', '{}', 'x')",
    "join as owner": "INSERT INTO platform.membership (org_id, user_id, role) "
    "SELECT %(org)s, user_id, 'OWNER' FROM platform.membership LIMIT 1",
    "name an organization": "INSERT INTO platform.organization (id, name) VALUES (%(org)s, 'x')",
}


@pytest.mark.parametrize("write", WRITES)
def test_a_row_can_not_be_written_into_a_neighbours_organization(
    app: psycopg.Connection, ours: World, theirs: World, write: str
) -> None:
    act_in(app, ours.organization.id)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        app.execute(WRITES[write].encode(), {"org": theirs.organization.id})


@pytest.mark.parametrize(
    "relation", ["device", "api_key", "certificate", "membership", "component"]
)
def test_changing_and_deleting_everything_touches_no_neighbours_row(
    app: psycopg.Connection, ours: World, theirs: World, relation: str
) -> None:
    name = sql.Identifier("platform", relation)
    act_in(app, ours.organization.id)
    touched = app.execute(
        sql.SQL("UPDATE {} SET org_id = org_id RETURNING org_id").format(name)
    ).fetchall()
    assert {org for (org,) in touched} == {UUID(ours.organization.id)}
    app.rollback()


def test_a_row_can_not_point_at_a_neighbours_row(
    app: psycopg.Connection, ours: World, theirs: World
) -> None:
    act_in(app, ours.organization.id)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        app.execute(
            "INSERT INTO platform.component (id, device_id, key, name) VALUES (gen_random_uuid(), %s, 'x', 'x')",
            [theirs.device.id],
        )


def test_a_tenant_ends_with_its_transaction(app: psycopg.Connection, ours: World) -> None:
    act_in(app, ours.organization.id)
    assert rows_of(app, "platform.device")
    app.commit()
    assert rows_of(app, "platform.device") == []


LOOKUPS = {
    "find_api_key": "('\\x00')",
    "find_dashboard_share": "('\\x00')",
    "find_user": "('%@%')",
    "find_person": "(gen_random_uuid(), '%@%')",
    "memberships_of": "(gen_random_uuid())",
    "find_invitation": "('\\x00')",
    "find_session": "(gen_random_uuid())",
    "find_second_factor": "(gen_random_uuid())",
    "find_registration_token": "('\\x00')",
    "find_certificate": "('\\x00')",
    "find_renewal": "('0', '\\x00')",
}

# What triggers call, or the pipeline.
OF_QUOTAS = {
    *("begin_usage", "count_added", "count_of", "note_removal", "room_for", "rooms_in"),
    *("weigh_quarantined", "open_days"),
}


def test_a_look_up_before_the_tenant_is_known_needs_the_exact_key(
    app: psycopg.Connection, ours: World
) -> None:
    found = app.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'auth'::regnamespace"
    ).fetchall()
    assert {name for (name,) in found} == LOOKUPS.keys() | {
        "touch_api_key",
        "touch_dashboard_share",
        "use_certificate",
        "ask_for_renewals",
        "authority_usage",
        "rehash_api_key",
        "revoked_certificates",  # serial numbers, which everybody may have
        "is_new_person",
        "find_certificate_holder",
        *OF_QUOTAS,
        "organization_retention",
        "delete_expired_answers",
        "delete_ended_sessions",
        "delete_old_quarantine",
        "post_account_mail",
        "set_password",  # of whoever knows the hash of the old one
        "verify_email",
        # Of a person who has shown their password, or a session.
        *("begin_second_factor", "confirm_second_factor", "remove_second_factor"),
        *("use_second_factor", "use_recovery_code", "replace_recovery_codes"),
        "accept_invitation",  # the same, and of the invitation's token
        "own_organization",
        "is_installation_empty",
        *("write_audit_entry", "masked"),  # a trigger, and what it calls
        "name_organization",  # a trigger
        "organizations_after",
    }
    for of_all_tenants in (
        "find_certificate_holder(bytea)",
        "organization_retention()",
        "delete_expired_answers(interval, integer)",
        "delete_ended_sessions(interval, integer)",
        "organizations_after(uuid, integer)",
        "count_of(uuid, text)",
        "use_certificate(bytea, interval)",
        "ask_for_renewals(double precision, integer)",
        "authority_usage()",
        "room_for(uuid, text, bigint)",
        "rooms_in(uuid[], text, bigint[])",
        "open_days(uuid, date[])",
    ):
        assert app.execute(
            f"SELECT has_function_privilege('auth.{of_all_tenants}', 'EXECUTE')".encode()
        ).fetchone() == (False,), "the upkeep's alone"
    for function, arguments in LOOKUPS.items():
        assert app.execute(f"SELECT * FROM auth.{function}{arguments}".encode()).fetchall() == []
    exact = app.execute(
        "SELECT org_id FROM auth.find_user(%s)", [ours.organization.email]
    ).fetchall()
    assert exact == [(UUID(ours.organization.id),)]


def test_what_the_pipeline_stored_carries_the_tenant_of_its_device(
    platform: RunningPlatform, ours: World, theirs: World
) -> None:
    """The readings' tables are written past the policies: every row there must agree with its sensor's."""
    with psycopg.connect(admin_address(platform)) as admin:
        for table in ("reading", "latest", "reading_metadata"):
            wrong = admin.execute(
                f"SELECT count(*) FROM tsd.{table} r LEFT JOIN platform.sensor s ON s.id = r.sensor_id "
                "WHERE s.org_id IS DISTINCT FROM r.org_id".encode()
            ).fetchone()
            assert wrong == (0,), table
        wrong = admin.execute(
            "SELECT count(*) FROM platform.quarantine_entry q JOIN platform.device d ON d.id = q.device_id "
            "WHERE d.org_id <> q.org_id"
        ).fetchone()
    assert wrong == (0,)
