"""Backups without a platform: what may be read of one, who opens it, and what is refused."""

from __future__ import annotations

import io
import secrets
import shutil
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from app.embedded.backup import recovery
from app.embedded.backup.envelope import Lock, read_head, reading, writing
from app.embedded.backup.format import Head
from app.embedded.backup.pieces import (
    PIECE_BYTES,
    SMALL_MAX_BYTES,
    PieceReader,
    PieceWriter,
    add_member,
)
from app.embedded.backup.schedule import forget_old, forget_unfinished, seconds_until_due
from app.embedded.backup.seal import new_key, opened_key, public_key_of, sealed_key
from app.embedded.errors import EmbeddedError
from app.operations.backup_files import fault_of_backups, name_of
from app.settings.backups import BackupSettings

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
CONTENT = secrets.token_bytes(2 * PIECE_BYTES + 12_345)


def backup_of(content: bytes, lock: Lock) -> bytes:
    head = Head(
        installation="0" * 32,
        created_at=NOON,
        version="1",
        encryption="age" if lock.public_keys else "none",
        recipients=list(lock.public_keys),
    )
    target = io.BytesIO()
    with writing(target, head, lock) as tar:
        add_member(tar, "first", b"1")
        pieces = PieceWriter(tar, "middle")
        pieces.write(content)
        pieces.close()
        add_member(tar, "last", b"2")
    return target.getvalue()


def content_of(backup: bytes, key: str) -> bytes:
    with reading(io.BytesIO(backup), lambda _head, _sealed: key) as (_, members):
        assert members.take("first") == b"1"
        content = PieceReader(members, "middle").readall()
        assert members.take("last") == b"2"
    assert content is not None
    return content


@pytest.fixture(scope="module")
def key() -> str:
    return new_key()[0]


@pytest.fixture(scope="module")
def sealed(key: str) -> bytes:
    return backup_of(CONTENT, Lock((public_key_of(key),)))


def test_what_was_kept_comes_back(key: str, sealed: bytes) -> None:
    assert content_of(sealed, key) == CONTENT
    assert content_of(backup_of(CONTENT, Lock()), "") == CONTENT
    assert content_of(backup_of(b"", Lock()), "") == b""


def test_the_head_says_whose_it_is_and_the_rest_says_nothing(key: str, sealed: bytes) -> None:
    assert read_head(io.BytesIO(sealed)).recipients == [public_key_of(key)]
    marked = b"a secret that must not be seen " * 1000
    assert b"a secret that must not" not in backup_of(marked, Lock((public_key_of(key),)))


def test_another_key_opens_nothing(sealed: bytes) -> None:
    with pytest.raises(EmbeddedError, match="can't be opened"):
        content_of(sealed, new_key()[0])
    with pytest.raises(EmbeddedError, match="no recovery key"):
        content_of(sealed, "age1notone")


@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_flipped_bit_and_a_missing_end_are_noticed(is_sealed: bool, key: str) -> None:
    backup = backup_of(CONTENT, Lock((public_key_of(key),)) if is_sealed else Lock())
    for at in (len(backup) // 3, len(backup) // 2, len(backup) - len(CONTENT) // 4):
        flipped = bytearray(backup)
        flipped[at] ^= 1
        with pytest.raises(EmbeddedError):
            content_of(bytes(flipped), key)
    for size in (len(backup) // 2, len(backup) - 20_000):
        with pytest.raises(EmbeddedError):
            content_of(backup[:size], key)


def test_what_is_no_backup_is_said_to_be_none() -> None:
    other = io.BytesIO()
    with tarfile.open(fileobj=other, mode="w") as tar:
        add_member(tar, "something", b"else")
    for content in (b"", b"hello" * 1000, other.getvalue()):
        with pytest.raises(EmbeddedError, match="no backup of Holdfast"):
            read_head(io.BytesIO(content))


def test_a_head_that_is_larger_than_any_is_not_read() -> None:
    large = io.BytesIO()
    with tarfile.open(fileobj=large, mode="w") as tar:
        add_member(tar, "head.json", b" " * (SMALL_MAX_BYTES + 1))
    with pytest.raises(EmbeddedError, match="no backup of Holdfast"):
        read_head(io.BytesIO(large.getvalue()))


def test_a_passphrase_closes_a_key_that_is_made_for_it() -> None:
    private, _ = new_key()
    closed = sealed_key(private, "correct horse")
    assert opened_key(closed, "correct horse") == private
    with pytest.raises(EmbeddedError, match="passphrase is wrong"):
        opened_key(closed, "battery staple")


@pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd isn't installed")
def test_the_usual_tools_open_what_is_not_encrypted(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_bytes(backup_of(CONTENT, Lock()))
    opened = subprocess.run(
        f"tar -xOf {file} --wildcards 'data/*' | zstd -d -c | tar -xO --wildcards 'middle/*'",
        shell=True,
        check=True,
        capture_output=True,
    )
    assert opened.stdout == CONTENT


def test_the_recovery_key_counts_when_it_was_typed_back(tmp_path: Path) -> None:
    private, public = recovery.make_key()
    assert private in recovery.page(private)
    with pytest.raises(EmbeddedError, match="nothing was changed"):
        recovery.keep(tmp_path, key=private, public_key=public, typed=private[:-1])
    assert recovery.kept(tmp_path) is None
    recovery.keep(tmp_path, key=private, public_key=public, typed=f" {private.lower()}\n")
    assert recovery.kept(tmp_path) == public
    assert (tmp_path / recovery.FILE).stat().st_mode & 0o077 == 0
    assert private not in (tmp_path / recovery.FILE).read_text()


def test_a_clock_makes_one_when_it_is_due_and_keeps_so_many(tmp_path: Path) -> None:
    settings = BackupSettings(folder=str(tmp_path), every_hours=24, keep=2)
    assert seconds_until_due(settings, tmp_path, NOON) == 0
    assert fault_of_backups(settings, NOON) == f"there is no backup in {tmp_path}"
    for days in range(4):
        (tmp_path / name_of(NOON + timedelta(days=days))).touch()
    (tmp_path / "holdfast-by-hand.backup").touch()
    (tmp_path / (name_of(NOON) + ".part")).touch()
    newest = NOON + timedelta(days=3)
    assert seconds_until_due(settings, tmp_path, newest + timedelta(hours=20)) == 4 * 3600
    forget_unfinished(tmp_path)
    forget_old(settings, tmp_path)
    kept = {name_of(newest), name_of(newest - timedelta(days=1)), "holdfast-by-hand.backup"}
    assert {path.name for path in tmp_path.iterdir()} == kept
    assert fault_of_backups(settings, newest + timedelta(hours=47)) is None
    late = fault_of_backups(settings, newest + timedelta(hours=49))
    assert late == "the newest backup is of 2026-05-04 12:00 UTC"
    assert fault_of_backups(BackupSettings(), NOON) is None


def test_a_head_of_a_later_version_is_said_to_be_one(sealed: bytes) -> None:
    target = io.BytesIO()
    head = msgspec.structs.replace(read_head(io.BytesIO(sealed)), format="holdfast-backup/9")
    with tarfile.open(fileobj=target, mode="w") as tar:
        add_member(tar, "head.json", msgspec.json.encode(head))
    with pytest.raises(EmbeddedError, match="can't read holdfast-backup/9"):
        read_head(io.BytesIO(target.getvalue()))
