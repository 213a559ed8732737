"""`holdfast admin keys`: what was encrypted anew, and what still depends on an older secret."""

from __future__ import annotations

import asyncio

import asyncpg
from rich.console import Console
from rich.table import Table

from app.core.authorities import NoAuthority
from app.operations.secrets import Dependents, SecretReport, rotate
from app.settings import PREFIX, Settings
from db.connections.pools import open_owner_pool


def show(settings: Settings, owner_url: str) -> int:
    """Bring what is at rest to the newest secret and print what isn't; 0 if nothing depends on an
    older one, 1 if something does."""
    console = Console(highlight=False)
    try:
        report = asyncio.run(_report(settings, owner_url))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        console.print(f"[red]✗[/] the database can't be asked: {type(error).__name__}")
        return 1
    except NoAuthority as error:
        console.print(f"[red]✗[/] {error}")
        return 1
    console.print(f"{report.encrypted_anew} values at rest were encrypted anew")
    if report.unreadable:
        console.print(f"[red]✗[/] {report.unreadable} can't be decrypted with any secret given")
    if report.is_done:
        console.print("[green]✓[/] Nothing depends on an older secret.")
        console.print(_after(settings), soft_wrap=True)
        return 0
    console.print(_table(report))
    return 1


async def _report(settings: Settings, owner_url: str) -> SecretReport:
    async with open_owner_pool(owner_url, pool_size=1, lock_timeout_seconds=60) as pool:
        return await rotate(pool, settings)


def _after(settings: Settings) -> str:
    minutes = -(-settings.security.access_token_seconds // 60)
    return (
        f"{PREFIX}SECRET_KEYS_OLD can be emptied {minutes} minutes after the last program was "
        "started with the newest: access tokens and download links end by then."
    )


def _table(report: SecretReport) -> Table:
    table = Table(
        "depends on an older secret",
        "how many",
        "until",
        box=None,
        title="Not yet",
        title_justify="left",
    )
    for each in report.dependents:
        if each.count:
            table.add_row(each.kind, f"{each.count:,}", _until(each))
    return table


def _until(dependents: Dependents) -> str:
    ends = dependents.last_ends_at
    if dependents.has_endless or ends is None:
        return "each is used once more, or revoked"
    return f"used, or {ends:%Y-%m-%d %H:%M} UTC"
