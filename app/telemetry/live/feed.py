"""One organization in this process: where its log is read, and who listens to what of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from app.telemetry.live.events import Batch
from app.telemetry.live.listener import Changed, Listener, Paused, Reset
from db.queries.targets import Target, TargetResolution
from ingest.live.log import Gap


class AskedTarget(NamedTuple):
    """What is asked for, and for whom: the same target comes to something else for a customer."""

    target: Target
    customer_id: UUID | None


class Group:
    """Listeners that asked the same: what they get is filtered and encoded once."""

    def __init__(self, target: Target, resolution: TargetResolution) -> None:
        self.target = target
        self.resolution = resolution
        self.listeners: set[Listener] = set()

    def pick(self, batch: Batch, devices: Sequence[bytes | None]) -> Batch | None:
        """What of it they asked for; `devices` are the feed's `devices_of` the batch."""
        if self.target.is_everything:
            return batch
        return batch.only(self.resolution.mask(batch.sensors, devices))


class Feed:
    def __init__(self, org_id: UUID) -> None:
        self.org_id = org_id
        self.position: str | None = None  # in the log; None before it is watched
        self.is_paused = False
        self.is_learning = False  # the log isn't read until the fleet is known as it is now
        self.is_stale = False  # the fleet has changed
        self._groups: dict[AskedTarget, Group] = {}
        self._device_of: dict[bytes, bytes | None] = {}

    @property
    def is_read(self) -> bool:
        if self.position is None or self.is_paused or self.is_learning:
            return False
        # A customer is told nothing of a device that may be another's by now.
        return not (self.is_stale and self._is_for_customers)

    @property
    def _is_for_customers(self) -> bool:
        return any(asked.customer_id is not None for asked in self._groups)

    @property
    def listeners(self) -> list[Listener]:
        return [listener for group in self._groups.values() for listener in group.listeners]

    def join(self, listener: Listener) -> Group:
        asked = _asked(listener)
        group = self._groups.get(asked)
        if group is None:
            group = self._groups[asked] = Group(listener.target, listener.resolution)
            # It may have changed since it was looked up.
            may_change = listener.target.needs_devices or asked.customer_id is not None
            self.is_stale = self.is_stale or may_change
        group.listeners.add(listener)
        if self.is_paused:
            listener.tell(Paused())
        else:
            listener.joined_at = self.position
        return group

    def leave(self, listener: Listener) -> None:
        asked = _asked(listener)
        group = self._groups[asked]
        group.listeners.discard(listener)
        if not group.listeners:
            del self._groups[asked]

    def strangers(self, items: Sequence[Batch | Gap]) -> set[bytes]:
        """Sensors whose device has to be known before this can be told, and isn't."""
        if not self._needs_devices:
            return set()
        batches = (item.sensors for item in items if isinstance(item, Batch))
        # Not a difference of keys: that would go through all that are known.
        return set().union(*batches).difference(self._device_of)

    def learn(self, device_of: Mapping[bytes, bytes | None]) -> None:
        self._device_of |= device_of

    def devices_of(self, batch: Batch) -> Sequence[bytes | None]:
        """The device of each of its sensors, where anyone asked for devices."""
        return list(map(self._device_of.get, batch.sensors)) if self._needs_devices else ()

    @property
    def _needs_devices(self) -> bool:
        return any(asked.target.needs_devices for asked in self._groups)

    @property
    def questions(self) -> list[AskedTarget]:
        """Those to which the fleet's changes may change the answer."""
        return [asked for asked in self._groups if not asked.target.is_everything]

    def become(self, asked: AskedTarget, resolution: TargetResolution) -> None:
        """Listeners whose target comes to something else now are told so, between the readings of
        before and after."""
        group = self._groups.get(asked)
        if group is None or group.resolution == resolution:
            return
        group.resolution = resolution
        if self.position is not None:
            for listener in group.listeners:
                listener.tell(Changed(self.position))

    def deliver(self, item: Batch | Gap) -> None:
        """Hand what follows the position to everyone who asked for it."""
        if isinstance(item, Gap):
            for listener in self.listeners:
                listener.tell(Reset(item.id, item.reason))
        else:
            self._push(item)
        self.position = item.id

    def _push(self, batch: Batch) -> None:
        devices = self.devices_of(batch)
        for group in self._groups.values():
            if picked := group.pick(batch, devices):
                for listener in group.listeners:
                    listener.push(picked)

    def pause(self) -> None:
        """Valkey is away."""
        if self.is_paused:
            return
        self.is_paused = True
        for listener in self.listeners:
            listener.tell(Paused())

    def resume(self, newest: str, reason: str) -> None:
        """The log is watched, for the first time or again. Who has been waiting begins with a snapshot."""
        was_waiting, self.is_paused = self.is_paused, False
        self.position = self.position or newest
        for listener in self.listeners:
            if was_waiting:
                listener.tell(Reset(self.position, reason))
            listener.joined_at = listener.joined_at or self.position

    def lose(self) -> None:
        """The position is no longer in the log: begin again where it is now."""
        self.position, self.is_paused = None, True


def _asked(listener: Listener) -> AskedTarget:
    return AskedTarget(listener.target, listener.actor.customer_id)
