"""Which cameras are this recorder's.

Every few seconds one statement renews all its leases and says which it has lost, and another takes
cameras that nobody has, up to its share: all that are to be recorded, divided by the recorders that
live. One that is started again under its old name takes its own back at once. A recorder that
can't reach the database for as long as a lease lasts stops: others may have its cameras by now.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from uuid import UUID

import structlog

from db.connections.background import TaskOwner
from db.queries import cameras
from db.queries.cameras import LEASE_SECONDS
from workers.recorder.camera import CameraRecording, RecorderDeps
from workers.recorder.watch import STAYS_SECONDS, look_who_is_watched

log = structlog.get_logger()

RENEW_SECONDS, LEAST_SECONDS = 2.5, 0.25
NOT_RECORDED = ("OFFLINE", "it is not recorded now")


@dataclass(frozen=True)
class HeldCamera:
    """A recording and the task in which it runs."""

    recording: CameraRecording
    task: asyncio.Task[None]


class RecorderRoom:
    """All cameras of one recorder: `run`, until it is stopped."""

    def __init__(self, name: str, deps: RecorderDeps) -> None:
        self._name, self._deps = name, deps
        self._held: dict[UUID, HeldCamera] = {}
        self._leaving: set[UUID] = set()
        self._due = asyncio.Event()  # before its time
        self._said: set[UUID] = set()  # whom somebody watches, and nobody here records

    async def run(self, stop: asyncio.Event) -> None:
        async with TaskOwner("recorder") as owner:
            owner.start(self._hurry_at(stop))
            owner.keep(
                look_who_is_watched(self._deps.redis, lambda: list(self._held), self._watched),
                name="watch",
            )
            renewed_at = time.monotonic()
            while not stop.is_set():
                try:
                    async with asyncio.timeout(RENEW_SECONDS):
                        await self._turn(owner)
                    renewed_at = time.monotonic()
                except Exception as error:  # of whatever kind: the database may be away
                    log.warning("the leases wait", error=type(error).__name__)
                    if time.monotonic() - renewed_at > LEASE_SECONDS:
                        await self._let_go(list(self._held))
                await self._until_due()
            await self._let_go(list(self._held))
            await cameras.leave(self._deps.pool, self._name)

    def _watched(self, camera_id: UUID, seconds: float) -> None:
        """One that nobody records yet is claimed at once."""
        if held := self._held.get(camera_id):
            held.recording.live.watched(seconds)
        else:
            self._said.add(camera_id)
            self._due.set()

    async def _hurry_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._due.set()

    async def _until_due(self) -> None:
        await asyncio.sleep(LEAST_SECONDS)  # however many are watched anew
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RENEW_SECONDS - LEAST_SECONDS):
                await self._due.wait()
        self._due.clear()

    async def _turn(self, owner: TaskOwner) -> None:
        leases = [each.recording.lease for each in self._held.values()]
        ours = await cameras.renew(self._deps.pool, leases)
        gone = [
            camera_id
            for camera_id, held in self._held.items()
            if ours.get(camera_id) != held.recording.camera.updated_at
        ]
        share = await cameras.share_of(self._deps.pool, self._name)
        room = min(share, self._deps.settings.per_recorder) - len(self._held) + len(gone)
        if room < 0:  # others have come: some are theirs now
            gone += [each for each in self._held if each not in gone][:-room]
        if gone:
            owner.start(self._let_go(gone), name="let go")
        if room > 0:
            await self._claim(owner, room)
        self._said.clear()

    async def _claim(self, owner: TaskOwner, room: int) -> None:
        but = [*self._held, *self._leaving]
        for camera in await cameras.claim(self._deps.pool, self._name, at_most=room, but=but):
            log.info("camera taken", camera=str(camera.id), fence=camera.fence)
            recording = CameraRecording(camera, self._deps)
            if camera.id in self._said:
                recording.live.watched(STAYS_SECONDS)
            task = owner.start(recording.run(), name=f"camera {camera.id}")
            self._held[camera.id] = HeldCamera(recording, task)

    async def _let_go(self, camera_ids: list[UUID]) -> None:
        leaving = [self._held.pop(each) for each in camera_ids if each in self._held]
        ids = {each.recording.camera.id for each in leaving}
        self._leaving |= ids
        try:
            await asyncio.gather(*(each.recording.stop() for each in leaving))
            for each in leaving:
                each.task.cancel()
            if leaving:
                await asyncio.wait([each.task for each in leaving])
                await self._give_back(leaving)
        except Exception as error:  # then the leases end by themselves
            log.warning("leases are not given back", error=type(error).__name__)
        finally:
            self._leaving -= ids

    async def _give_back(self, leaving: list[HeldCamera]) -> None:
        leases = [each.recording.lease for each in leaving]
        was_ours = await cameras.release(self._deps.pool, leases)
        unwanted = was_ours - await cameras.wanted(self._deps.pool, leases)
        for each in leaving:
            if each.recording.camera.id in unwanted:
                await cameras.set_status(self._deps.pool, each.recording.camera, *NOT_RECORDED)
