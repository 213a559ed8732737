"""Why something is not stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an element is in quarantine."""

    UNKNOWN_SENSOR = "UNKNOWN_SENSOR"
    MISSING_PROFILE = "MISSING_PROFILE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    WRONG_TYPE = "WRONG_TYPE"
    MISSING_FIELD = "MISSING_FIELD"
    ARRAY_SIZE = "ARRAY_SIZE"
    MALFORMED = "MALFORMED"
    BAD_TIMESTAMP = "BAD_TIMESTAMP"
    CONFLICTING_VALUE = "CONFLICTING_VALUE"
    SENSOR_LIMIT = "SENSOR_LIMIT"


@dataclass(frozen=True, slots=True)
class Rejection:
    """Bad input is a value, not an exception."""

    reason: Reason
    message: str
