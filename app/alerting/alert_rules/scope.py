"""Which sensors a rule means, and what their values are: whether there is anything that it can
compare, and in which words. Of rules about devices, which devices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.alerting.alert_rules.content import definition_of
from app.alerting.alert_rules.schemas import AlertRuleContent
from app.catalogue.fields import from_stored, sensor_keys_of
from app.core import resource
from app.core.errors import Fault, NotFound
from app.core.target_reference import TargetReference
from app.core.targets import read_target, require
from db.connections.readers import Reader
from db.models import DeviceProfile, DeviceProfileComponent, Sensor, SensorProfile
from db.queries.alert_scope import meant_sensors
from db.queries.targets import Target, kinds_of_values
from ingest.alerting.definition import OF_DEVICES
from ingest.alerting.membership import references, suits

_OF_SENSORS = ("SENSOR", "COMPONENT", "SENSOR_PROFILE")
# Of a scope without a profile so many sensors are looked at for their types.
LOOKED_AT_MAX = 10_000

ValueKind = tuple[str, str | None]
"""A value type and a unit."""


@dataclass(frozen=True, slots=True)
class RuleScope:
    """What the rule's sensors measure, in a word; their unit, where all have one; what is wrong."""

    subject: str
    unit: str | None
    faults: tuple[Fault, ...] = ()


async def scope_of(reader: Reader, org_id: UUID, content: AlertRuleContent) -> RuleScope:
    """Raises NotFound for a target that isn't there or another tenant's, Unprocessable for one that
    names nothing."""
    reference, target = content.target, read_target(content.target)
    if reference.type == "ORGANIZATION" and reference.id != org_id:
        raise NotFound(f"no organization {reference.id}")
    await require(reader, target)
    if content.condition.kind in OF_DEVICES:
        return await _of_devices(reader, content)
    scope = await _of_target(reader, content, target)
    faults = await _of_sources(reader, content)
    return RuleScope(scope.subject, scope.unit, (*scope.faults, *faults))


async def _of_devices(reader: Reader, content: AlertRuleContent) -> RuleScope:
    reference, faults = content.target, []
    if reference.type in _OF_SENSORS:
        message = f"{content.condition.kind} is about devices"
        faults.append(Fault("$.target.type", "NOT_FOR_KIND", message))
    elif reference.type == "DEVICE_PROFILE" and not await _versions(reader, reference):
        faults.append(_unknown_profile(reference))
    if content.field is not None:
        message = f"{content.condition.kind} looks at no field"
        faults.append(Fault("$.field", "NOT_FOR_KIND", message))
    return RuleScope("the device", None, tuple(faults))


def _unknown_profile(reference: TargetReference) -> Fault:
    return Fault("$.target.name", "UNKNOWN_PROFILE", f"no profile {reference.name}")


async def _of_sources(reader: Reader, content: AlertRuleContent) -> list[Fault]:
    """The sensors that it names are there and have numbers; and of a SENSOR all that it needs.
    Raises NotFound."""
    condition, definition = content.condition, definition_of(content)
    places = [] if condition.other is None else [("$.condition.other", condition.other.sensor_id)]
    inputs = sorted((condition.inputs or {}).items())
    places += [(f"$.condition.inputs.{name}", each.sensor_id) for name, each in inputs]
    faults = []
    for path, id_ in places:
        if id_ is not None and (await resource.get(reader, Sensor, id_)).value_type == "TEXT":
            faults.append(Fault(path, "NOT_FOR_TYPE", "nothing is calculated of texts"))
    if faults or content.target.type != "SENSOR" or not definition.sources:
        return faults
    found = await meant_sensors(
        await reader.connected(),
        read_target(content.target),
        key=None,
        sources=references(definition),
        at_most=1,
    )
    if not any(sensor.has_sources for sensor in found):
        message = "the sensor's device has no such sensor with numbers"
        faults.append(Fault("$.condition", "UNKNOWN_SENSOR", message))
    return faults


async def _of_target(reader: Reader, content: AlertRuleContent, target: Target) -> RuleScope:
    reference = content.target
    if reference.type == "SENSOR":
        return await _of_sensor(reader, content)
    if reference.type in ("SENSOR_PROFILE", "DEVICE_PROFILE"):
        return await _of_profile(reader, content)
    connection = await reader.connected()
    kinds = await kinds_of_values(connection, target, key=content.field, at_most=LOOKED_AT_MAX)
    return _scope(content, kinds, content.field or "any value")


async def _of_sensor(reader: Reader, content: AlertRuleContent) -> RuleScope:
    assert content.target.id is not None  # noqa: S101 - read_target has looked
    sensor = await resource.get(reader, Sensor, content.target.id)
    scope = _scope(content, {(sensor.value_type, sensor.unit)}, sensor.key)
    if content.field is None:
        return scope
    fault = Fault("$.field", "NOT_FOR_TARGET", "a SENSOR is one already")
    return RuleScope(scope.subject, scope.unit, (fault, *scope.faults))


async def _of_profile(reader: Reader, content: AlertRuleContent) -> RuleScope:
    versions = await _versions(reader, content.target)
    if not versions:
        return RuleScope("", None, (_unknown_profile(content.target),))
    if content.field is None:
        fault = Fault("$.field", "MISSING", f"a {content.target.type} needs it")
        return RuleScope("", None, (fault,))
    kinds = {
        (field.type, field.unit)
        for version in versions
        for field in from_stored(version.fields)
        if content.field in sensor_keys_of(field)
    }
    if not kinds:
        fault = Fault("$.field", "UNKNOWN_FIELD", f"the profile has no field {content.field}")
        return RuleScope("", None, (fault,))
    return _scope(content, kinds, content.field)


async def _versions(
    reader: Reader, reference: TargetReference
) -> list[SensorProfile | DeviceProfile]:
    """Of a sensor profile; of a device profile, with the sensor profiles of its components."""
    if reference.type == "SENSOR_PROFILE":
        named = _named(SensorProfile, reference)
        return [*await reader.rows(select(SensorProfile).where(named))]
    kinds = await reader.rows(select(DeviceProfile).where(_named(DeviceProfile, reference)))
    components = select(DeviceProfileComponent.sensor_profile_id).where(
        DeviceProfileComponent.device_profile_id.in_([kind.id for kind in kinds])
    )
    parts = await reader.rows(select(SensorProfile).where(SensorProfile.id.in_(components)))
    return [*kinds, *parts]


def _named(
    model: type[SensorProfile] | type[DeviceProfile], reference: TargetReference
) -> ColumnElement[bool]:
    return model.id == reference.id if reference.name is None else model.name == reference.name


def _scope(content: AlertRuleContent, kinds: Iterable[ValueKind], subject: str) -> RuleScope:
    """Of no sensor nothing is known yet; those of a type that the rule can't compare are left out,
    and if all are, it is refused."""
    definition = definition_of(content)
    types = {value_type for value_type, _ in kinds}
    units = {unit for value_type, unit in kinds if suits(definition, value_type)}
    unit = next(iter(units)) if len(units) == 1 else None
    if not types or any(suits(definition, value_type) for value_type in types):
        return RuleScope(subject, unit)
    place = "operator" if definition.operator is not None else "kind"
    said = definition.operator if definition.kind == "VALUE" else definition.kind
    message = f"{said} says nothing of a {' or a '.join(sorted(types))}"
    return RuleScope(subject, unit, (Fault(f"$.condition.{place}", "NOT_FOR_TYPE", message),))
