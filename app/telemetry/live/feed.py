"""One organization in this process: where its log is read, and who listens to what of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.telemetry.live.events import Batch
from app.telemetry.live.listener import Changed, Listener, Paused, Reset
from app.telemetry.live.selection import Found, Selection
from ingest.live.log import Gap


class Group:
    """Listeners that asked for the same: what they get is filtered and encoded once."""

    def __init__(
        self, selection: Selection, found: Found, device_of: Mapping[bytes, bytes | None]
    ) -> None:
        self.selection = selection
        self.found = found
        self.members = None if selection.is_everything else found.members(device_of)
        self.listeners: set[Listener] = set()

    def pick(self, batch: Batch) -> Batch | None:
        return batch if self.members is None else batch.only(self.members)


class Feed:
    def __init__(self, org_id: UUID) -> None:
        self.org_id = org_id
        self.position: str | None = None  # in the log; None before it is watched
        self.is_paused = False
        self.is_learning = False  # the log isn't read until the fleet is known as it is now
        self.is_stale = False  # the fleet has changed
        self._groups: dict[Selection, Group] = {}
        self._device_of: dict[bytes, bytes | None] = {}

    @property
    def is_read(self) -> bool:
        return self.position is not None and not self.is_paused and not self.is_learning

    @property
    def listeners(self) -> list[Listener]:
        return [listener for group in self._groups.values() for listener in group.listeners]

    def join(self, listener: Listener) -> Group:
        group = self._groups.get(listener.selection)
        if group is None:
            group = Group(listener.selection, listener.found, self._device_of)
            self._groups[listener.selection] = group
            # It may have changed since it was looked up.
            self.is_stale = self.is_stale or listener.selection.needs_devices
        group.listeners.add(listener)
        if self.is_paused:
            listener.tell(Paused())
        else:
            listener.joined_at = self.position
        return group

    def leave(self, listener: Listener) -> None:
        group = self._groups[listener.selection]
        group.listeners.discard(listener)
        if not group.listeners:
            del self._groups[listener.selection]

    def strangers(self, items: Sequence[Batch | Gap]) -> set[bytes]:
        """Sensors whose device has to be known before this can be told, and isn't."""
        if not any(group.selection.needs_devices for group in self._groups.values()):
            return set()
        batches = (item for item in items if isinstance(item, Batch))
        return {sensor for batch in batches for sensor in batch.sensors} - self._device_of.keys()

    def learn(self, device_of: Mapping[bytes, bytes | None]) -> None:
        self._device_of |= device_of
        for group in self._groups.values():
            if group.members is not None:
                group.members |= group.found.members(device_of)

    @property
    def selections(self) -> list[Selection]:
        """Those that the fleet's changes may change."""
        return [selection for selection in self._groups if not selection.is_everything]

    def become(self, selection: Selection, found: Found) -> None:
        """Listeners whose selection comes to something else now are told so, between the readings of before and after."""
        group = self._groups.get(selection)
        if group is None or group.found == found:
            return
        group.found, group.members = found, found.members(self._device_of)
        if self.position is not None:
            for listener in group.listeners:
                listener.tell(Changed(self.position))

    def deliver(self, item: Batch | Gap) -> None:
        """Hand what follows the position to everyone who asked for it."""
        for group in self._groups.values():
            self._hand(item, group)
        self.position = item.id

    @staticmethod
    def _hand(item: Batch | Gap, group: Group) -> None:
        if isinstance(item, Gap):
            for listener in group.listeners:
                listener.tell(Reset(item.id, item.reason))
        elif picked := group.pick(item):
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
