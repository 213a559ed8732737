"""Why something is not stored. Bad input is a value here, never an exception."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

# Of why a payload is refused; it may hold thousands of values.
MESSAGE_MAX_CHARACTERS = 4000


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
    UNKNOWN_COMMAND = "UNKNOWN_COMMAND"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A reason, and for people what exactly is wrong."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class RejectedElement:
    """Element `index` of the batch's message number `message` is not stored as a reading, and why.

    `device_id` is whose it would have been, where that is known.
    """

    message: int
    index: int
    device_id: UUID | None
    rejection: Rejection

    def also(self, other: Rejection) -> RejectedElement:
        """The same for one more reason; one that is told already isn't told twice."""
        message = self.rejection.message
        if len(message) > MESSAGE_MAX_CHARACTERS or other.message in message.split("; "):
            return self
        both = Rejection(self.rejection.reason, f"{message}; {other.message}")
        return replace(self, rejection=both)


Rejections = tuple[RejectedElement, ...]
"""All that a batch has lost so far, in the order in which it was found out."""
