"""How the devices of a roll-out fare."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.control.rollouts.phases import NOWHERE, PhaseCount, Standing, place_of
from db.connections.types import AnyConnection
from db.queries.rollouts import GivenConfig, connected_devices, given_configs, silent_devices
from db.queries.targets import Target, stream_devices

SILENT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Census:
    """Each device's place, in their order, and how it stands; and when the newest were given it."""

    places: Sequence[bytes]
    device_ids: Sequence[UUID]
    standings: Sequence[Standing]
    given_at: Sequence[datetime]
    boundaries: Sequence[bytes]
    reach: bytes

    def of_phase(self, phase: int) -> PhaseCount:
        """Who joined meanwhile counts, too."""
        return PhaseCount.of(self.standings[self._start(phase) : self._start(phase + 1)])

    def waiting_in(self, phase: int) -> list[bytes]:
        """The places that aren't reached yet: also of those who weren't heard of for long."""
        return [self.places[index] for index in self._waiting(phase)]

    def waiting_until(self, phase: int, place: bytes) -> list[UUID]:
        """Those of them that are, once it is reached."""
        waiting = self._waiting(phase)
        return [self.device_ids[index] for index in waiting if self.places[index] <= place]

    def members(self, *, after: bytes) -> Iterator[tuple[bytes, int, UUID, Standing]]:
        """Behind a place, in their order: place, phase, device, and how it stands."""
        for index in range(bisect_right(self.places, after), len(self.places)):
            place = self.places[index]
            phase = bisect_left(self.boundaries, place)
            yield place, phase, self.device_ids[index], self.standings[index]

    def given_since(self, at: datetime) -> int:
        return sum(given >= at for given in self.given_at)

    @property
    def pending(self) -> int:
        return sum(standing is Standing.PENDING for standing in self.standings)

    def _waiting(self, phase: int) -> list[int]:
        span = range(self._start(phase), self._start(phase + 1))
        return [index for index in span if self.places[index] > self.reach]

    def _start(self, phase: int) -> int:
        """The index of the first device behind the phase before."""
        if phase == 0 or not self.boundaries:
            return 0 if phase == 0 else len(self.places)
        end = self.boundaries[phase - 1]
        index = bisect_left(self.places, end)
        return index + (index < len(self.places) and self.places[index] == end)


async def places_of(
    connection: AnyConnection, rollout_id: UUID, target: Target
) -> list[tuple[bytes, UUID]]:
    """Of all devices that the target means now, in the order of places."""
    ids = [id_ async for page in stream_devices(connection, target) for id_ in page]
    return sorted((place_of(rollout_id, id_), id_) for id_ in ids)


async def take_census(
    connection: AnyConnection,
    org_id: UUID,
    placed: Sequence[tuple[bytes, UUID]],
    *,
    binding_id: UUID,
    artefact_id: UUID,
    reach: bytes | None,
    boundaries: Sequence[bytes],
    time_out: timedelta,
    now: datetime,
) -> Census:
    given = await given_configs(connection, org_id, binding_id, artefact_id)
    open_ones = [id_ for _, id_ in placed if id_ not in given or _is_open(given[id_])]
    silent = await silent_devices(connection, open_ones, hours=SILENT_HOURS)
    late = [id_ for id_, each in given.items() if _is_open(each) and now - each.given_at > time_out]
    timed_out = await connected_devices(connection, late)
    standings = [
        _standing(id_, place <= (reach or NOWHERE), given, silent, timed_out)
        for place, id_ in placed
    ]
    return Census(
        [place for place, _ in placed],
        [id_ for _, id_ in placed],
        standings,
        [each.given_at for each in given.values()],
        boundaries,
        reach or NOWHERE,
    )


def _is_open(given: GivenConfig) -> bool:
    return not given.has_failed and not given.has_succeeded


def _standing(
    id_: UUID,
    is_reached: bool,
    given: Mapping[UUID, GivenConfig],
    silent: set[UUID],
    timed_out: set[UUID],
) -> Standing:
    if not is_reached:
        return Standing.UNREACHABLE if id_ in silent else Standing.WAITING
    if id_ not in given:
        return Standing.SKIPPED
    if given[id_].has_failed or id_ in timed_out:
        return Standing.FAILED
    if given[id_].has_succeeded:
        return Standing.SUCCEEDED
    return Standing.UNREACHABLE if id_ in silent else Standing.PENDING
