"""`holdfast restore`: into a state directory that is empty, all of it or nothing.

A backup brings back what was taken away since it was made: certificates, keys and sessions that
were revoked are good again. So sessions end, and what else may be void is told, or taken away where
the operator knows of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

import psycopg
from cryptography import x509
from psycopg.conninfo import make_conninfo

from app.embedded.backup import database
from app.embedded.backup.envelope import AskKey
from app.embedded.backup.opening import Kept, Receiver, compare, receive, write_object
from app.embedded.errors import EmbeddedError
from app.embedded.files import write_atomically
from app.embedded.installation import DATABASE as DATABASE_NAME
from app.embedded.postgres import Postgres
from app.embedded.state import State, open_state
from db.migrations.roles import Login
from db.migrations.run import migrate

_END_SESSIONS = "UPDATE platform.user_session SET ended_at = now() WHERE ended_at IS NULL"
_REVOKE_KEYS = "UPDATE platform.api_key SET revoked_at = now() WHERE revoked_at IS NULL"
_REVOKE_LISTED = (
    "UPDATE platform.certificate SET revoked_at = now() "
    "WHERE revoked_at IS NULL AND serial = ANY (%s)"
)
_TELL = """
INSERT INTO platform.event (org_id, id, type, severity, title, details, actor, occurred_at)
SELECT id, gen_random_uuid(), 'ORGANIZATION', 'WARNING', 'Restored from a backup',
  jsonb_build_object('restoredTo', %s::text), 'operator', now()
FROM platform.organization
"""
_STILL_GOOD = """
SELECT (SELECT count(*) FROM platform.certificate WHERE revoked_at IS NULL AND not_after > now()),
  (SELECT count(*) FROM platform.api_key WHERE revoked_at IS NULL)
"""


class Revocations(NamedTuple):
    """What the operator knows to be void."""

    revocation_list: bytes | None = None
    """The last one that was published, PEM or DER."""
    all_api_keys: bool = False


class Restored(NamedTuple):
    kept: Kept
    certificates: int
    """Good now, some of which may have been revoked since."""
    api_keys: int
    revoked: int


def restore(
    source: IO[bytes], directory: Path, ask_key: AskKey, revocations: Revocations
) -> Restored:
    """Raises EmbeddedError; then the directory is as empty as it was."""
    serials = _serials(revocations.revocation_list)
    _refuse_used(directory)
    with open_state(directory) as state, _emptied_on_failure(state):
        parts: list[Kept] = []

        def keep(kept: Kept) -> None:
            parts.append(kept)
            state.keep_secrets(kept.secrets)
            if kept.credentials is not None:
                write_atomically(state.credentials_file, kept.credentials.decode(), mode=0o600)

        def write(key: PurePosixPath, content: IO[bytes]) -> None:
            write_object(state.objects, key, content)

        restored: list[Restored] = []

        def load(dump: IO[bytes]) -> None:
            restored.append(_load(state, parts[0], dump, serials, revocations))

        receive(source, ask_key, Receiver(keep, load, write))
        return restored[0]


def _load(
    state: State, kept: Kept, dump: IO[bytes], serials: list[str], revocations: Revocations
) -> Restored:
    secrets = kept.secrets
    postgres = Postgres(state.cluster(), secrets.postgres, log=state.log("postgres"))
    postgres.start()
    try:
        urls = {
            role: postgres.url(role, password, DATABASE_NAME)
            for role, password in (
                ("app", secrets.app),
                ("iot_ingest", secrets.iot_ingest),
                ("iot_owner", secrets.iot_owner),
            )
        }
        database.load(postgres.admin_url, [Login(url) for url in urls.values()], dump)
        url = make_conninfo(postgres.admin_url, dbname=DATABASE_NAME)
        compare(url, kept.manifest)
        migrate(
            owner_url=urls["iot_owner"],
            service_urls=[urls["app"], urls["iot_ingest"]],
            admin_url=postgres.admin_url,
        )
        return _made_void(url, kept, serials, revocations)
    finally:
        postgres.stop()


def _made_void(url: str, kept: Kept, serials: list[str], revocations: Revocations) -> Restored:
    with psycopg.connect(url) as connection:
        connection.execute(_END_SESSIONS)
        revoked = connection.execute(_REVOKE_LISTED, [serials]).rowcount
        if revocations.all_api_keys:
            connection.execute(_REVOKE_KEYS)
        connection.execute(_TELL, [kept.manifest.head.created_at.isoformat()])
        row = connection.execute(_STILL_GOOD).fetchone()
    assert row is not None  # noqa: S101 - of one row
    return Restored(kept, row[0], row[1], revoked)


def _serials(revocation_list: bytes | None) -> list[str]:
    if revocation_list is None:
        return []
    is_pem = revocation_list.lstrip().startswith(b"-----")
    read = x509.load_pem_x509_crl if is_pem else x509.load_der_x509_crl
    try:
        return [format(entry.serial_number, "x") for entry in read(revocation_list)]
    except ValueError:
        raise EmbeddedError("that is no certificate revocation list") from None


def _refuse_used(directory: Path) -> None:
    directory = directory.expanduser().resolve()
    state = State(directory)
    if any(path.exists() for path in (state.secrets_file, directory / "pg", directory / "cluster")):
        raise EmbeddedError(
            f"{directory} holds an installation already: restore into an empty or new directory"
        )


@contextmanager
def _emptied_on_failure(state: State) -> Iterator[None]:
    try:
        yield
    except BaseException:
        if (state.directory / "cluster").exists():
            shutil.rmtree(state.cluster(), ignore_errors=True)
        for path in state.directory.iterdir():
            if path.name == "lock":
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def settings_page(kept: Kept) -> str:
    """What was set in the environment where the backup was made."""
    return "\n".join(f"{name}={value}" for name, value in kept.settings.items())
