"""What a device has published and nobody has looked into yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from ingest.pipeline.messages import Burst


@dataclass(eq=False)
class UnreadBurst:
    """Publishes that came at once, to be decoded when it is their device's turn.

    Decoding holds up everybody: what is in it is its sender's choice, and so is how long that
    takes.
    """

    org_id: UUID
    device_id: UUID
    received_at: float
    bodies: Sequence[bytes]

    @cached_property
    def size_bytes(self) -> int:
        return sum(map(len, self.bodies))

    def read(self) -> Burst:
        return Burst.read(self.org_id, self.device_id, self.received_at, self.bodies)
