"""An installation in one file, and back. See app/embedded/backup."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from app.settings import PREFIX

if TYPE_CHECKING:
    from app.embedded.backup.envelope import AskKey, Lock
    from app.embedded.backup.format import Head, Manifest

T = TypeVar("T")

KEY_VARIABLE, PASSPHRASE_VARIABLE = f"{PREFIX}BACKUP_KEY", f"{PREFIX}BACKUP_PASSPHRASE"

StateDir = Annotated[
    Path | None, typer.Option(help="Of the installation.", show_default="per user")
]
File = Annotated[Path, typer.Argument(help="The backup; - is standard input.", allow_dash=True)]
KeyFile = Annotated[
    Path | None,
    typer.Option(help=f"Holds the recovery key; else {KEY_VARIABLE}, or it is asked for."),
]

backup = typer.Typer(help="Backups: the whole installation in one file.", no_args_is_help=True)


@backup.command()
def key(state_dir: StateDir = None) -> None:
    """Make the recovery key: it is shown once, and typed back before it counts.

    Backups are encrypted for it from then on. Those before are opened by the key before.
    """
    from app.embedded.backup import recovery

    directory = _directory(state_dir)
    private, public = _embedded(recovery.make_key)
    typer.echo(recovery.page(private))
    typed = typer.prompt("Type it back, from where you keep it")
    _embedded(lambda: recovery.keep(directory, key=private, public_key=public, typed=typed))
    typer.echo(f"Backups are encrypted for {public} from now on.")


@backup.command()
def create(
    target: Annotated[Path, typer.Argument(help="A new file; - is standard output.")],
    state_dir: StateDir = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(help="Encrypt for this public key (age1…) instead; repeatable."),
    ] = None,
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase", help=f"Encrypt under one: {PASSPHRASE_VARIABLE}, or it is asked for."
        ),
    ] = False,
    no_encryption: Annotated[
        bool, typer.Option("--no-encryption", help="Whoever has the file has everything.")
    ] = False,
) -> None:
    """Write database, objects, certificate authority and secrets into one file.

    The platform may run: the database is that of one moment, and nothing waits. Readings that are
    acknowledged before that moment are in it.
    """
    from app.embedded.backup import creation

    directory = _directory(state_dir)
    lock = _lock(directory, recipient or [], passphrase, no_encryption)
    if str(target) == "-":
        manifest = _embedded(lambda: creation.create(directory, sys.stdout.buffer, lock))
    else:
        manifest = _embedded(lambda: creation.create_file(directory, target, lock))
    _tell(manifest)


@backup.command()
def show(file: File) -> None:
    """Say what anybody may know of a backup: of which installation, when, for whom."""
    import msgspec

    from app.embedded.backup.envelope import read_head

    with _opened(file) as source:
        head = _embedded(lambda: read_head(source))
    typer.echo(msgspec.json.format(msgspec.json.encode(head)).decode())


@backup.command()
def verify(file: File, key_file: KeyFile = None) -> None:
    """Open a backup, make a database of it for a moment, and count.

    Ends with 2 if it isn't good.
    """
    from app.embedded.backup import opening

    with _opened(file) as source:
        manifest = _embedded(lambda: opening.verify(source, _ask_key(key_file)))
    _tell(manifest)
    typer.echo("It can be restored.")


def restore(
    file: File,
    state_dir: StateDir = None,
    key_file: KeyFile = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="The platform that it is of won't run again; without asking."
        ),
    ] = False,
    crl: Annotated[
        Path | None,
        typer.Option(help="The last certificate revocation list: what is on it is revoked again."),
    ] = None,
    revoke_api_keys: Annotated[
        bool, typer.Option("--revoke-api-keys", help="All of them: make new ones.")
    ] = False,
) -> None:
    """Make an installation of a backup, in an empty state directory: `holdfast up` starts it.

    The same devices go on with their certificates, the same keys and passwords open. What was
    revoked after the backup is good again: see --crl and --revoke-api-keys. All sessions end.
    """
    from app.embedded.backup.restore import Revocations, settings_page
    from app.embedded.backup.restore import restore as run

    if not replace:
        typer.confirm(
            "Both would answer the same devices: will the platform that this is of run no more?",
            abort=True,
        )
    directory = _directory(state_dir)
    revocations = Revocations(None if crl is None else crl.read_bytes(), revoke_api_keys)
    with _opened(file) as source:
        ask_key = _ask_key(key_file)
        restored = _embedded(lambda: run(source, directory, ask_key, revocations))
    _tell(restored.kept.manifest)
    typer.echo(
        f"All sessions are ended. Good again, as of then: {restored.certificates} certificates of "
        f"devices and {restored.api_keys} API keys. Revoke those that were revoked since."
    )
    if crl is not None:
        typer.echo(f"{restored.revoked} certificates were revoked again.")
    if page := settings_page(restored.kept):
        typer.echo(f"What was set where it was made:\n{page}")
    typer.echo(f"Start it: holdfast up --state-dir {directory}")


def _directory(state_dir: Path | None) -> Path:
    from app.embedded.state import default_directory

    return (state_dir or default_directory()).expanduser().resolve()


def _lock(directory: Path, recipients: list[str], has_passphrase: bool, is_open: bool) -> Lock:
    from app.embedded.backup import recovery, seal
    from app.embedded.backup.envelope import Lock

    if has_passphrase + is_open + bool(recipients) > 1:
        _refuse("one of --recipient, --passphrase and --no-encryption")
    if is_open:
        return Lock()
    if has_passphrase:
        words = os.environ.get(PASSPHRASE_VARIABLE) or typer.prompt(
            "Passphrase", hide_input=True, confirmation_prompt=True
        )
        private, public = _embedded(seal.new_key)
        return Lock((public,), seal.sealed_key(private, words))
    if recipients:
        return _embedded(lambda: Lock(tuple(map(seal.checked_public_key, recipients))))
    kept = _embedded(lambda: recovery.kept(directory))
    if kept is None:
        _refuse(
            "there is no recovery key: make one with `holdfast backup key`, or say --passphrase, "
            "--recipient or --no-encryption"
        )
    return Lock((kept,))


def _ask_key(key_file: Path | None) -> AskKey:
    def ask(head: Head, sealed_key: bytes | None) -> str:
        from app.embedded.backup.seal import opened_key

        if sealed_key is not None:
            words = os.environ.get(PASSPHRASE_VARIABLE) or typer.prompt(
                "Passphrase", hide_input=True
            )
            return opened_key(sealed_key, words)
        if key_file is not None:
            lines = key_file.read_text().splitlines()
            return next((line for line in lines if line and not line.startswith("#")), "")
        return os.environ.get(KEY_VARIABLE) or str(
            typer.prompt(f"Recovery key of {', '.join(head.recipients)}", hide_input=True)
        )

    return ask


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    try:
        source = file.open("rb")
    except OSError as error:
        _refuse(f"{file}: {error.strerror}")
    with source:
        yield source


def _embedded(do: Callable[[], T]) -> T:
    from app.embedded.errors import EmbeddedError

    try:
        return do()
    except EmbeddedError as error:
        _refuse(f"{error}\n{error.tail}".rstrip())
    except OSError as error:
        _refuse(f"{error.filename or 'a file'}: {error.strerror}")


def _refuse(reason: str) -> NoReturn:
    from app.core.process import refuse

    refuse(reason)


def _tell(manifest: Manifest) -> None:
    head = manifest.head
    typer.echo(
        f"Installation {head.installation[:8]} at {head.created_at:%Y-%m-%d %H:%M} "
        f"UTC, version {head.version}:",
        err=True,
    )
    for table, rows in manifest.rows.items():
        typer.echo(f"  {table.rpartition('.')[2]:>14}  {rows:,}", err=True)
