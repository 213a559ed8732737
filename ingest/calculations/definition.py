"""What a calculation says, as on the wire and as it is kept, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

import msgspec

from ingest.expressions.checking import faults_of_names
from ingest.expressions.parsing import EXPRESSION_MAX, parse
from ingest.expressions.tree import ExpressionNode

InputAggregate = Literal["LAST", "AVG", "MIN", "MAX", "COUNT", "SUM", "RANGE"]
TargetKind = Literal[
    "ORGANIZATION",
    "SITE",
    "DEVICE_GROUP",
    "DEVICE_PROFILE",
    "SENSOR_PROFILE",
    "DEVICE",
    "COMPONENT",
]

INPUTS_MAX = 10
MEMBERS_MAX = 1_000
"""Sensors that an input stands for, at one moment."""
SHORTEST_STEP_SECONDS = 10
LONGEST_STEP_SECONDS = 86_400
LONGEST_AGE_SECONDS = 7 * 86_400
AGE_STEPS_MAX = 1_000
DEPTH_MAX = 5
"""Calculations in a chain."""
DAY_SECONDS = 86_400
SECOND = 1_000_000

InputName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
FieldName = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Step = Annotated[int, msgspec.Meta(ge=SHORTEST_STEP_SECONDS, le=LONGEST_STEP_SECONDS)]
Age = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_AGE_SECONDS)]
Expression = Annotated[str, msgspec.Meta(min_length=1, max_length=EXPRESSION_MAX)]


_AN_ID = "7a38b850-9cc0-44a9-ad32-364fbdd99438"


def _said(text: str, *examples: object) -> msgspec.Meta:
    """For the document of the API, where profiles have such a definition."""
    return msgspec.Meta(description=text, examples=list(examples) or None)


class InputTarget(
    msgspec.Struct,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
    frozen=True,
    kw_only=True,
):
    """Sensors of this place that have the input's field; the id of a profile is a version's, its
    name means every version."""

    type: Annotated[TargetKind, _said("What it is.", "SITE")]
    id: Annotated[UUID | None, _said("Its id; none where a profile is named.", _AN_ID)] = None
    name: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None,
        _said("Of a profile: every version of that name.", "climate"),
    ] = None


class InputSource(
    msgspec.Struct,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
    frozen=True,
    kw_only=True,
):
    """One sensor by its id; or all of a target's with a field, across which the aggregate is; or,
    where a profile declares it, a field of the same component, or of the device's, or of another
    component."""

    sensor_id: Annotated[UUID | None, _said("This sensor.", _AN_ID)] = None
    target: Annotated[InputTarget | None, _said("The sensors of this place.")] = None
    field: Annotated[FieldName | None, _said("The key of a sensor.", "temperature")] = None
    component: Annotated[FieldName | None, _said("Of this component of the device.", "outside")] = (
        None
    )
    aggregate: Annotated[InputAggregate, _said("What becomes of its values.", "LAST")] = "LAST"


class CalculationDefinition(
    msgspec.Struct,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
    frozen=True,
    kw_only=True,
):
    """Without `max_age_seconds` it is three steps, and five minutes at least."""

    expression: Annotated[Expression, _said("Over the names of its inputs.", "(a - b) * 2")]
    inputs: Annotated[
        Annotated[dict[InputName, InputSource], msgspec.Meta(max_length=INPUTS_MAX)],
        _said("By name.", {"a": {"field": "temperature"}}),
    ]
    step_seconds: Annotated[
        Step, _said("It has a value at each multiple of this, counted from 1970.", 60)
    ] = 60
    max_age_seconds: Annotated[
        Age | None, _said("A value older than this is none; three steps, 5 minutes at least.", 300)
    ] = None

    @property
    def step(self) -> int:
        """In microseconds."""
        return self.step_seconds * SECOND

    @property
    def max_age(self) -> int:
        """How old a value may be to count, in microseconds."""
        seconds = self.max_age_seconds
        return max(3 * self.step_seconds, 300) * SECOND if seconds is None else seconds * SECOND

    @property
    def reach(self) -> int:
        """For how long a reading may matter after its time."""
        return max(self.max_age, self.step)

    @property
    def values_per_day(self) -> float:
        return DAY_SECONDS / self.step_seconds

    def closed(self, at: int) -> int:
        """The last moment that has a value by then."""
        return at // self.step * self.step


class CalculationFault(NamedTuple):
    """`path` begins behind the calculation."""

    path: str
    code: str
    message: str


def faults_of(
    definition: CalculationDefinition, *, is_declared: bool
) -> Iterator[CalculationFault]:
    """What the shape alone can't rule out. `is_declared`: by a profile, of fields near by."""
    if not definition.inputs:
        yield CalculationFault(".inputs", "MISSING", "a calculation has an input")
    for name, each in definition.inputs.items():
        find = _declared_faults if is_declared else _faults
        for message in find(each):
            yield CalculationFault(f".inputs.{name}", "INVALID", message)
    for fault in faults_of_names(definition.expression, definition.inputs):
        of = ".expression" if fault.name is None else f".inputs.{fault.name}"
        yield CalculationFault(of, fault.code, fault.message)
    if definition.max_age > AGE_STEPS_MAX * definition.step:
        message = f"the greatest age is at most {AGE_STEPS_MAX} steps"
        yield CalculationFault(".maxAgeSeconds", "OUT_OF_RANGE", message)


def _faults(each: InputSource) -> Iterator[str]:
    if each.component is not None:
        yield "only a profile names components"
    if (each.sensor_id is None) == (each.target is None):
        yield "it is a sensorId, or a target with a field"
    elif each.target is None:
        if each.field is not None:
            yield "a sensorId has no field"
    elif each.field is None or each.aggregate == "LAST":
        yield "of a target it has a field, and an aggregate across its sensors"
    elif (each.target.id is None) == (each.target.name is None) or (
        each.target.name is not None and not each.target.type.endswith("_PROFILE")
    ):
        yield "a target has an id; of a profile it has an id or a name"


def _declared_faults(each: InputSource) -> Iterator[str]:
    if each.sensor_id is not None or each.target is not None or each.field is None:
        yield "in a profile it is a field"


@lru_cache(maxsize=4096)
def decode_definition(text: str) -> CalculationDefinition:
    """As it is kept."""
    return msgspec.json.decode(text, type=CalculationDefinition)


@lru_cache(maxsize=4096)
def tree_of(expression: str) -> ExpressionNode:
    return parse(expression)
