"""What the transport must know of an operation of the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Retry = Literal["key", "natural", "never"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`retry`: whether it may be sent again when nobody knows whether it was done. By a key that
    makes the two one; naturally, as it does the same; or never."""

    id: str
    method: str
    path: str
    retry: Retry
