"""What a device profile may say, and what a new version changes: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.catalogue import fields as field_rules
from app.catalogue import own_schemas
from app.catalogue.compatibility import Change, compare_fields
from app.catalogue.device_profiles.schemas import (
    CommandOfProfile,
    ComponentOfProfile,
    DeviceProfileContent,
)
from app.catalogue.versions import VersionRange
from app.core.errors import Fault

# The platform's own methods: every device knows them.
RESERVED_METHODS = {
    "REBOOT",
    "UPDATE_CONFIG",
    "UPDATE_FIRMWARE",
    "BIND_CONFIG",
    "UNBIND_CONFIG",
    "CERTIFICATE_RENEW",
}


def faults_of(content: DeviceProfileContent, path: str = "$") -> list[Fault]:
    """Everything wrong with it, each with its place; whether its sensor profiles are there is not asked here."""
    faults = field_rules.faults_of(content.fields, f"{path}.fields")
    faults += _twice([part.key for part in content.components], f"{path}.components", "key")
    faults += _twice([command.method for command in content.commands], f"{path}.commands", "method")
    for index, command in enumerate(content.commands):
        at = f"{path}.commands[{index}]"
        if command.method in RESERVED_METHODS:
            faults.append(
                Fault(
                    f"{at}.method", "RESERVED", f"{command.method} is known to every device already"
                )
            )
        if command.params is not None:
            faults += own_schemas.faults_of(command.params, f"{at}.params")
    return faults


def _twice(names: Sequence[str], path: str, name: str) -> list[Fault]:
    return [
        Fault(f"{path}[{index}].{name}", "DUPLICATE", f"{value} is there twice")
        for index, value in enumerate(names)
        if value in names[:index]
    ]


def compare(old: DeviceProfileContent, new: DeviceProfileContent) -> list[Change]:
    """Every difference. Whether one JSON Schema takes all that another does can't be decided: a changed one breaks."""
    return [
        *_compare_components(old.components, new.components),
        *_compare_commands(old.commands, new.commands),
        *compare_fields(old.fields, new.fields),
    ]


def _compare_components(
    old: Sequence[ComponentOfProfile], new: Sequence[ComponentOfProfile]
) -> Iterator[Change]:
    before = {part.key: part for part in old}
    for index, part in enumerate(new):
        at = f"$.components[{index}]"
        was = before.pop(part.key, None)
        if was is None:
            yield Change(at, "COMPONENT_ADDED", False, f"{part.key}: is new")
            continue
        if was.sensor_profile != part.sensor_profile:
            yield Change(
                f"{at}.sensorProfile",
                "SENSOR_PROFILE_CHANGED",
                not _is_upgrade(was, part),
                f"{part.key}: was {was.sensor_profile.name} {was.sensor_profile.version}, "
                f"is {part.sensor_profile.name} {part.sensor_profile.version}",
            )
        if (was.name or was.key) != (part.name or part.key):
            yield Change(f"{at}.name", "NAME_CHANGED", False, f"{part.key}: has another name")
    for key in before:
        yield Change("$.components", "COMPONENT_REMOVED", True, f"{key}: is gone")


def _is_upgrade(old: ComponentOfProfile, new: ComponentOfProfile) -> bool:
    """To a later minor version of the same: what the old one promised is promised still."""
    was, now = (VersionRange.parse(part.sensor_profile.version).least for part in (old, new))
    return (
        old.sensor_profile.name == new.sensor_profile.name and was.major == now.major and was <= now
    )


def _compare_commands(
    old: Sequence[CommandOfProfile], new: Sequence[CommandOfProfile]
) -> Iterator[Change]:
    before = {command.method: command for command in old}
    for index, command in enumerate(new):
        at = f"$.commands[{index}]"
        was = before.pop(command.method, None)
        if was is None:
            yield Change(at, "COMMAND_ADDED", False, f"{command.method}: is new")
            continue
        if was.params != command.params:
            yield Change(
                f"{at}.params", "PARAMS_CHANGED", True, f"{command.method}: takes other parameters"
            )
        if was.description != command.description:
            yield Change(
                f"{at}.description",
                "DESCRIPTION_CHANGED",
                False,
                f"{command.method}: has another description",
            )
    for method in before:
        yield Change("$.commands", "COMMAND_REMOVED", True, f"{method}: is gone")
