"""The database: brought to the newest schema, and examined."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.settings import PREFIX, Settings


def migrate(
    to_timescale: Annotated[
        bool,
        typer.Option("--to-timescale", help="Move readings that are kept by plain PostgreSQL."),
    ] = False,
) -> None:
    """Bring the database to the newest schema, and make the installation's certificates and
    signing keys; makes roles too, where it has the superuser's address."""
    from app.core.authorities import NoAuthority
    from app.core.process import begin_process, refuse
    from db.migrations.run import migrate as run
    from db.migrations.timescale import TimescaleMissing, Wish
    from db.readings.backend import Backend

    settings = begin_process("migrate")
    if settings.database.owner_url is None:
        refuse(f"{PREFIX}OWNER_DATABASE_URL is missing: migrations run as iot_owner")
    wish = Wish.TIMESCALE if to_timescale else Wish(settings.database.timeseries)
    try:
        backend = run(
            owner_url=settings.database.owner_url,
            service_urls=[settings.database.url, settings.database.ingest_url],
            admin_url=settings.database.admin_url,
            timeseries=wish,
            move_readings=to_timescale,
            quotas=settings.quotas.by_kind(),
        )
    except TimescaleMissing as error:
        refuse(f"TimescaleDB can't keep the readings: {error}")
    try:
        asyncio.run(_ensure_keys(settings, settings.database.owner_url))
    except NoAuthority as error:
        refuse(str(error))
    typer.echo(f"readings are kept by: {backend}")
    if wish is Wish.TIMESCALE and backend is Backend.PLAIN:
        typer.echo(
            "they were here before TimescaleDB: `holdfast migrate --to-timescale` moves them"
        )


async def _ensure_keys(settings: Settings, owner_url: str) -> None:
    from app.accounts.signing_keys import SigningKeyOwner
    from app.control.certificates.authority import ensure_certificates
    from db.connections.pools import open_owner_pool

    async with open_owner_pool(owner_url, pool_size=1, lock_timeout_seconds=60) as pool:
        await ensure_certificates(pool, settings)
        await SigningKeyOwner(pool, settings.security).ensure()


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Say how the readings' tables are doing, what is wrong and how to mend it. Ends with 1 if
    something is."""
    from app.core.process import begin_process
    from app.operations.doctor import examine

    raise typer.Exit(examine(begin_process("doctor"), as_json=as_json))
