"""The annotation classes that a pack brings. Annotations refer to them, so none is taken away while
there are some: it becomes the organization's own then."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalogue.packs.format import AnnotationClassTemplate, PackDocument
from app.core.actor import Actor
from app.core.errors import Fault
from db.ids import new_id
from db.models import AlertRule, Annotation, AnnotationClass, JobDefinition


async def bring_classes(tx: AsyncSession, actor: Actor, pack: PackDocument) -> list[Fault]:
    """Add those that are not there yet, and change the pack's own; what is there with the same
    content stays whose it is. Faults of those that are there and say something else."""
    differing: list[Fault] = []
    for index, template in enumerate(pack.annotation_classes):
        row = await tx.scalar(
            select(AnnotationClass).where(
                AnnotationClass.name == template.name, AnnotationClass.deleted_at.is_(None)
            )
        )
        said = _said(template)
        if row is None:
            made = {"pack_name": pack.name, "created_by": actor.principal, **said}
            tx.add(AnnotationClass(org_id=actor.org_id, id=new_id(), name=template.name, **made))
        elif any(getattr(row, name) != value for name, value in said.items()):
            if row.pack_name != pack.name:
                message = f"{template.name} is there with another content"
                differing.append(Fault(f"$.annotationClasses[{index}]", "DIFFERS", message))
            for name, value in said.items():
                setattr(row, name, value)
    await tx.flush()
    return differing


def _said(template: AnnotationClassTemplate) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.structs.asdict(template)
    del said["name"]
    said["color"] = said.pop("colour")
    return said


async def release_classes(tx: AsyncSession, pack: str, *, but: Collection[str] = ()) -> None:
    """Delete those of the pack's that nothing refers to; the rest is the organization's own."""
    released = (
        AnnotationClass.pack_name == pack,
        AnnotationClass.deleted_at.is_(None),
        AnnotationClass.name.not_in(but),
    )
    in_use = exists().where(Annotation.class_id == AnnotationClass.id) | exists().where(
        AlertRule.annotation_class_id == AnnotationClass.id, AlertRule.deleted_at.is_(None)
    )
    in_use |= exists().where(
        JobDefinition.annotation_class_id == AnnotationClass.id, JobDefinition.deleted_at.is_(None)
    )
    unused = update(AnnotationClass).where(*released, ~in_use)
    await tx.execute(unused.values(deleted_at=datetime.now(UTC)))
    await tx.execute(update(AnnotationClass).where(*released).values(pack_name=None))
