"""Which devices and sensors somebody means: from words on the wire to a `Target`, and a refusal of
what isn't there. What a target comes to is asked of db/queries/targets.py."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core.errors import NotFound, Unprocessable
from app.core.target_reference import TargetReference
from db.connections.readers import Reader
from db.queries.targets import Target, missing

# The words of the wire, in the order in which what is missing is told.
_IDS_OF = {
    "SITE": "site_ids",
    "DEVICE_GROUP": "group_ids",
    "DEVICE_PROFILE": "device_profile_ids",
    "SENSOR_PROFILE": "sensor_profile_ids",
    "DEVICE": "device_ids",
    "COMPONENT": "component_ids",
    "SENSOR": "sensor_ids",
}
_NAMES_OF = {"DEVICE_PROFILE": "device_profile_names", "SENSOR_PROFILE": "sensor_profile_names"}


def target_of(type_: str, id_: UUID) -> Target:
    """One thing and all that is in it; of ORGANIZATION, whose id is the tenant's, everything."""
    if type_ == "ORGANIZATION":
        return Target(is_everything=True)
    ids: dict[str, Any] = {_IDS_OF[type_]: frozenset((id_,))}
    return Target(**ids)


def read_target(reference: TargetReference) -> Target:
    """Raises Unprocessable for one that names nothing, or two things."""
    if reference.name is not None and reference.id is None and reference.type in _NAMES_OF:
        names: dict[str, Any] = {_NAMES_OF[reference.type]: frozenset((reference.name,))}
        return Target(**names)
    if reference.id is None or reference.name is not None:
        raise Unprocessable("a target has an id; of a profile it has an id or a name")
    return target_of(reference.type, reference.id)


async def require(reader: Reader, target: Target) -> None:
    """Raises NotFound, naming what of one type isn't there or is another tenant's."""
    unknown = await missing(await reader.connected(), target)
    for type_, name in _IDS_OF.items():
        if ids := sorted(getattr(target, name) & unknown):
            what = type_.lower().replace("_", " ")
            raise NotFound(f"no {what} {', '.join(map(str, ids))}")
