"""The audit log: who changed what, that nobody alters it, and that it shows where somebody did."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from db.queries.audit import CANONICAL
from tests.make.live import eventually
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

# Tables of which nothing is written down, each with the reason.
NOT_AUDITED = {
    "account_mail", "user_account",  # of people, not of an organization
    "second_factor", "recovery_code",  # the same: its changes are told by letters
    "audit_entry", "audit_seal",
    "alert_outbox", "alert_pair", "alert_transition", "notification",  # of rules
    "alert_rule_version", "device_profile_component",  # written with what they are versions of
    "former_api_key",  # written with the key that is made anew
    "broker", "broker_certificate", "certificate_authority", "clock", "cluster", "quota",
    "signing_key",
    "alembic_version", "function_file",  # the installation's own
    "device_connection", "device_config", "device_config_entry", "device_health", "device_key",
    "device_lease", "device_message", "device_placement", "device_tag", "device_word",
    "sensor_word",  # follow from what is audited, or from what devices say
    "event", "idempotency_record", "job", "quarantine_wave", "usage",  # records themselves
    "job_run", "job_input",  # the same, of analytics
    "calculation_input", "calculation_late",  # follow from calculations
    "camera_lease", "dvr_segment", "dvr_upload", "live_session", "media_capture_state",
    "media_usage", "object_garbage", "recorder",  # of recording, which goes on by itself
}  # fmt: skip


@pytest.fixture
def owner(platform: RunningPlatform, organization: Organization) -> Iterator[httpx.Client]:
    with platform.client(organization.access_token) as client:
        yield client


@pytest.fixture
def admin(platform: RunningPlatform) -> Iterator[psycopg.Connection]:
    with psycopg.connect(admin_address(platform), autocommit=True) as connection:
        yield connection


def entries(http: httpx.Client, **wanted: str) -> list[dict[str, Any]]:
    answer = http.get("/audit-log", params={"limit": 500, **wanted})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def sealed(http: httpx.Client, than: int = 0) -> dict[str, Any]:
    """The head, once it is a later one."""

    def head() -> dict[str, Any]:
        found: dict[str, Any] = http.get("/audit-log/head").json()
        return found

    eventually(lambda: bool(head()["number"] > than), "the audit log wasn't sealed")
    return head()


def verify(platform: RunningPlatform, org_id: str, *more: str) -> tuple[int, str]:
    environment = platform.program("worker").environ()
    done = subprocess.run(
        [sys.executable, "-m", "app", "audit", "verify", "--organization", org_id, *more],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_change_is_written_with_who_what_and_from_where(
    owner: httpx.Client, organization: Organization
) -> None:
    site = owner.post("/sites", json={"name": "Hall 3"}, headers={"X-Request-Id": "made-it"}).json()
    organization.http.patch(f"/sites/{site['id']}", json={"name": "Hall 4"})
    owner.delete(f"/sites/{site['id']}")
    deleted, updated, created = entries(owner, resourceId=site["id"])
    assert [it["action"] for it in (created, updated, deleted)] == [
        "site.create",
        "site.update",
        "site.delete",
    ]
    me, key = (http.get("/auth/me").json()["principal"] for http in (owner, organization.http))
    assert (created["actor"], updated["actor"], deleted["actor"]) == (me, key, me)
    assert (created["requestId"], created["address"]) == ("made-it", "127.0.0.1")
    assert created["before"] is None
    assert created["after"]["name"] == "Hall 3"
    assert (updated["before"]["name"], updated["after"]["name"]) == ("Hall 3", "Hall 4")
    assert entries(owner, resourceId=site["id"], actor=key) == [updated]
    assert entries(owner, resourceId=site["id"], action="site.delete") == [deleted]
    assert entries(owner, resourceType="site", to=created["at"]) == []


def test_what_failed_and_what_changed_nothing_isnt_in_it(owner: httpx.Client) -> None:
    site = owner.post("/sites", json={"name": "Hall 3"}).json()
    owner.patch(f"/sites/{site['id']}", json={"name": "Hall 3"})
    refused = owner.post("/sites", json={"name": "Hall 3", "timezone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert [it["action"] for it in entries(owner, resourceType="site")] == ["site.create"]


def test_signing_in_and_making_keys_is_in_it_and_no_secret_is(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization, admin: Any
) -> None:
    made = owner.post("/api-keys", json={"name": "a key"}).json()
    [entry] = entries(owner, resourceId=made["id"])
    assert entry["after"]["name"] == "a key"
    assert entry["after"]["key_hash"].startswith("… ")
    signed_in = entries(owner, resourceType="user-session")
    assert {it["actor"] for it in signed_in} == {owner.get("/auth/me").json()["principal"]}
    rows = admin.execute(
        "SELECT e::text FROM platform.audit_entry e WHERE org_id = %s", [organization.id]
    ).fetchall()
    text = "\n".join(row for (row,) in rows)
    hashes = admin.execute(
        "SELECT encode(key_hash, 'hex') FROM platform.api_key WHERE org_id = %s", [organization.id]
    ).fetchall()
    for secret in (made["key"], organization.password, *(hash_ for (hash_,) in hashes)):
        assert secret not in text


def test_every_table_is_audited_or_says_why_not(admin: psycopg.Connection) -> None:
    audited = admin.execute(
        "SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
        "WHERE tgname = 'write_audit_entry'"
    ).fetchall()
    tables = admin.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'platform'::regnamespace "
        "AND relkind IN ('r', 'p')"
    ).fetchall()
    names = {name for (name,) in audited}
    assert {name for (name,) in tables} - names == NOT_AUDITED
    masks = admin.execute(
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "JOIN pg_type t ON t.oid = a.atttypid WHERE c.relnamespace = 'platform'::regnamespace "
        "AND c.relname = ANY (%s) AND t.typname IN ('bytea', '_bytea') "
        "AND left(auth.masked(jsonb_build_object(a.attname, 'secret'))->>a.attname, 1) <> '…'",
        [list(names)],
    ).fetchall()
    assert masks == []


def test_a_neighbour_sees_nothing_of_it_and_members_neither(
    platform: RunningPlatform, owner: httpx.Client, neighbour: Organization
) -> None:
    site = owner.post("/sites", json={"name": "Hall 3"}).json()
    assert entries(neighbour.http, resourceId=site["id"]) == []


@pytest.mark.parametrize("role", ["database_url", "ingest_database_url", "owner_database_url"])
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE platform.audit_entry SET actor = 'somebody else'",
        "DELETE FROM platform.audit_entry",
        "TRUNCATE platform.audit_entry",
        "UPDATE platform.audit_seal SET hash = hash",
        "DELETE FROM platform.audit_seal",
        "TRUNCATE platform.audit_seal",
        "UPDATE tsd_chunks.audit_entry_{month} SET actor = 'somebody else'",
        "DELETE FROM tsd_chunks.audit_entry_{month}",
        "TRUNCATE tsd_chunks.audit_entry_{month}",
    ],
)
def test_nobody_alters_what_is_in_it_neither_the_owner(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization, role: str,
    attack: str,
) -> None:  # fmt: skip
    with psycopg.connect(platform.secret_urls()[role]) as connection:
        connection.execute("SELECT set_config('app.org_id', %s, true)", [organization.id])
        month = connection.execute("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')").fetchone()
        assert month is not None
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(attack.format(month=month[0]).encode())


def test_nobody_writes_into_it_by_hand(
    platform: RunningPlatform, organization: Organization
) -> None:
    with psycopg.connect(platform.secret_urls()["database_url"]) as app:
        app.execute("SELECT set_config('app.org_id', %s, true)", [organization.id])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(
                "INSERT INTO platform.audit_entry (id, actor, action, resource_type, resource_id, "
                "address, request_id, written_in) VALUES (gen_random_uuid(), 'x', 'x', 'x', 'x', "
                "'x', 'x', 1)"
            )


def test_verify_finds_what_was_changed_with_all_rights(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization, admin: Any
) -> None:
    site = owner.post("/sites", json={"name": "Hall 3"}).json()
    first = sealed(owner)
    owner.patch(f"/sites/{site['id']}", json={"name": "Hall 4"})
    second = sealed(owner, first["number"])
    kept = f"{second['number']}:{second['hash']}"
    status, told = verify(platform, organization.id, "--head", kept)
    assert status == 0, told
    assert_problem(owner.get("/audit-log", params={"from": "2026-11-23"}), 400)
    [change] = entries(owner, resourceId=site["id"], action="site.update")
    admin.execute("SET session_replication_role = replica")  # no trigger runs
    admin.execute(
        'UPDATE platform.audit_entry SET after = after || \'{"name": "Hall 5"}\' WHERE id = %s',
        [change["id"]],
    )
    status, told = verify(platform, organization.id)
    assert status == 1
    assert f"what seal {second['number']} stands for was changed" in told
    [forged] = entries(owner, resourceId=site["id"], action="site.update")
    assert forged["hash"] != change["hash"]


def test_whoever_computes_all_anew_is_found_by_a_head_that_was_kept_elsewhere(
    platform: RunningPlatform, owner: httpx.Client, organization: Organization, admin: Any
) -> None:
    owner.post("/sites", json={"name": "Hall 3"})
    head = sealed(owner)
    kept = f"{head['number']}:{head['hash']}"
    admin.execute("SET session_replication_role = replica")
    admin.execute(
        "UPDATE platform.audit_entry SET actor = 'nobody' WHERE org_id = %s", [organization.id]
    )
    seals = admin.execute(
        "SELECT number, written_in FROM platform.audit_seal WHERE org_id = %s ORDER BY number",
        [organization.id],
    ).fetchall()
    before, upto = bytes(32), 0
    for number, written_in in seals:
        chained = admin.execute(
            f"SELECT sha256(%s || coalesce(string_agg(sha256(convert_to({CANONICAL}, 'UTF8')), "
            "'' ORDER BY written_in, id), '')) FROM platform.audit_entry "
            "WHERE org_id = %s AND written_in > %s AND written_in <= %s".encode(),
            [before, organization.id, upto, written_in],
        ).fetchone()[0]
        admin.execute(
            "UPDATE platform.audit_seal SET hash = %s WHERE org_id = %s AND number = %s",
            [chained, organization.id, number],
        )
        before, upto = chained, written_in
    assert verify(platform, organization.id)[0] == 0
    status, told = verify(platform, organization.id, "--head", kept)
    assert status == 1
    assert "is not the one that was kept" in told


def test_the_log_is_taken_away_as_a_file_by_the_same_conditions(
    owner: httpx.Client, organization: Organization
) -> None:
    for name in ("=1+1", "Hall 4"):
        assert organization.http.post("/sites", json={"name": name}).status_code == 201
    wanted = {"resourceType": "site", "action": "site.create"}
    listed = entries(owner, **wanted)
    lines = owner.get("/audit-log/export", params=wanted)
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines.text.splitlines()] == listed[::-1]
    sheet = owner.get("/audit-log/export", params=wanted, headers={"Accept": "text/csv"})
    assert sheet.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert [row["hash"] for row in rows] == [entry["hash"] for entry in listed[::-1]]
    assert [json.loads(row["after"])["name"] for row in rows] == ["=1+1", "Hall 4"]
    nothing = owner.get("/audit-log/export", params={"actor": "nobody"})
    assert (nothing.status_code, nothing.text) == (200, "")
    pdf = owner.get("/audit-log/export", headers={"Accept": "application/pdf"})
    assert_problem(pdf, 406, code="NOT_ACCEPTABLE")


def test_more_of_the_log_than_is_asked_for_at_once_is_taken_away_whole(
    owner: httpx.Client, organization: Organization
) -> None:
    for number, many in enumerate((1000, 1)):
        creating = [
            {"op": "create", "data": {"name": f"{number} {place}"}} for place in range(many)
        ]
        body = {"operations": creating}
        assert organization.http.post("/devices/bulk", json=body).status_code == 200
    answer = owner.get("/audit-log/export", params={"action": "device.create"})
    ids = [json.loads(line)["resourceId"] for line in answer.text.splitlines()]
    assert len(ids) == len(set(ids)) == 1001
