"""The hot path put together: a running pipeline for any process, and the broker around one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from redis.asyncio import Redis

from db.connections.background import Loop, Turns, in_background
from db.connections.locks import BROKER, holding
from db.connections.notifications import (
    BROKER_CERTIFICATE,
    DEVICE_CHANGED,
    DEVICE_MESSAGE,
    ORGANIZATION_CHANGED,
    listening,
)
from db.connections.pools import open_ingest_pool
from db.connections.types import Pool
from db.readings.store import commit_something
from ingest.clock import DatabaseClock
from ingest.delivery_router import DeliveryRouter
from ingest.devices.command_answers import CommandAnswers
from ingest.devices.config import ReportedConfigs
from ingest.devices.health import HealthLog
from ingest.devices.media_requests import MediaRequests
from ingest.devices.presence import Presence
from ingest.inbox.group_commit import Inbox
from ingest.inspector.outcomes import observer
from ingest.inspector.recorder import Recorder
from ingest.inspector.traffic import BrokerTraffic
from ingest.live.counts import StoredCounts
from ingest.live.publisher import LivePublisher
from ingest.mqtt.broker import Broker, Limits
from ingest.mqtt.downlink import Downlink
from ingest.mqtt.session import EndReason
from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.registry import Registry
from ingest.pipeline.run import Deps, ingest, make_partitions, prepare

log = structlog.get_logger()

# Of the look at all sessions, one question each, after notifications were missed.
LONGEST_TURN_SECONDS = 300
RETRY_SECONDS = 0.5
# Of the look for certificates whose files others have renewed; and of one load of them.
TLS_AGAIN_SECONDS = 3600
TLS_SECONDS = 60


@dataclass(frozen=True)
class PipelineOptions:
    database_url: str  # as iot_ingest
    accepted_age: AcceptedAge
    sensors_per_device: int
    known_sensors: int
    health_age: AcceptedAge
    redis_url: str  # where live clients are told of what was committed
    live_log_bytes: int


@dataclass(frozen=True)
class Pipeline:
    """What a process needs to take readings in."""

    pool: Pool
    inbox: Inbox
    registry: Registry
    clock: DatabaseClock
    deps: Deps
    recorder: Recorder


@contextlib.asynccontextmanager
async def running_pipeline(
    options: PipelineOptions,
    *,
    heard: Callable[[str], None] = lambda _: None,
    missed: Callable[[], None] = lambda: None,
) -> AsyncIterator[Pipeline]:
    """A pipeline that stores what is put into its inbox, and what it was given when the block ends.

    `heard` is told which device changed, `missed` that some may have, after the registry was.
    """
    async with (
        open_ingest_pool(options.database_url) as pool,
        Redis.from_url(options.redis_url) as redis,
    ):
        clock = DatabaseClock()
        registry = Registry(
            pool,
            sensors_per_device=options.sensors_per_device,
            sensors_max=options.known_sensors,
        )
        deps = Deps(pool, registry, clock, options.accepted_age)
        inbox = Inbox(
            lambda messages: ingest(messages, deps),
            prepare=lambda messages: prepare(messages, deps),
            make_partitions=lambda days: make_partitions(days, deps),
            commit_something=lambda: commit_something(pool),
        )
        recorder = Recorder(redis, clock)
        deps.observers.append(observer(recorder))
        live = LivePublisher(redis, log_bytes_max=options.live_log_bytes)
        counts = StoredCounts(redis)
        deps.subscribers += (live.on_stored, counts.on_stored)

        def device_changed(payload: str) -> None:
            registry.forget(UUID(payload))
            heard(payload)

        def changes_missed() -> None:
            registry.forget_all()
            missed()

        def organization_changed(payload: str) -> None:
            registry.forget_organization(UUID(payload))

        async with (
            clock.running(pool),
            listening(options.database_url, DEVICE_CHANGED, device_changed, changes_missed),
            listening(
                options.database_url,
                ORGANIZATION_CHANGED,
                organization_changed,
                registry.forget_all,
            ),
            live.running(),
            counts.running(),
            recorder.running(),
            inbox.running(),
        ):
            yield Pipeline(pool, inbox, registry, clock, deps, recorder)


def _downlink(pool: Pool) -> tuple[Downlink, Callable[[str], None]]:
    """And what hears that a message waits for a device."""
    downlink = Downlink(pool)
    return downlink, lambda device_id: downlink.notified(UUID(device_id))


async def serve_broker(
    options: PipelineOptions,
    *,
    listener: socket.socket,
    load_tls: Callable[[], Awaitable[ssl.SSLContext]],
    limits: Limits,
    certificate_overlap: timedelta,
    stop: asyncio.Event,
) -> None:
    """Run the MQTT broker until `stop` is set; then finish what was begun.

    `load_tls` gives what is shown and who is trusted; it is asked anew when that changes, and once
    an hour, and what it gives counts for whoever connects from then on. An error of its first
    answer ends the broker, of a later one the old answer stays.
    `certificate_overlap` is how long a certificate stays good when the one that replaces it is in
    use.
    """
    watch, tls_changed = _Watch(), asyncio.Event()
    async with (
        # Two brokers would take each other's sessions for dead.
        holding(options.database_url, BROKER),
        running_pipeline(options, heard=watch.device_changed, missed=watch.check_all) as pipeline,
    ):
        presence = Presence(pipeline.pool, pipeline.clock)
        pipeline.deps.subscribers.append(presence.on_stored)
        health = HealthLog(pipeline.pool)
        configs = ReportedConfigs(pipeline.pool, pipeline.clock)
        downlink, heard = _downlink(pipeline.pool)
        answers = CommandAnswers(pipeline.pool)
        media_requests = MediaRequests(pipeline.pool)
        router = DeliveryRouter(
            pool=pipeline.pool,
            inbox=pipeline.inbox,
            clock=pipeline.clock,
            presence=presence,
            health=health,
            health_age=options.health_age,
            configs=configs,
            downlink=downlink,
            recorder=pipeline.recorder,
            certificate_overlap=certificate_overlap,
            answers=answers,
            media_requests=media_requests,
        )

        async with (
            presence.running(),
            health.running(),
            answers.running(),
            media_requests.running(),
            configs.running(),
            downlink.running(),
            listening(options.database_url, DEVICE_MESSAGE, heard, downlink.missed),
            Broker.running(
                listener=listener,
                tls=await load_tls(),
                find_device=router.find_device,
                deliver=router.deliver,
                sessions=router,
                find_holder=router.find_holder,
                observer=BrokerTraffic(pipeline.recorder),
                subscribed=downlink.subscribed,
                limits=limits,
            ) as broker,
            watch.running(broker, router),
            listening(
                options.database_url,
                BROKER_CERTIFICATE,
                lambda _: tls_changed.set(),
                tls_changed.set,
            ),
            in_background(Loop("tls", partial(_show, broker, load_tls, tls_changed), TLS_SECONDS)),
        ):
            log.info("broker listens", port=broker.port)
            await stop.wait()
            # Nothing new is read, what was read is committed and acknowledged, then sessions end.
            broker.stop_accepting()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await pipeline.inbox.drained()


async def _show(
    broker: Broker,
    load_tls: Callable[[], Awaitable[ssl.SSLContext]],
    changed: asyncio.Event,
    turns: Turns,
) -> None:
    """Keep what the broker shows as it is in the database."""
    while True:
        turns.rest()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TLS_AGAIN_SECONDS):
                await changed.wait()
        turns.next()
        changed.clear()
        try:
            broker.show(await load_tls())
        except Exception as error:  # of whatever kind: the old one is still good
            log.error("the broker's certificate can't be loaded", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
            changed.set()


class _Watch:
    """Cuts live sessions whose certificate has ended: revoked, expired, or its device deleted."""

    def __init__(self) -> None:
        self._devices: asyncio.Queue[UUID | None] = asyncio.Queue()

    def device_changed(self, payload: str) -> None:
        self._devices.put_nowait(UUID(payload))

    def check_all(self) -> None:
        """Notifications may have been missed: every session is looked at again."""
        self._devices.put_nowait(None)

    @contextlib.asynccontextmanager
    async def running(self, broker: Broker, router: DeliveryRouter) -> AsyncIterator[None]:
        async def watch(turns: Turns) -> None:
            while True:
                turns.rest()
                changed = await self._devices.get()
                turns.next()
                # Nobody tells when the database is back.
                while not await self._has_checked(changed, broker, router):  # noqa: ASYNC110
                    await asyncio.sleep(RETRY_SECONDS)

        async with in_background(Loop("certificates", watch, LONGEST_TURN_SECONDS)):
            yield

    @staticmethod
    async def _has_checked(changed: UUID | None, broker: Broker, router: DeliveryRouter) -> bool:
        broker.recheck(changed)  # who is connecting at this moment is looked up again
        for device in broker.devices(changed):
            try:
                still = await router.find_device(device.fingerprint)
                holder = None if still else await router.find_holder(device.fingerprint)
            except Exception as error:  # of whatever kind: it may have been revoked
                log.warning("certificates wait for the database", error=type(error).__name__)
                return False
            if still is None:
                reason = holder.reason if holder else EndReason.DEVICE_DELETED
                broker.cut(reason, fingerprint=device.fingerprint)
        return True
