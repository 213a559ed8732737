"""What an annotation may be about, and where in the fleet that is."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from app.core import resource
from app.journal.annotation_classes.schemas import AnnotationScope
from db.connections.readers import Reader
from db.models import Component, Device, Sensor, Site

_MODELS: dict[AnnotationScope, Any] = {
    AnnotationScope.SITE: Site,
    AnnotationScope.DEVICE: Device,
    AnnotationScope.COMPONENT: Component,
    AnnotationScope.SENSOR: Sensor,
}


class AnnotationPlace(NamedTuple):
    """Whose it is, as the journal names it. The site is the device's, if anything's."""

    site_id: UUID | None
    device_id: UUID | None
    component_id: UUID | None
    sensor_id: UUID | None


async def place_of(reader: Reader, type_: AnnotationScope, id_: UUID) -> AnnotationPlace:
    """Raises NotFound for what isn't there, or is deleted."""
    row = await resource.get(reader, _MODELS[type_], id_)
    return place_named(type_, id_, getattr(row, "device_id", None))


def place_named(type_: AnnotationScope, id_: UUID, device_id: UUID | None) -> AnnotationPlace:
    """Of what was there once; the device is the component's or sensor's."""
    return AnnotationPlace(
        site_id=id_ if type_ is AnnotationScope.SITE else None,
        device_id=id_ if type_ is AnnotationScope.DEVICE else device_id,
        component_id=id_ if type_ is AnnotationScope.COMPONENT else None,
        sensor_id=id_ if type_ is AnnotationScope.SENSOR else None,
    )
