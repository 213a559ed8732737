"""The request bodies of ingestion for OpenAPI: they are decoded by hand, so Litestar can't see their shape."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi.spec import Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.openapi.spec.media_type import OpenAPIMediaType

_TEXT = Schema(type=OpenAPIType.STRING)
_ID = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.UUID)

READING = Schema(
    type=OpenAPIType.OBJECT,
    title="ReadingCreate",
    description="Names its sensor by sensorId, or by deviceId and the sensor's key, which is created as first reported.",
    required=["timestamp", "value"],
    properties={
        "sensorId": _ID,
        "deviceId": _ID,
        "sensor": _TEXT,
        "timestamp": Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME),
        "value": Schema(
            one_of=[
                Schema(type=OpenAPIType.NUMBER),
                Schema(type=OpenAPIType.BOOLEAN),
                Schema(type=OpenAPIType.STRING, max_length=1000),
            ]
        ),
        "metadata": Schema(type=OpenAPIType.OBJECT),
    },
    examples=[
        {
            "deviceId": "d1e2f3a4-e5f6-7890-abcd-ef1234567890",
            "sensor": "temperature",
            "timestamp": "2026-11-23T10:30:00Z",
            "value": 21.5,
        }
    ],
)


def _json(schema: Schema) -> RequestBody:
    return RequestBody(required=True, content={"application/json": OpenAPIMediaType(schema=schema)})


@dataclass
class OneReading(Operation):
    def __post_init__(self) -> None:
        self.request_body = _json(READING)


@dataclass
class ReadingBatch(Operation):
    def __post_init__(self) -> None:
        self.request_body = _json(Schema(type=OpenAPIType.ARRAY, items=READING, max_items=100_000))
