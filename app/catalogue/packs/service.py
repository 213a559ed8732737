"""Packs: uploaded, listed, installed and taken away. Each of these is one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue import usage
from app.catalogue.packs import documents
from app.catalogue.packs.checking import checked, hash_of
from app.catalogue.packs.classes import release_classes
from app.catalogue.packs.content import bring, remove_profiles, users_of_profiles
from app.catalogue.packs.format import PackDocument
from app.catalogue.packs.job_definitions import release_definitions
from app.catalogue.packs.schemas import PackDetail, PackRead, PackVersion
from app.catalogue.packs.shipped import shipped_packs
from app.catalogue.versions import Version
from app.core import resource
from app.core.actor import Actor
from app.core.errors import Conflict, NotFound, TooLarge, Unprocessable
from app.core.events import record_event
from app.core.wire import Page
from db.connections.readers import Reader
from db.connections.sessions import SessionReader
from db.models import Pack

VERSIONS_MAX = 200


@dataclass(frozen=True)
class Candidate:
    """A version that can be installed: shipped, or a row that was uploaded or installed before."""

    document: PackDocument
    hash: str
    is_shipped: bool
    row: Pack | None

    @property
    def version(self) -> Version:
        return Version.parse(self.document.version)


async def page(reader: Reader) -> Page[PackRead]:
    """All of them: an organization has at most VERSIONS_MAX versions."""
    rows = await reader.rows(select(Pack))
    names = sorted({*shipped_packs(), *(row.name for row in rows)})
    return Page([_read(_candidates(name, rows)) for name in names], None)


async def get(reader: Reader, name: str) -> PackDetail:
    candidates = await candidates_of(reader, name)
    current = installed_of(candidates) or candidates[0]
    return PackDetail(**msgspec.structs.asdict(_read(candidates)), content=current.document)


async def upload(
    tx: AsyncSession, actor: Actor, body: bytes, *, is_json: bool, most_bytes: int
) -> PackRead:
    """Keep a version. Raises Unprocessable with the line and column of everything wrong; the same again is the same."""
    pack = _readable(body, is_json, most_bytes)
    await usage.lock_name(tx, Pack, pack.name)
    version, digest = Version.parse(pack.version), hash_of(pack)
    rows = await SessionReader(tx).rows(select(Pack).where(Pack.name == pack.name))
    known = next((one for one in _candidates(pack.name, rows) if one.version == version), None)
    if known is not None and known.hash != digest:
        raise Conflict(
            f"{pack.name} {version} is there with another content, and a version never changes",
            code="ALREADY_EXISTS",
        )
    if known is None:
        await _check_room(tx)
        await _keep(tx, actor, pack, digest, is_shipped=False)
    return _read(await candidates_of(SessionReader(tx), pack.name))


async def _check_room(tx: AsyncSession) -> None:
    kept = await tx.scalar(select(func.count()).select_from(Pack)) or 0
    if kept >= VERSIONS_MAX:
        raise Unprocessable(f"an organization keeps at most {VERSIONS_MAX} versions of packs")


def _readable(body: bytes, is_json: bool, most_bytes: int) -> PackDocument:
    if len(body) > most_bytes:
        raise TooLarge(f"a pack may hold {most_bytes:,} bytes")
    try:
        pack, faults = checked(documents.read(body, is_json=is_json))
    except documents.Unreadable as error:
        pack, faults = None, [error.fault]
    if pack is None:
        places = f"{len(faults)} place{'' if len(faults) == 1 else 's'}"
        raise Unprocessable(
            f"this is no pack: {places} to mend", code="PACK_INVALID", errors=faults
        )
    return pack


async def _keep(
    tx: AsyncSession, actor: Actor, pack: PackDocument, digest: str, *, is_shipped: bool
) -> Pack:
    version = Version.parse(pack.version)
    return await resource.add(
        tx,
        Pack(
            org_id=actor.org_id,
            name=pack.name,
            major=version.major,
            minor=version.minor,
            hash=digest,
            document=msgspec.to_builtins(pack),
            is_shipped=is_shipped,
            created_by=actor.principal,
        ),
    )


async def install(tx: AsyncSession, actor: Actor, name: str, version: str | None) -> PackRead:
    """Bring the pack's profiles. Installed already is done; Conflict where another version is, or a profile differs."""
    await usage.lock_name(tx, Pack, name)
    candidates = await candidates_of(SessionReader(tx), name)
    chosen = choose(candidates, version)
    installed = installed_of(candidates)
    if installed is not None and (version is None or installed.version == chosen.version):
        return _read(candidates)
    if installed is not None:
        raise Conflict(
            f"{name} {installed.version} is installed: upgrade it", code="PACK_INSTALLED"
        )
    await bring(tx, actor, chosen.document)
    await mark_installed(tx, actor, chosen)
    return _read(await candidates_of(SessionReader(tx), name))


async def mark_installed(tx: AsyncSession, actor: Actor, chosen: Candidate) -> None:
    if chosen.row is None:
        row = await _keep(tx, actor, chosen.document, chosen.hash, is_shipped=True)
    else:
        row = await resource.get_to_change(tx, Pack, chosen.row.id)
    row.installed_at = datetime.now(UTC)
    what = {"pack": row.name, "version": f"{row.major}.{row.minor}"}
    record_event(tx, "PACK", "A pack was installed", actor=actor.principal, details=what)
    await tx.flush()


async def remove(tx: AsyncSession, actor: Actor, name: str) -> None:
    """Take away what the pack brought, but for annotation classes in use, and forget what was
    uploaded of it. Raises Conflict while something uses one of its profiles."""
    await usage.lock_name(tx, Pack, name)
    rows = await SessionReader(tx).rows(select(Pack).where(Pack.name == name))
    if not rows:
        raise NotFound(f"no pack {name} that is installed or was uploaded")
    if users := await users_of_profiles(tx, name):
        raise Conflict(f"{name} is used by {users}", code="PACK_IN_USE")
    await remove_profiles(tx, name)
    await release_definitions(tx, name)
    await release_classes(tx, name)
    await tx.execute(delete(Pack).where(Pack.name == name))
    record_event(tx, "PACK", "A pack was removed", actor=actor.principal, details={"pack": name})


async def candidates_of(reader: Reader, name: str) -> list[Candidate]:
    """The newest version first. Raises NotFound."""
    rows = await reader.rows(select(Pack).where(Pack.name == name))
    candidates = _candidates(name, rows)
    if not candidates:
        raise NotFound(f"no pack {name}")
    return candidates


def _candidates(name: str, rows: Sequence[Pack]) -> list[Candidate]:
    found = {
        Version(row.major, row.minor): Candidate(
            msgspec.convert(row.document, PackDocument), row.hash, row.is_shipped, row
        )
        for row in rows
        if row.name == name
    }
    if shipped := shipped_packs().get(name):
        one = Candidate(shipped.document, shipped.hash, is_shipped=True, row=None)
        found.setdefault(one.version, one)
    return [found[version] for version in sorted(found, reverse=True)]


def choose(candidates: Sequence[Candidate], version: str | None) -> Candidate:
    """The version wanted, or the newest. Raises NotFound."""
    if version is None:
        return candidates[0]
    wanted = Version.parse(version)
    chosen = next((one for one in candidates if one.version == wanted), None)
    if chosen is None:
        raise NotFound(f"no version {version} of pack {candidates[0].document.name}")
    return chosen


def installed_of(candidates: Sequence[Candidate]) -> Candidate | None:
    return next(
        (one for one in candidates if one.row is not None and one.row.installed_at is not None),
        None,
    )


def _read(candidates: Sequence[Candidate]) -> PackRead:
    newest, installed = candidates[0].document, installed_of(candidates)
    return PackRead(
        name=newest.name,
        title=newest.title,
        description=newest.description,
        versions=[
            PackVersion(str(one.version), one.hash, "SHIPPED" if one.is_shipped else "UPLOADED")
            for one in candidates
        ],
        installed_version=None if installed is None else str(installed.version),
        installed_at=None
        if installed is None or installed.row is None
        else installed.row.installed_at,
    )
