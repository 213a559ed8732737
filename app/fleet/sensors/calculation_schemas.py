"""How a calculated sensor's calculation travels."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.core.documentation import described, example_id
from app.core.wire import Body, Instant, Moment, Read
from app.fleet.ids import SENSOR, DeviceId, SensorId
from ingest.calculations.definition import (
    INPUTS_MAX,
    Age,
    Expression,
    FieldName,
    InputAggregate,
    InputName,
    InputTarget,
    Step,
)

_SITE_TARGET = {"type": "SITE", "id": example_id("site")}
_EXPRESSION = described(
    "Over the names of its inputs, in the grammar of alert rules' expressions.",
    "(a - b) / b * 100",
)
_STEP = described("It has a value at each multiple of this, counted from 1970.", 60)
_FROM = described("From when on it is calculated.", "2026-11-16T00:00:00Z")


class CalculationInputBody(Body, omit_defaults=True):
    """One sensor; or all sensors of a target with a field, across which the aggregate is."""

    sensor_id: Annotated[
        SensorId | None, described("This sensor, of numbers or booleans.", SENSOR)
    ] = None
    target: Annotated[
        InputTarget | None,
        described("Sensors of this place that report themselves.", _SITE_TARGET),
    ] = None
    field: Annotated[
        FieldName | None, described("Of a target: the key of its sensors.", "temperature")
    ] = None
    aggregate: Annotated[
        InputAggregate,
        described(
            "Of a sensor: LAST is its newest value at that moment, others are over the step before "
            "it. Of a target: across its sensors' newest values.",
            "LAST",
        ),
    ] = "LAST"


Inputs = Annotated[
    dict[InputName, CalculationInputBody],
    msgspec.Meta(min_length=1, max_length=INPUTS_MAX),
    described("By name.", {"a": {"sensorId": SENSOR}}),
]


class CalculationBody(Body, kw_only=True):
    """What a sensor's readings are calculated of."""

    expression: Annotated[Expression, _EXPRESSION]
    inputs: Inputs
    step_seconds: Annotated[Step, _STEP] = 60
    max_age_seconds: Annotated[
        Age | None,
        described("A value older than this is none; three steps, 5 minutes at least.", 300),
    ] = None
    from_: Annotated[
        Instant | None,
        described(
            "From when on: 7 days ago if left out. At most 400 days and 600,000 steps ago.",
            "2026-11-16T00:00:00Z",
        ),
    ] = msgspec.field(default=None, name="from")


class CalculationUpdate(Body, kw_only=True):
    """A JSON Merge Patch of a calculation: all of it is calculated anew."""

    expression: Annotated[Expression | msgspec.UnsetType, _EXPRESSION] = msgspec.UNSET
    inputs: Annotated[
        Annotated[
            dict[InputName, CalculationInputBody | None], msgspec.Meta(max_length=2 * INPUTS_MAX)
        ]
        | msgspec.UnsetType,
        described("By name; null removes one.", {"a": {"sensorId": SENSOR}}),
    ] = msgspec.UNSET
    step_seconds: Annotated[Step | msgspec.UnsetType, _STEP] = msgspec.UNSET
    max_age_seconds: Annotated[
        Age | msgspec.UnsetType | None, described("How old a value may be.", 300)
    ] = msgspec.UNSET
    from_: Annotated[Instant | msgspec.UnsetType, _FROM] = msgspec.field(
        default=msgspec.UNSET, name="from"
    )


class CalculationInputRead(Read, omit_defaults=True):
    """One sensor, or all of a target with a field; or, of a profile, a field near by."""

    sensor_id: Annotated[UUID | None, described("This sensor.", SENSOR)] = None
    target: Annotated[InputTarget | None, described("Of this place.", _SITE_TARGET)] = None
    field: Annotated[str | None, described("The key of its sensors.", "temperature")] = None
    component: Annotated[str | None, described("Of this component of the device.", None)] = None
    aggregate: Annotated[str, described("What becomes of its values.", "LAST")] = "LAST"


class CalculationRead(Read, kw_only=True):
    """What a sensor is calculated of, and how far that has come."""

    expression: Annotated[str, _EXPRESSION]
    inputs: Annotated[
        dict[str, CalculationInputRead], described("By name.", {"a": {"sensorId": SENSOR}})
    ]
    step_seconds: Annotated[int, _STEP]
    max_age_seconds: Annotated[int, described("A value older than this is none.", 300)]
    from_: Annotated[Moment, _FROM] = msgspec.field(name="from")
    is_declared: Annotated[bool, described("Whether its component's profile says so.", False)]
    calculated_to: Annotated[
        Moment,
        described("Up to when all is calculated.", "2026-11-23T10:30:00Z"),
    ]
    progress: Annotated[
        float, described("Of its history: 1 when all up to now is calculated.", 1.0)
    ]
    left_out: Annotated[
        int, described("Sensors of targets that don't count: they have another unit.", 0)
    ]
    gap_at: Annotated[
        Moment | None, described("The newest moment, where it has no value; else null.", None)
    ]
    gap_reason: Annotated[str | None, described("Why it has none.", "b has no value")]


class RelatedSensor(Read):
    """A sensor that another is calculated of."""

    sensor_id: SensorId
    device_id: DeviceId
    device_name: Annotated[str, described("Its device's name.", "cold-room-01")]
    name: Annotated[str, described("Its name.", "Temperature")]
    unit: Annotated[str | None, described("Of its values.", "°C")]
    input: Annotated[
        str, described("For which input it stands; of what uses this sensor, as which.", "a")
    ]


class CalculationSensors(Read):
    """The sensors around one, 200 of each at most."""

    inputs: Annotated[list[RelatedSensor], described("What it is calculated of.")]
    input_count: Annotated[int, described("How many these are in all.", 2)]
    used_by: Annotated[list[RelatedSensor], described("What is calculated of it.")]


class CalculationPreviewRequest(Body, kw_only=True):
    """A calculation that isn't there, over a range of at most 2,000 steps."""

    calculation: Annotated[
        CalculationBody,
        described(
            "As of a sensor that is made; its `from` says nothing.",
            {"expression": "a * 2", "inputs": {"a": {"sensorId": SENSOR}}},
        ),
    ]
    from_: Annotated[Instant, described("After this.", "2026-11-22T10:30:00Z")] = msgspec.field(
        name="from"
    )
    to: Annotated[Instant, described("Up to this.", "2026-11-23T10:30:00Z")]


class CalculatedValue(Read):
    """A moment that has a value."""

    timestamp: Annotated[Moment, described("The moment.", "2026-11-23T10:30:00Z")]
    value: Annotated[float, described("Its value.", 4.25)]


class CalculationPreview(Read):
    """What it would give."""

    items: Annotated[list[CalculatedValue], described("In order; a gap has none.")]
    gaps: Annotated[int, described("Moments without a value.", 0)]
    reason: Annotated[
        str | None, described("Why the newest one has none; null if it has.", "a has no value")
    ]
    sensors: Annotated[int, described("Of how many sensors it is calculated.", 2)]
    readings: Annotated[int, described("How many readings were read for it.", 17_280)]
