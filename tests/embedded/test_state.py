"""The state directory: whose it is, what may be in it, where sockets go."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.embedded.account import Account, can_traverse
from app.embedded.errors import EmbeddedError
from app.embedded.log_rotation import LOG_MAX_BYTES
from app.embedded.process import Program, spawn
from app.embedded.sockets import LONGEST, make_private, socket_directory
from app.embedded.state import default_directory, open_state


def test_secrets_are_made_once(tmp_path: Path) -> None:
    with open_state(tmp_path / "state") as state:
        first = state.secrets()
    with open_state(tmp_path / "state") as state:
        assert state.secrets() == first
    assert first.secret_key not in repr(first)


def test_lost_secrets_are_not_replaced_where_a_database_needs_them(tmp_path: Path) -> None:
    with open_state(tmp_path / "state") as state:
        (state.directory / "pg" / "data").mkdir(parents=True)
        with pytest.raises(EmbeddedError, match=r"secrets\.json is missing"):
            state.secrets()


def test_the_directory_is_locked_while_open(tmp_path: Path) -> None:
    with (
        open_state(tmp_path),
        pytest.raises(EmbeddedError, match=f"in use by process {os.getpid()}"),
    ):
        open_state(tmp_path).__enter__()
    with open_state(tmp_path):
        pass


def test_a_directory_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    tmp_path.chmod(0o750)
    with pytest.raises(EmbeddedError, match="other files"), open_state(tmp_path):
        pass
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o750
    assert [entry.name for entry in tmp_path.iterdir()] == ["letter.txt"]


def test_roots_default_may_hold_what_other_installations_share(tmp_path: Path) -> None:
    for shared in ("clusters", "postgresql-18.6.3"):
        (tmp_path / shared).mkdir()
    with open_state(tmp_path) as state:
        assert state.secrets()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory to another user")
def test_another_users_directory_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 65_534, 65_534)
    with pytest.raises(EmbeddedError, match="belongs to user 65534"), open_state(tmp_path):
        pass


def test_the_default_follows_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/home/someone/state")
    expected = "/var/lib/holdfast" if os.geteuid() == 0 else "/home/someone/state/holdfast"
    assert default_directory() == Path(expected)


@pytest.mark.parametrize(
    ("mode", "account", "expected"),
    [
        (0o700, Account(4_000_000, 4_000_000), False),
        (0o711, Account(4_000_000, 4_000_000), True),
        (0o700, Account(os.geteuid(), os.getegid()), True),
        (0o710, Account(4_000_000, os.getegid()), True),
        (0o701, Account(4_000_000, os.getegid()), False),
    ],
)
def test_who_can_traverse(mode: int, account: Account, expected: bool) -> None:
    directory = Path("/tmp", f"holdfast-traverse-{os.getpid()}-{mode:o}")
    directory.mkdir()
    try:
        directory.chmod(mode)
        assert can_traverse(directory, account) is expected
    finally:
        directory.rmdir()


def test_sockets_lie_where_their_path_is_short_and_plain(tmp_path: Path) -> None:
    name = ".s.PGSQL.5432"
    assert socket_directory(Path("/var/lib/holdfast/run"), name) == Path("/var/lib/holdfast/run")
    for preferred in (Path("/", "x" * (LONGEST - len(name))), Path("/with a space")):
        chosen = socket_directory(preferred, name)
        assert chosen != preferred
        assert chosen == socket_directory(preferred, name)
        assert len(f"{chosen}/{name}") <= LONGEST


def test_a_foreign_directory_is_never_used_for_sockets(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("theirs")
    for found in ("theirs", "link"):
        with pytest.raises(EmbeddedError, match="private directory"):
            make_private(tmp_path / found)


def test_a_large_log_is_put_aside_at_a_start(tmp_path: Path) -> None:
    log = tmp_path / "program.log"
    log.write_bytes(b"x" * (LOG_MAX_BYTES + 1))
    spawn(
        Program(name="program", argv=("echo", "new"), log=log, environment=dict(os.environ))
    ).wait()
    assert log.read_text() == "new\n"
    assert (tmp_path / "program.log.1").stat().st_size == LOG_MAX_BYTES + 1
