# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""Kinds of sensors and devices, and the packs that bring them."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct, UnsetType
from msgspec import field as named

from holdfast_client.api.shared import InputTarget
from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


class AlertRuleTemplate(Struct, kw_only=True, omit_defaults=True):
    """An alert rule for every sensor of a field, or every device of a profile, once somebody makes
    a rule of it.
    """

    name: str
    """Unique in the pack."""
    description: str | UnsetType = UNSET
    """What it warns of."""
    input: FieldReference | None | UnsetType = UNSET
    """Of which field; for all but DISCONNECTED."""
    device_profile: str | None | UnsetType = named(default=UNSET, name="deviceProfile")
    """Of which devices; for DISCONNECTED."""
    condition: Condition
    """When it holds."""
    clear_value: float | None | UnsetType = named(default=UNSET, name="clearValue")
    """It is over only when this is passed again."""
    clear_low: float | None | UnsetType = named(default=UNSET, name="clearLow")
    """As clearValue, of low."""
    clear_high: float | None | UnsetType = named(default=UNSET, name="clearHigh")
    """As clearValue, of high."""
    for_seconds: int | UnsetType = named(default=UNSET, name="forSeconds")
    """How long it must hold."""
    clear_for_seconds: int | UnsetType = named(default=UNSET, name="clearForSeconds")
    """How long it must be over."""
    cooldown_seconds: int | UnsetType = named(default=UNSET, name="cooldownSeconds")
    """How long it keeps silent after an alert."""
    severity: Literal["CRITICAL", "INFO", "WARNING"] | None | UnsetType = UNSET
    """How grave it is; of a rule without levels."""
    levels: list[LevelTemplate] | UnsetType = UNSET
    """In rising severity, instead of it and of the clear values and times above."""
    schedule: ScheduleTemplate | None | UnsetType = UNSET
    """When it is active; always if left out."""
    auto_resolve: bool | UnsetType = named(default=UNSET, name="autoResolve")
    """Whether its end resolves the alert."""


class AnnotationClassTemplate(Struct, kw_only=True, omit_defaults=True):
    """A kind of note that people and jobs write on the timeline."""

    name: str
    """Unique in the pack."""
    description: str | UnsetType = UNSET
    """What it is for."""
    colour: str | UnsetType = UNSET
    """As #rrggbb."""
    scopes: list[Literal["COMPONENT", "DEVICE", "SENSOR", "SITE"]]
    """What it may be written on."""
    fields: dict[str, Any] | UnsetType = UNSET
    """JSON Schema (2020-12) of its values."""


class CalculationDefinition(Struct, kw_only=True, omit_defaults=True):
    """Without `max_age_seconds` it is three steps, and five minutes at least."""

    expression: str
    """Over the names of its inputs."""
    inputs: dict[str, InputSource]
    """By name."""
    step_seconds: int | UnsetType = named(default=UNSET, name="stepSeconds")
    """It has a value at each multiple of this, counted from 1970."""
    max_age_seconds: int | None | UnsetType = named(default=UNSET, name="maxAgeSeconds")
    """A value older than this is none; three steps, 5 minutes at least."""


class Change(Struct, kw_only=True, omit_defaults=True):
    """One difference between two versions."""

    path: str
    """Where in the new version; in the old one for what is gone."""
    code: str
    """What changed, for programs."""
    is_breaking: bool = named(name="isBreaking")
    """Whether it needs a new major version."""
    message: str
    """What changed, for people."""


class CommandOfProfile(Struct, kw_only=True, omit_defaults=True):
    """A method that devices of the profile know, besides the platform's own."""

    method: str
    """Its name on the wire."""
    description: str | UnsetType = UNSET
    """What it does."""
    params: dict[str, Any] | None | UnsetType = UNSET
    """JSON Schema (2020-12) of its parameters; none where it takes none."""


class Compatibility(Struct, kw_only=True, omit_defaults=True):
    """How fields differ from those of a version that is there."""

    is_compatible: bool = named(name="isCompatible")
    """Whether nothing breaks."""
    least_version: str = named(name="leastVersion")
    """The smallest number that the new version may have."""
    changes: list[Change]
    """Every difference."""


class ComponentOfProfile(Struct, kw_only=True, omit_defaults=True):
    """A part that every device of the profile has."""

    key: str
    """Its name on the wire, unique in its device."""
    sensor_profile: SensorProfileRange = named(name="sensorProfile")
    """What it reports or is told."""
    name: str | None | UnsetType = UNSET
    """As people know it; the key if left out."""


class ComponentOfProfileRead(Struct, kw_only=True, omit_defaults=True):
    """A part that every device of the profile has."""

    key: str
    """Its name on the wire, unique in its device."""
    name: str
    """As people know it."""
    sensor_profile: SensorProfileRange = named(name="sensorProfile")
    """What it reports or is told."""
    sensor_profile_id: str = named(name="sensorProfileId")
    """The version of a sensor profile."""


class Condition(Struct, kw_only=True, omit_defaults=True):
    """When an alert rule holds, in the words of a rule."""

    kind: (
        Literal[
            "AGGREGATE",
            "DEVIATION",
            "DISCONNECTED",
            "EXPRESSION",
            "NO_DATA",
            "RATE_OF_CHANGE",
            "STUCK",
            "VALUE",
        ]
        | UnsetType
    ) = UNSET
    """What is looked at."""
    operator: (
        Literal[
            "BETWEEN",
            "CHANGED",
            "CONTAINS",
            "EQ",
            "GT",
            "GTE",
            "IS_FALSE",
            "IS_TRUE",
            "LT",
            "LTE",
            "NEQ",
            "NOT_CONTAINS",
            "OUTSIDE",
        ]
        | None
        | UnsetType
    ) = UNSET
    """How it is compared."""
    value: float | str | None | UnsetType = UNSET
    """With what; for one that needs a value."""
    low: float | None | UnsetType = UNSET
    """For BETWEEN and OUTSIDE."""
    high: float | None | UnsetType = UNSET
    """For BETWEEN and OUTSIDE."""
    aggregate: Literal["AVG", "COUNT", "LAST", "MAX", "MIN", "RANGE", "SUM"] | None | UnsetType = (
        UNSET
    )
    """For AGGREGATE."""
    window_seconds: int | None | UnsetType = named(default=UNSET, name="windowSeconds")
    """The window; of NO_DATA how long nothing came."""
    ignore_case: bool | UnsetType = named(default=UNSET, name="ignoreCase")
    """Of texts: A is a."""
    step_seconds: int | None | UnsetType = named(default=UNSET, name="stepSeconds")
    """How often a window is looked at."""
    min_count: int | None | UnsetType = named(default=UNSET, name="minCount")
    """With fewer readings a window says nothing."""
    tolerance: float | None | UnsetType = UNSET
    """Of STUCK: how far apart the values may lie."""
    relative: bool | UnsetType = UNSET
    """Of DEVIATION: in percent."""
    grace_seconds: int | None | UnsetType = named(default=UNSET, name="graceSeconds")
    """How long time waits for readings."""
    other: OtherComponent | None | UnsetType = UNSET
    """Of DEVIATION."""
    expression: str | None | UnsetType = UNSET
    """Of EXPRESSION, over its inputs."""
    inputs: dict[str, InputField] | UnsetType = UNSET
    """Of EXPRESSION, by name."""


class DashboardTemplate(Struct, kw_only=True, omit_defaults=True):
    """A dashboard for a device or a site, once somebody makes one of it."""

    name: str
    """Unique in the pack."""
    description: str | UnsetType = UNSET
    """What it shows."""
    variables: list[Literal["device", "site"]] | UnsetType = UNSET
    """What is chosen when it is opened."""
    widgets: list[Widget]
    """Its parts."""


class DeviceProfileCompatibility(Struct, kw_only=True, omit_defaults=True):
    """How a content differs from that of a version that is there."""

    is_compatible: bool = named(name="isCompatible")
    """Whether nothing breaks."""
    least_version: str = named(name="leastVersion")
    """The smallest number that the new version may have."""
    changes: list[Change]
    """Every difference."""


class DeviceProfileContent(Struct, kw_only=True, omit_defaults=True):
    """What a version of a device profile says, but for its name and version."""

    components: list[ComponentOfProfile] | UnsetType = UNSET
    """The parts that every device of it has."""
    commands: list[CommandOfProfile] | UnsetType = UNSET
    """What its devices can be told to do."""
    fields: list[Field] | UnsetType = UNSET
    """What the device itself reports or is told."""


class DeviceProfileCreate(Struct, kw_only=True, omit_defaults=True):
    """A version of a device profile: the first of its name, or one that follows another."""

    components: list[ComponentOfProfile] | UnsetType = UNSET
    """The parts that every device of it has."""
    commands: list[CommandOfProfile] | UnsetType = UNSET
    """What its devices can be told to do."""
    fields: list[Field] | UnsetType = UNSET
    """What the device itself reports or is told."""
    name: str
    """What all of its versions are called."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    description: str | UnsetType = UNSET
    """What it is for."""
    changes: str | UnsetType = UNSET
    """What is new since the version before, for people."""


class DeviceProfilePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[DeviceProfileRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class DeviceProfileRead(Struct, kw_only=True, omit_defaults=True):
    """One version of a device profile. It never changes."""

    id: str
    """The version of a device profile."""
    name: str
    """What all of its versions are called."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    description: str
    """What it is for."""
    changes: str
    """What is new since the version before, for people."""
    components: list[ComponentOfProfileRead]
    """The parts that every device of it has."""
    commands: list[CommandOfProfile]
    """What its devices can be told to do."""
    fields: list[Field]
    """What the device itself reports or is told."""
    pack: str | None
    """The pack that brought it; null for one of your own."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""


class DtdlImported(Struct, kw_only=True, omit_defaults=True):
    """The version that was made, and what of the interface it can't hold."""

    id: str
    """The version of a sensor profile."""
    name: str
    """What all of its versions are called."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    description: str
    """What it is for."""
    changes: str
    """What is new since the version before, for people."""
    fields: list[Field]
    """What a component with this profile reports or is told."""
    pack: str | None
    """The pack that brought it; null for one of your own."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""
    notes: list[Note]
    """Each element that was left out or changed."""


class DtdlInterface(Struct, kw_only=True, omit_defaults=True):
    """A DTDL v3 interface, as JSON-LD."""

    at_context: list[str] = named(name="@context")
    """DTDL, and its extension with units."""
    at_id: str = named(name="@id")
    """Its DTMI: the profile in this organization, and its version."""
    at_type: str = named(name="@type")
    """What it is."""
    display_name: str = named(name="displayName")
    """The profile's name."""
    contents: list[dict[str, Any]]
    """Telemetry, properties, components and commands."""
    description: str | None = None
    """What it is for."""


class FailedReading(Struct, kw_only=True, omit_defaults=True):
    """A reading that the version would have refused."""

    device_id: str = named(name="deviceId")
    """The device."""
    component_id: str = named(name="componentId")
    """The component."""
    sensor: str
    """The sensor's key."""
    timestamp: datetime
    """The reading's time."""
    value: float | bool | str | None
    """Its value; null for a missing field."""


class Field(Struct, kw_only=True, omit_defaults=True):
    """One value, or an array of fixed size, by its key."""

    key: str
    """Its name on the wire, unique in the profile."""
    type: Literal["BIGINT", "BOOLEAN", "DOUBLE", "TEXT"]
    """What its values are; an integer sent to a DOUBLE is a DOUBLE."""
    array_size: int | None | UnsetType = named(default=UNSET, name="arraySize")
    """How many values it takes, as sensors `key.0`, `key.1` and so on; none for one value."""
    unit: str | None | UnsetType = UNSET
    """Of its values, as a symbol."""
    min: float | None | UnsetType = UNSET
    """The least value; for DOUBLE and BIGINT."""
    max: float | None | UnsetType = UNSET
    """The greatest value; for DOUBLE and BIGINT."""
    enum: list[str | int] | None | UnsetType = UNSET
    """The only values it takes; for BIGINT and TEXT."""
    required: bool | UnsetType = UNSET
    """Whether every structured payload has it."""
    writable: bool | UnsetType = UNSET
    """Whether a configuration may set it."""
    description: str | UnsetType = UNSET
    """What it means, for people."""
    calculation: CalculationDefinition | None | UnsetType = UNSET
    """What it is calculated of: fields of the same component or device. Nobody reports it."""


class FieldFault(Struct, kw_only=True, omit_defaults=True):
    """How often one field would have been refused for one reason."""

    field: str
    """The field's key."""
    code: Literal["OUT_OF_RANGE", "WRONG_TYPE", "MISSING_FIELD", "UNKNOWN_SENSOR"]
    """Why: the reason that quarantine would give."""
    count: int
    """How many readings, or payloads without the field."""
    examples: list[FailedReading]
    """The newest of them, three at most."""


class FieldReference(Struct, kw_only=True, omit_defaults=True):
    """A field of a sensor profile of the pack, in all of its versions that have it."""

    sensor_profile: str = named(name="sensorProfile")
    """The sensor profile's name."""
    field: str
    """The field's key."""


class FieldsToCompare(Struct, kw_only=True, omit_defaults=True):
    """The fields of a version that may come."""

    fields: list[Field]
    """What the new version would have."""


class InputField(Struct, kw_only=True, omit_defaults=True):
    """A name in an EXPRESSION: the rule's own field where none is said."""

    field: str | None | UnsetType = UNSET
    """A field of the same device."""
    aggregate: Literal["AVG", "COUNT", "LAST", "MAX", "MIN", "RANGE", "SUM"] | UnsetType = UNSET
    """What becomes of its window."""


class InputSource(Struct, kw_only=True, omit_defaults=True):
    """One sensor by its id; or all of a target's with a field, across which the aggregate is; or,
    where a profile declares it, a field of the same component, or of the device's, or of
    another
    component.
    """

    sensor_id: str | None | UnsetType = named(default=UNSET, name="sensorId")
    """This sensor."""
    target: InputTarget | None | UnsetType = UNSET
    """The sensors of this place."""
    field: str | None | UnsetType = UNSET
    """The key of a sensor."""
    component: str | None | UnsetType = UNSET
    """Of this component of the device."""
    aggregate: Literal["AVG", "COUNT", "LAST", "MAX", "MIN", "RANGE", "SUM"] | UnsetType = UNSET
    """What becomes of its values."""


class JobDefinitionTemplate(Struct, kw_only=True, omit_defaults=True):
    """A computation that runs on a clock and writes annotations."""

    name: str
    """Unique in the pack."""
    description: str | UnsetType = UNSET
    """What it finds."""
    function: Literal[
        "DATA_GAP", "DRIFT", "PEARSON_CORRELATION", "THRESHOLD_EXCEEDANCE", "ZSCORE_ANOMALY"
    ]
    """What is computed."""
    input: FieldReference
    """Of which field."""
    other: FieldReference | None | UnsetType = UNSET
    """The second field, for PEARSON_CORRELATION and DRIFT."""
    parameters: dict[str, float] | UnsetType = UNSET
    """Numbers that the function takes."""
    every_seconds: int = named(name="everySeconds")
    """How often it runs."""
    annotation_class: str = named(name="annotationClass")
    """The class of what it writes."""


class LevelTemplate(Struct, kw_only=True, omit_defaults=True):
    """Where an alert of this severity begins and ends, in the words of a rule."""

    severity: Literal["CRITICAL", "INFO", "WARNING"]
    """How grave it is."""
    value: float | str | None | UnsetType = UNSET
    """With what is compared; of one level the condition's."""
    low: float | None | UnsetType = UNSET
    """For BETWEEN and OUTSIDE."""
    high: float | None | UnsetType = UNSET
    """For BETWEEN and OUTSIDE."""
    clear_value: float | None | UnsetType = named(default=UNSET, name="clearValue")
    """It goes on until this is passed again."""
    clear_low: float | None | UnsetType = named(default=UNSET, name="clearLow")
    """As clearValue, of low."""
    clear_high: float | None | UnsetType = named(default=UNSET, name="clearHigh")
    """As clearValue, of high."""
    for_seconds: int | UnsetType = named(default=UNSET, name="forSeconds")
    """How long it must hold."""
    clear_for_seconds: int | UnsetType = named(default=UNSET, name="clearForSeconds")
    """How long it must be over."""


class Note(Struct, kw_only=True, omit_defaults=True):
    """What of a DTDL document could not be taken over as it was."""

    path: str
    """Where in the document."""
    message: str
    """What became of it."""


class OtherComponent(Struct, kw_only=True, omit_defaults=True):
    """What DEVIATION compares with."""

    component: str
    """The same field of this component."""


class PackChoice(Struct, kw_only=True, omit_defaults=True):
    """Which version."""

    version: str | None | UnsetType = UNSET
    """The newest if left out."""


class PackDetail(Struct, kw_only=True, omit_defaults=True):
    """A pack with its content: of the installed version, or of the newest where none is."""

    name: str
    """What all of its versions are called."""
    title: str
    """For people."""
    description: str
    """What it is for."""
    versions: list[PackVersion]
    """What can be installed, the newest first."""
    installed_version: str | None = named(name="installedVersion")
    """The version that is installed; null for none."""
    installed_at: datetime | None = named(name="installedAt")
    """Since when; null where none is."""
    content: PackDocument
    """All that it brings."""


class PackDocument(Struct, kw_only=True, omit_defaults=True):
    """A pack: profiles, and templates that refer to them. It refers to nothing outside itself."""

    name: str
    """What all of its versions are called."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    title: str
    """For people."""
    description: str | UnsetType = UNSET
    """What it is for."""
    hash: str | None | UnsetType = UNSET
    """SHA-256 of the rest in its canonical form; checked where it is given."""
    sensor_profiles: list[SensorProfileCreate] | UnsetType = named(
        default=UNSET, name="sensorProfiles"
    )
    """Versions of sensor profiles."""
    device_profiles: list[DeviceProfileCreate] | UnsetType = named(
        default=UNSET, name="deviceProfiles"
    )
    """Versions of device profiles."""
    annotation_classes: list[AnnotationClassTemplate] | UnsetType = named(
        default=UNSET, name="annotationClasses"
    )
    """Kinds of annotations."""
    job_definitions: list[JobDefinitionTemplate] | UnsetType = named(
        default=UNSET, name="jobDefinitions"
    )
    """Computations that write annotations."""
    alert_rules: list[AlertRuleTemplate] | UnsetType = named(default=UNSET, name="alertRules")
    """Templates of alert rules."""
    dashboards: list[DashboardTemplate] | UnsetType = UNSET
    """Templates of dashboards."""


class PackPage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[PackRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class PackRead(Struct, kw_only=True, omit_defaults=True):
    """A pack of the catalogue, and whether it is installed."""

    name: str
    """What all of its versions are called."""
    title: str
    """For people."""
    description: str
    """What it is for."""
    versions: list[PackVersion]
    """What can be installed, the newest first."""
    installed_version: str | None = named(name="installedVersion")
    """The version that is installed; null for none."""
    installed_at: datetime | None = named(name="installedAt")
    """Since when; null where none is."""


class PackUpgrade(Struct, kw_only=True, omit_defaults=True):
    """What an upgrade changed, or would change."""

    name: str
    """The pack."""
    from_: str = named(name="from")
    """The version before."""
    to: str
    """The version after."""
    dry_run: bool = named(name="dryRun")
    """Whether nothing was changed."""
    profiles: list[ProfileUpgrade]
    """Each profile that changes."""
    templates: list[TemplateUpgrade]
    """Each template that changes."""


class PackUpgradeRequest(Struct, kw_only=True, omit_defaults=True):
    """Which version, and whether only to say what would change."""

    version: str | None | UnsetType = UNSET
    """The newest if left out."""
    dry_run: bool | UnsetType = named(default=UNSET, name="dryRun")
    """Say what would change, and change nothing."""


class PackVersion(Struct, kw_only=True, omit_defaults=True):
    """A version of a pack that can be installed."""

    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    hash: str
    """SHA-256 of its canonical form: the same content, the same hash."""
    source: Literal["SHIPPED", "UPLOADED"]
    """Whether it came with the product or was uploaded."""


class ProfileUpgrade(Struct, kw_only=True, omit_defaults=True):
    """What an upgrade does to one profile and to those that have it."""

    kind: Literal["SENSOR_PROFILE", "DEVICE_PROFILE"]
    """Which kind of profile."""
    name: str
    """The profile's name."""
    from_: str | None = named(name="from")
    """The version before; null where there was none."""
    to: str | None
    """The newest version now; null where the pack has none any more."""
    changes: list[Change]
    """Every difference."""
    components: int
    """Components that are moved to it."""
    devices: int
    """Devices that are moved to it, or whose components are."""
    left: int
    """Components or devices that stay, since the new version would break something."""


class ScheduleTemplate(Struct, kw_only=True, omit_defaults=True):
    """When the rule is active."""

    timezone: str | UnsetType = UNSET
    """SITE for the zone of the device's site, or an IANA name."""
    weekly: list[TimesTemplate]
    """When it is active."""


class SensorProfileCreate(Struct, kw_only=True, omit_defaults=True):
    """A version of a sensor profile: the first of its name, or one that follows another."""

    name: str
    """What all of its versions are called."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    fields: list[Field]
    """What a component with this profile reports or is told."""
    description: str | UnsetType = UNSET
    """What it is for."""
    changes: str | UnsetType = UNSET
    """What is new since the version before, for people."""


class SensorProfilePage(Struct, kw_only=True, omit_defaults=True):
    """One page of a list; nextCursor is null on the last one. `total` is there where includeTotal
    asked for it.
    """

    items: list[SensorProfileRead]
    """At most `limit` of them, in the order asked for."""
    next_cursor: str | None = named(name="nextCursor")
    """To be sent as `cursor` for the next page; null on the last page."""
    total: int | None = None
    """How many match in all; only with includeTotal."""


class SensorProfileRange(Struct, kw_only=True, omit_defaults=True):
    """Versions of a sensor profile, by its name."""

    name: str
    """The sensor profile's name."""
    version: str
    """A version, or with ^ before it that one and all newer ones of the same major."""


class SensorProfileRead(Struct, kw_only=True, omit_defaults=True):
    """One version of a sensor profile. It never changes."""

    id: str
    """The version of a sensor profile."""
    name: str
    """What all of its versions are called."""
    version: str
    """major.minor: additions raise the minor, what breaks something the major."""
    description: str
    """What it is for."""
    changes: str
    """What is new since the version before, for people."""
    fields: list[Field]
    """What a component with this profile reports or is told."""
    pack: str | None
    """The pack that brought it; null for one of your own."""
    created_by: str = named(name="createdBy")
    """Who acts: `user_…` or `key_…` with its id."""
    created_at: datetime = named(name="createdAt")
    """When it was created."""


class Series(Struct, kw_only=True, omit_defaults=True):
    """What a widget shows: one field of the devices chosen."""

    input: FieldReference
    """Of which field."""
    function: Literal["avg", "count", "delta", "last", "max", "min", "sum"] | UnsetType = UNSET
    """Of each bucket."""
    label: str | None | UnsetType = UNSET
    """In the legend."""


class TemplateUpgrade(Struct, kw_only=True, omit_defaults=True):
    """What an upgrade does to one template."""

    kind: Literal["annotationClasses", "jobDefinitions", "alertRules", "dashboards"]
    """Which list of the pack it is in."""
    name: str
    """The template's name."""
    change: Literal["ADDED", "CHANGED", "REMOVED"]
    """What becomes of it."""


class TimesTemplate(Struct, kw_only=True, omit_defaults=True):
    """From when until when, on which days: what a wall clock shows there."""

    days: list[Literal["FRI", "MON", "SAT", "SUN", "THU", "TUE", "WED"]]
    """On which it begins."""
    from_: str = named(name="from")
    """HH:MM, included."""
    to: str
    """HH:MM, not included; no later than `from`: the next day's."""


class UpgradePreview(Struct, kw_only=True, omit_defaults=True):
    """What would have happened, had the components been bound to the version in that time."""

    components: int
    """How many components would be moved."""
    devices: int
    """Of how many devices."""
    from_: datetime = named(name="from")
    """From when on readings were looked at."""
    to: datetime
    """Until when."""
    readings: int
    """How many readings were looked at."""
    is_complete: bool = named(name="isComplete")
    """False where there were more readings than a preview looks at: the newest were."""
    faults: list[FieldFault]
    """Each field and reason with its count; empty: all would pass."""


class UpgradePreviewRequest(Struct, kw_only=True, omit_defaults=True):
    """Which components would be moved to the version, and how far to look back."""

    days: int | UnsetType = UNSET
    """How many days of readings to look at."""
    component_ids: list[str] | None | UnsetType = named(default=UNSET, name="componentIds")
    """These components; all with another version of the profile if left out."""


class Widget(Struct, kw_only=True, omit_defaults=True):
    """A part of a dashboard, on a grid 24 columns wide."""

    type: Literal[
        "ALERT_LIST", "CAMERA", "GAUGE", "LINE_CHART", "MAP", "STAT", "STATE_TIMELINE", "TABLE"
    ]
    """What it looks like."""
    title: str
    """Above it."""
    x: int
    """Its left column, from 0."""
    y: int
    """Its upper row, from 0."""
    width: int
    """In columns."""
    height: int
    """In rows."""
    series: list[Series] | UnsetType = UNSET
    """What it shows."""


_getDeviceProfileDtdl = Endpoint(
    "getDeviceProfileDtdl", "GET", "/api/schemas/device-profile/{deviceProfileId}", "natural"
)
_getSensorProfileDtdl = Endpoint(
    "getSensorProfileDtdl", "GET", "/api/schemas/sensor-profile/{sensorProfileId}", "natural"
)
_listDeviceProfiles = Endpoint("listDeviceProfiles", "GET", "/api/v1/device-profiles", "natural")
_createDeviceProfile = Endpoint("createDeviceProfile", "POST", "/api/v1/device-profiles", "key")
_getDeviceProfile = Endpoint(
    "getDeviceProfile", "GET", "/api/v1/device-profiles/{deviceProfileId}", "natural"
)
_deleteDeviceProfile = Endpoint(
    "deleteDeviceProfile", "DELETE", "/api/v1/device-profiles/{deviceProfileId}", "natural"
)
_compareDeviceProfile = Endpoint(
    "compareDeviceProfile",
    "POST",
    "/api/v1/device-profiles/{deviceProfileId}/compatibility",
    "natural",
)
_listPacks = Endpoint("listPacks", "GET", "/api/v1/packs", "natural")
_uploadPack = Endpoint("uploadPack", "POST", "/api/v1/packs", "natural")
_getPack = Endpoint("getPack", "GET", "/api/v1/packs/{packName}", "natural")
_deletePack = Endpoint("deletePack", "DELETE", "/api/v1/packs/{packName}", "natural")
_installPack = Endpoint("installPack", "POST", "/api/v1/packs/{packName}/install", "natural")
_upgradePack = Endpoint("upgradePack", "POST", "/api/v1/packs/{packName}/upgrade", "natural")
_listSensorProfiles = Endpoint("listSensorProfiles", "GET", "/api/v1/sensor-profiles", "natural")
_createSensorProfile = Endpoint("createSensorProfile", "POST", "/api/v1/sensor-profiles", "key")
_importSensorProfile = Endpoint(
    "importSensorProfile", "POST", "/api/v1/sensor-profiles/import", "never"
)
_getSensorProfile = Endpoint(
    "getSensorProfile", "GET", "/api/v1/sensor-profiles/{sensorProfileId}", "natural"
)
_deleteSensorProfile = Endpoint(
    "deleteSensorProfile", "DELETE", "/api/v1/sensor-profiles/{sensorProfileId}", "natural"
)
_compareSensorProfile = Endpoint(
    "compareSensorProfile",
    "POST",
    "/api/v1/sensor-profiles/{sensorProfileId}/compatibility",
    "natural",
)
_getSensorProfileJsonSchema = Endpoint(
    "getSensorProfileJsonSchema",
    "GET",
    "/api/v1/sensor-profiles/{sensorProfileId}/json-schema",
    "natural",
)
_previewSensorProfileUpgrade = Endpoint(
    "previewSensorProfileUpgrade",
    "POST",
    "/api/v1/sensor-profiles/{sensorProfileId}/upgrade-preview",
    "natural",
)


class SchemasApi(SyncTransport):
    """Operations of `schemas`, for programs that wait."""

    def get_device_profile_dtdl(self, device_profile_id: str) -> builtins.list[DtdlInterface]:
        """A device profile as DTDL v3 interfaces: the device's own first, then those of its
        components.

        Needs the permission `profiles:read`.

        device_profile_id: The version of a device profile.
        """
        return self._call(
            _getDeviceProfileDtdl, path=(device_profile_id,), answer=builtins.list[DtdlInterface]
        )

    def get_sensor_profile_dtdl(self, sensor_profile_id: str) -> DtdlInterface:
        """A sensor profile as a DTDL v3 interface.

        What DTDL has no word for, such as limits and array sizes, is in `comment`, as JSON after
        "holdfast ".

        Needs the permission `profiles:read`.

        sensor_profile_id: The version of a sensor profile.
        """
        return self._call(_getSensorProfileDtdl, path=(sensor_profile_id,), answer=DtdlInterface)


class AsyncSchemasApi(AsyncTransport):
    """Operations of `schemas`, for asynchronous programs."""

    async def get_device_profile_dtdl(self, device_profile_id: str) -> builtins.list[DtdlInterface]:
        """A device profile as DTDL v3 interfaces: the device's own first, then those of its
        components.

        Needs the permission `profiles:read`.

        device_profile_id: The version of a device profile.
        """
        return await self._call(
            _getDeviceProfileDtdl, path=(device_profile_id,), answer=builtins.list[DtdlInterface]
        )

    async def get_sensor_profile_dtdl(self, sensor_profile_id: str) -> DtdlInterface:
        """A sensor profile as a DTDL v3 interface.

        What DTDL has no word for, such as limits and array sizes, is in `comment`, as JSON after
        "holdfast ".

        Needs the permission `profiles:read`.

        sensor_profile_id: The version of a sensor profile.
        """
        return await self._call(
            _getSensorProfileDtdl, path=(sensor_profile_id,), answer=DtdlInterface
        )


class DeviceProfilesApi(SyncTransport):
    """Operations of `device_profiles`, for programs that wait."""

    def list(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DeviceProfilePage:
        """Versions of device profiles, newest first. All conditions given must hold.

        Needs the permission `profiles:read`.

        name: All versions of this name.
        version: Of this version; with `name` that is one.
        pack: What this pack brought.
        q: Part of the name or description, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listDeviceProfiles,
            query={
                "name": name,
                "version": version,
                "pack": pack,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DeviceProfilePage,
        )

    def each(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[DeviceProfileRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                name=name,
                version=version,
                pack=pack,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        name: str,
        version: str,
        components: Sequence[ComponentOfProfile] | UnsetType = UNSET,
        commands: Sequence[CommandOfProfile] | UnsetType = UNSET,
        fields: Sequence[Field] | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        changes: str | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DeviceProfileRead:
        """Add a version. It never changes again.

        What only adds may be a minor version; what breaks something is refused below the next major
        one, with
        every breaking point. The parameters of its commands must be valid JSON Schema.

        Needs the permission `profiles:write`.

        components: The parts that every device of it has.
        commands: What its devices can be told to do.
        fields: What the device itself reports or is told.
        name: What all of its versions are called.
        version: major.minor: additions raise the minor, what breaks something the major.
        description: What it is for.
        changes: What is new since the version before, for people.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createDeviceProfile,
            body={
                "components": components,
                "commands": commands,
                "fields": fields,
                "name": name,
                "version": version,
                "description": description,
                "changes": changes,
            },
            idempotency_key=idempotency_key,
            answer=DeviceProfileRead,
        )

    def get(self, device_profile_id: str) -> DeviceProfileRead:
        """One version of a device profile.

        Needs the permission `profiles:read`.

        device_profile_id: The version of a device profile.
        """
        return self._call(_getDeviceProfile, path=(device_profile_id,), answer=DeviceProfileRead)

    def delete(self, device_profile_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a version that no device has.

        Needs the permission `profiles:write`.

        device_profile_id: The version of a device profile.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteDeviceProfile,
            path=(device_profile_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def compare(
        self,
        device_profile_id: str,
        *,
        components: Sequence[ComponentOfProfile] | UnsetType = UNSET,
        commands: Sequence[CommandOfProfile] | UnsetType = UNSET,
        fields: Sequence[Field] | UnsetType = UNSET,
    ) -> DeviceProfileCompatibility:
        """What a new version with this content would change, and which number it needs. Nothing is
        stored.

        Needs the permission `profiles:write`.

        device_profile_id: The version of a device profile.
        components: The parts that every device of it has.
        commands: What its devices can be told to do.
        fields: What the device itself reports or is told.
        """
        return self._call(
            _compareDeviceProfile,
            path=(device_profile_id,),
            body={"components": components, "commands": commands, "fields": fields},
            answer=DeviceProfileCompatibility,
        )


class AsyncDeviceProfilesApi(AsyncTransport):
    """Operations of `device_profiles`, for asynchronous programs."""

    async def list(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> DeviceProfilePage:
        """Versions of device profiles, newest first. All conditions given must hold.

        Needs the permission `profiles:read`.

        name: All versions of this name.
        version: Of this version; with `name` that is one.
        pack: What this pack brought.
        q: Part of the name or description, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listDeviceProfiles,
            query={
                "name": name,
                "version": version,
                "pack": pack,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=DeviceProfilePage,
        )

    def each(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[DeviceProfileRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                name=name,
                version=version,
                pack=pack,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        name: str,
        version: str,
        components: Sequence[ComponentOfProfile] | UnsetType = UNSET,
        commands: Sequence[CommandOfProfile] | UnsetType = UNSET,
        fields: Sequence[Field] | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        changes: str | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> DeviceProfileRead:
        """Add a version. It never changes again.

        What only adds may be a minor version; what breaks something is refused below the next major
        one, with
        every breaking point. The parameters of its commands must be valid JSON Schema.

        Needs the permission `profiles:write`.

        components: The parts that every device of it has.
        commands: What its devices can be told to do.
        fields: What the device itself reports or is told.
        name: What all of its versions are called.
        version: major.minor: additions raise the minor, what breaks something the major.
        description: What it is for.
        changes: What is new since the version before, for people.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createDeviceProfile,
            body={
                "components": components,
                "commands": commands,
                "fields": fields,
                "name": name,
                "version": version,
                "description": description,
                "changes": changes,
            },
            idempotency_key=idempotency_key,
            answer=DeviceProfileRead,
        )

    async def get(self, device_profile_id: str) -> DeviceProfileRead:
        """One version of a device profile.

        Needs the permission `profiles:read`.

        device_profile_id: The version of a device profile.
        """
        return await self._call(
            _getDeviceProfile, path=(device_profile_id,), answer=DeviceProfileRead
        )

    async def delete(self, device_profile_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a version that no device has.

        Needs the permission `profiles:write`.

        device_profile_id: The version of a device profile.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteDeviceProfile,
            path=(device_profile_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def compare(
        self,
        device_profile_id: str,
        *,
        components: Sequence[ComponentOfProfile] | UnsetType = UNSET,
        commands: Sequence[CommandOfProfile] | UnsetType = UNSET,
        fields: Sequence[Field] | UnsetType = UNSET,
    ) -> DeviceProfileCompatibility:
        """What a new version with this content would change, and which number it needs. Nothing is
        stored.

        Needs the permission `profiles:write`.

        device_profile_id: The version of a device profile.
        components: The parts that every device of it has.
        commands: What its devices can be told to do.
        fields: What the device itself reports or is told.
        """
        return await self._call(
            _compareDeviceProfile,
            path=(device_profile_id,),
            body={"components": components, "commands": commands, "fields": fields},
            answer=DeviceProfileCompatibility,
        )


class PacksApi(SyncTransport):
    """Operations of `packs`, for programs that wait."""

    def list(self) -> PackPage:
        """All packs by name, on one page: those that ship with the product, those that were uploaded,
        and which
        version of each is installed.

        Needs the permission `packs:read`.
        """
        return self._call(_listPacks, answer=PackPage)

    def upload(
        self,
        *,
        body: PackDocument | bytes,
        content_type: Literal["application/yaml", "application/x-yaml", "text/yaml"]
        | UnsetType = UNSET,
    ) -> PackRead:
        """Keep a version of a pack, in JSON or YAML. The same content again is the same version.

        Everything that is wrong with it is told with line and column.

        Needs the permission `packs:write`.

        body: The body.
        content_type: What the body is, where it is no JSON.
        """
        return self._call(_uploadPack, body=body, content_type=content_type, answer=PackRead)

    def get(self, *, pack_name: str) -> PackDetail:
        """One pack with its content: of the installed version, or of the newest where none is.

        Needs the permission `packs:read`.

        pack_name: The pack's name.
        """
        return self._call(_getPack, path=(pack_name,), answer=PackDetail)

    def delete(self, *, pack_name: str) -> None:
        """Take away what the pack brought, and what was uploaded of it. Refused while something uses
        it.

        Needs the permission `packs:write`.

        pack_name: The pack's name.
        """
        return self._call(_deletePack, path=(pack_name,), answer=type(None))

    def install(self, *, pack_name: str, version: str | None | UnsetType = UNSET) -> PackRead:
        """Bring the pack's profiles, all or none. What is installed already is done.

        Needs the permission `packs:write`.

        pack_name: The pack's name.
        version: The newest if left out.
        """
        return self._call(
            _installPack, path=(pack_name,), body={"version": version}, answer=PackRead
        )

    def upgrade(
        self,
        *,
        pack_name: str,
        version: str | None | UnsetType = UNSET,
        dry_run: bool | UnsetType = UNSET,
    ) -> PackUpgrade:
        """Go to a later version. Components and devices move to the newest version of their profile,
        but never to
        another major one: those stay, and are counted. With `dryRun` nothing is changed, only said.

        Needs the permission `packs:write`.

        pack_name: The pack's name.
        version: The newest if left out.
        dry_run: Say what would change, and change nothing.
        """
        return self._call(
            _upgradePack,
            path=(pack_name,),
            body={"version": version, "dryRun": dry_run},
            answer=PackUpgrade,
        )


class AsyncPacksApi(AsyncTransport):
    """Operations of `packs`, for asynchronous programs."""

    async def list(self) -> PackPage:
        """All packs by name, on one page: those that ship with the product, those that were uploaded,
        and which
        version of each is installed.

        Needs the permission `packs:read`.
        """
        return await self._call(_listPacks, answer=PackPage)

    async def upload(
        self,
        *,
        body: PackDocument | bytes,
        content_type: Literal["application/yaml", "application/x-yaml", "text/yaml"]
        | UnsetType = UNSET,
    ) -> PackRead:
        """Keep a version of a pack, in JSON or YAML. The same content again is the same version.

        Everything that is wrong with it is told with line and column.

        Needs the permission `packs:write`.

        body: The body.
        content_type: What the body is, where it is no JSON.
        """
        return await self._call(_uploadPack, body=body, content_type=content_type, answer=PackRead)

    async def get(self, *, pack_name: str) -> PackDetail:
        """One pack with its content: of the installed version, or of the newest where none is.

        Needs the permission `packs:read`.

        pack_name: The pack's name.
        """
        return await self._call(_getPack, path=(pack_name,), answer=PackDetail)

    async def delete(self, *, pack_name: str) -> None:
        """Take away what the pack brought, and what was uploaded of it. Refused while something uses
        it.

        Needs the permission `packs:write`.

        pack_name: The pack's name.
        """
        return await self._call(_deletePack, path=(pack_name,), answer=type(None))

    async def install(self, *, pack_name: str, version: str | None | UnsetType = UNSET) -> PackRead:
        """Bring the pack's profiles, all or none. What is installed already is done.

        Needs the permission `packs:write`.

        pack_name: The pack's name.
        version: The newest if left out.
        """
        return await self._call(
            _installPack, path=(pack_name,), body={"version": version}, answer=PackRead
        )

    async def upgrade(
        self,
        *,
        pack_name: str,
        version: str | None | UnsetType = UNSET,
        dry_run: bool | UnsetType = UNSET,
    ) -> PackUpgrade:
        """Go to a later version. Components and devices move to the newest version of their profile,
        but never to
        another major one: those stay, and are counted. With `dryRun` nothing is changed, only said.

        Needs the permission `packs:write`.

        pack_name: The pack's name.
        version: The newest if left out.
        dry_run: Say what would change, and change nothing.
        """
        return await self._call(
            _upgradePack,
            path=(pack_name,),
            body={"version": version, "dryRun": dry_run},
            answer=PackUpgrade,
        )


class SensorProfilesApi(SyncTransport):
    """Operations of `sensor_profiles`, for programs that wait."""

    def list(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> SensorProfilePage:
        """Versions of sensor profiles with their fields, newest first. All conditions given must hold.

        Needs the permission `profiles:read`.

        name: All versions of this name.
        version: Of this version; with `name` that is one.
        pack: What this pack brought.
        q: Part of the name or description, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listSensorProfiles,
            query={
                "name": name,
                "version": version,
                "pack": pack,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=SensorProfilePage,
        )

    def each(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[SensorProfileRead]:
        """Every item of every page of `list`."""
        return each_of_pages(
            lambda cursor: self.list(
                name=name,
                version=version,
                pack=pack,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    def create(
        self,
        *,
        name: str,
        version: str,
        fields: Sequence[Field],
        description: str | UnsetType = UNSET,
        changes: str | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SensorProfileRead:
        """Add a version. It never changes again.

        The platform compares it with the version before: what only adds may be a minor version;
        what breaks
        something is refused below the next major one, with every breaking point.

        Needs the permission `profiles:write`.

        name: What all of its versions are called.
        version: major.minor: additions raise the minor, what breaks something the major.
        fields: What a component with this profile reports or is told.
        description: What it is for.
        changes: What is new since the version before, for people.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return self._call(
            _createSensorProfile,
            body={
                "name": name,
                "version": version,
                "fields": fields,
                "description": description,
                "changes": changes,
            },
            idempotency_key=idempotency_key,
            answer=SensorProfileRead,
        )

    def import_(
        self,
        *,
        body: dict[str, Any],
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        array_sizes: Sequence[str] | UnsetType = UNSET,
    ) -> DtdlImported:
        """Make a version of a sensor profile of a DTDL interface: its telemetry and properties become
        fields.

        What a profile can't hold is left out, and `notes` says so, element by element.

        Needs the permission `profiles:write`.

        name: The profile's name; the interface's own if left out.
        version: The profile's version; the interface's own if left out.
        array_sizes: Sizes of arrays by their names, which DTDL doesn't know; comma-separated or
        repeated.
        body: The body.
        """
        return self._call(
            _importSensorProfile,
            query={"name": name, "version": version, "arraySizes": array_sizes},
            body=body,
            answer=DtdlImported,
        )

    def get(self, sensor_profile_id: str) -> SensorProfileRead:
        """One version of a sensor profile.

        Needs the permission `profiles:read`.

        sensor_profile_id: The version of a sensor profile.
        """
        return self._call(_getSensorProfile, path=(sensor_profile_id,), answer=SensorProfileRead)

    def delete(self, sensor_profile_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a version that nothing uses.

        Needs the permission `profiles:write`.

        sensor_profile_id: The version of a sensor profile.
        if_match: The ETag that the resource must still have, or *.
        """
        return self._call(
            _deleteSensorProfile,
            path=(sensor_profile_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    def compare(self, sensor_profile_id: str, *, fields: Sequence[Field]) -> Compatibility:
        """What a new version with these fields would change, and which number it needs. Nothing is
        stored.

        Needs the permission `profiles:write`.

        sensor_profile_id: The version of a sensor profile.
        fields: What the new version would have.
        """
        return self._call(
            _compareSensorProfile,
            path=(sensor_profile_id,),
            body={"fields": fields},
            answer=Compatibility,
        )

    def json_schema(self, sensor_profile_id: str) -> dict[str, Any]:
        """JSON Schema (2020-12) of the `values` of structured payloads: valid against it is what is
        taken.

        Needs the permission `profiles:read`.

        sensor_profile_id: The version of a sensor profile.
        """
        return self._call(
            _getSensorProfileJsonSchema, path=(sensor_profile_id,), answer=dict[str, Any]
        )

    def preview_upgrade(
        self,
        sensor_profile_id: str,
        *,
        days: int | UnsetType = UNSET,
        component_ids: Sequence[str] | None | UnsetType = UNSET,
    ) -> UpgradePreview:
        """Which readings of the last days the version would have refused, had components been bound to
        it.

        At most 300,000 readings are looked at, the newest of each sensor. A moment at which a
        component reported
        something without a required field counts as a payload that misses it. Nothing is stored.

        Needs the permission `profiles:write`.

        sensor_profile_id: The version of a sensor profile.
        days: How many days of readings to look at.
        component_ids: These components; all with another version of the profile if left out.
        """
        return self._call(
            _previewSensorProfileUpgrade,
            path=(sensor_profile_id,),
            body={"days": days, "componentIds": component_ids},
            answer=UpgradePreview,
        )


class AsyncSensorProfilesApi(AsyncTransport):
    """Operations of `sensor_profiles`, for asynchronous programs."""

    async def list(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> SensorProfilePage:
        """Versions of sensor profiles with their fields, newest first. All conditions given must hold.

        Needs the permission `profiles:read`.

        name: All versions of this name.
        version: Of this version; with `name` that is one.
        pack: What this pack brought.
        q: Part of the name or description, in any case.
        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listSensorProfiles,
            query={
                "name": name,
                "version": version,
                "pack": pack,
                "q": q,
                "limit": limit,
                "cursor": cursor,
                "sort": sort,
                "includeTotal": include_total,
            },
            answer=SensorProfilePage,
        )

    def each(
        self,
        *,
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        pack: str | UnsetType = UNSET,
        q: str | UnsetType = UNSET,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt", "name", "-name"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[SensorProfileRead]:
        """Every item of every page of `list`."""
        return each_of_pages_async(
            lambda cursor: self.list(
                name=name,
                version=version,
                pack=pack,
                q=q,
                limit=limit,
                sort=sort,
                include_total=include_total,
                cursor=cursor,
            )
        )

    async def create(
        self,
        *,
        name: str,
        version: str,
        fields: Sequence[Field],
        description: str | UnsetType = UNSET,
        changes: str | UnsetType = UNSET,
        idempotency_key: str | UnsetType = UNSET,
    ) -> SensorProfileRead:
        """Add a version. It never changes again.

        The platform compares it with the version before: what only adds may be a minor version;
        what breaks
        something is refused below the next major one, with every breaking point.

        Needs the permission `profiles:write`.

        name: What all of its versions are called.
        version: major.minor: additions raise the minor, what breaks something the major.
        fields: What a component with this profile reports or is told.
        description: What it is for.
        changes: What is new since the version before, for people.
        idempotency_key: Makes the request one, whoever sends it again; by itself each call has its
        own.
        """
        return await self._call(
            _createSensorProfile,
            body={
                "name": name,
                "version": version,
                "fields": fields,
                "description": description,
                "changes": changes,
            },
            idempotency_key=idempotency_key,
            answer=SensorProfileRead,
        )

    async def import_(
        self,
        *,
        body: dict[str, Any],
        name: str | UnsetType = UNSET,
        version: str | UnsetType = UNSET,
        array_sizes: Sequence[str] | UnsetType = UNSET,
    ) -> DtdlImported:
        """Make a version of a sensor profile of a DTDL interface: its telemetry and properties become
        fields.

        What a profile can't hold is left out, and `notes` says so, element by element.

        Needs the permission `profiles:write`.

        name: The profile's name; the interface's own if left out.
        version: The profile's version; the interface's own if left out.
        array_sizes: Sizes of arrays by their names, which DTDL doesn't know; comma-separated or
        repeated.
        body: The body.
        """
        return await self._call(
            _importSensorProfile,
            query={"name": name, "version": version, "arraySizes": array_sizes},
            body=body,
            answer=DtdlImported,
        )

    async def get(self, sensor_profile_id: str) -> SensorProfileRead:
        """One version of a sensor profile.

        Needs the permission `profiles:read`.

        sensor_profile_id: The version of a sensor profile.
        """
        return await self._call(
            _getSensorProfile, path=(sensor_profile_id,), answer=SensorProfileRead
        )

    async def delete(self, sensor_profile_id: str, *, if_match: str | UnsetType = UNSET) -> None:
        """Delete a version that nothing uses.

        Needs the permission `profiles:write`.

        sensor_profile_id: The version of a sensor profile.
        if_match: The ETag that the resource must still have, or *.
        """
        return await self._call(
            _deleteSensorProfile,
            path=(sensor_profile_id,),
            headers={"If-Match": if_match},
            answer=type(None),
        )

    async def compare(self, sensor_profile_id: str, *, fields: Sequence[Field]) -> Compatibility:
        """What a new version with these fields would change, and which number it needs. Nothing is
        stored.

        Needs the permission `profiles:write`.

        sensor_profile_id: The version of a sensor profile.
        fields: What the new version would have.
        """
        return await self._call(
            _compareSensorProfile,
            path=(sensor_profile_id,),
            body={"fields": fields},
            answer=Compatibility,
        )

    async def json_schema(self, sensor_profile_id: str) -> dict[str, Any]:
        """JSON Schema (2020-12) of the `values` of structured payloads: valid against it is what is
        taken.

        Needs the permission `profiles:read`.

        sensor_profile_id: The version of a sensor profile.
        """
        return await self._call(
            _getSensorProfileJsonSchema, path=(sensor_profile_id,), answer=dict[str, Any]
        )

    async def preview_upgrade(
        self,
        sensor_profile_id: str,
        *,
        days: int | UnsetType = UNSET,
        component_ids: Sequence[str] | None | UnsetType = UNSET,
    ) -> UpgradePreview:
        """Which readings of the last days the version would have refused, had components been bound to
        it.

        At most 300,000 readings are looked at, the newest of each sensor. A moment at which a
        component reported
        something without a required field counts as a payload that misses it. Nothing is stored.

        Needs the permission `profiles:write`.

        sensor_profile_id: The version of a sensor profile.
        days: How many days of readings to look at.
        component_ids: These components; all with another version of the profile if left out.
        """
        return await self._call(
            _previewSensorProfileUpgrade,
            path=(sensor_profile_id,),
            body={"days": days, "componentIds": component_ids},
            answer=UpgradePreview,
        )
