"""What sensor profiles, device profiles and packs have in common: finding them, keeping others from
adding one meanwhile, and saying what uses them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.versions import Version
from app.core.errors import PreconditionFailed
from app.core.wire import matches
from db.models import ConfigArtefact, Row

Model = TypeVar("Model", bound=Row)


@dataclass(frozen=True)
class ProfileFilter:
    """Every condition given must hold; `text` is part of the name or description."""

    name: str | None = None
    version: Version | None = None
    pack: str | None = None
    text: str | None = None


def filtered(statement: Select[Any], model: Any, wanted: ProfileFilter) -> Select[Any]:
    if wanted.name is not None:
        statement = statement.where(model.name == wanted.name)
    if wanted.version is not None:
        statement = statement.where(
            model.major == wanted.version.major, model.minor == wanted.version.minor
        )
    if wanted.pack is not None:
        statement = statement.where(model.pack_name == wanted.pack)
    if wanted.text:
        statement = statement.where(
            model.name.icontains(wanted.text, autoescape=True)
            | model.description.icontains(wanted.text, autoescape=True)
        )
    return statement


async def lock_name(tx: AsyncSession, model: Any, name: str) -> None:
    """Until the commit nobody else adds a version of that name: what it is compared with must not change."""
    kind_and_name = func.hashtext(f"{model.__tablename__} {name}")
    await tx.execute(
        select(func.pg_advisory_xact_lock(func.hashtext(text("api.org()::text")), kind_and_name))
    )


def check_match(if_match: str | None, etag: str) -> None:
    """Raises PreconditionFailed when If-Match names something else."""
    if if_match is not None and not matches(if_match, etag):
        raise PreconditionFailed("it has changed since it was read")


async def delete_rows(tx: AsyncSession, model: Any, ids: Sequence[UUID]) -> None:
    await tx.execute(delete(model).where(model.id.in_(ids)))


async def configurations_for(tx: AsyncSession, column: Any, profile_ids: Sequence[UUID]) -> int:
    """How many versions of configurations are for them; the column names the profile."""
    found = select(func.count()).select_from(ConfigArtefact).where(column.in_(profile_ids))
    return int(await tx.scalar(found) or 0)


def counted(number: int, noun: str) -> list[str]:
    """["3 components"], or nothing for none."""
    return [f"{number:,} {noun}{'' if number == 1 else 's'}"] if number else []


def in_words(users: Sequence[str]) -> str | None:
    """A few by name, the rest by number; None for none."""
    shown = list(users[:5])
    if len(users) > 5:
        shown.append(f"{len(users) - 5} more")
    return ", ".join(shown) or None
