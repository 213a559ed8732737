"""The hot path put together: a running pipeline for any process, and the broker's process around one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis

from db.connections.background import Loop, Turns, in_background
from db.connections.locks import BROKER, holding
from db.connections.notifications import DEVICE_CHANGED, ORGANIZATION_CHANGED, listening
from db.connections.pools import open_ingest_pool
from db.connections.types import Pool
from db.queries.credentials import find_certificate
from ingest import metrics
from ingest.clock import DatabaseClock
from ingest.devices.health import HealthLog, read_report
from ingest.devices.presence import Presence
from ingest.inbox.group_commit import Inbox
from ingest.live.publisher import LivePublisher
from ingest.mqtt.broker import Broker, Delivery, Device, Limits
from ingest.mqtt.topics import Topic
from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.messages import Burst, Message, Via
from ingest.pipeline.registry import Registry
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.run import Deps, ingest, make_partitions, prepare

log = structlog.get_logger()

# Of the look at all sessions, one question each, after notifications were missed.
LONGEST_TURN_SECONDS = 300
RETRY_SECONDS = 0.5


@dataclass(frozen=True)
class PipelineOptions:
    database_url: str  # as iot_ingest
    accepted_age: AcceptedAge
    sensors_per_device: int
    health_age: AcceptedAge
    redis_url: str  # where live clients are told of what was committed


@dataclass(frozen=True)
class Pipeline:
    """What a process needs to take readings in."""

    pool: Pool
    inbox: Inbox
    registry: Registry
    clock: DatabaseClock
    deps: Deps


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
        registry = Registry(pool, sensors_per_device=options.sensors_per_device)
        deps = Deps(pool, registry, clock, options.accepted_age)
        inbox = Inbox(
            lambda messages: ingest(messages, deps),
            prepare=lambda messages: prepare(messages, deps),
            make_partitions=lambda days: make_partitions(days, deps),
        )
        live = LivePublisher(redis)
        deps.subscribers.append(live.on_stored)

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
            inbox.running(),
        ):
            yield Pipeline(pool, inbox, registry, clock, deps)


async def serve_broker(
    options: PipelineOptions,
    *,
    listener: socket.socket,
    tls: ssl.SSLContext,
    limits: Limits,
    stop: asyncio.Event,
) -> None:
    """Run the MQTT broker until `stop` is set; then finish what was begun."""
    watch = _Watch()
    async with (
        # Two brokers would take each other's sessions for dead.
        holding(options.database_url, BROKER),
        running_pipeline(options, heard=watch.device_changed, missed=watch.check_all) as pipeline,
    ):
        presence = Presence(pipeline.pool, pipeline.clock)
        pipeline.deps.subscribers.append(presence.on_stored)
        health = HealthLog(pipeline.pool)
        router = DeliveryRouter(pipeline, presence, health, options.health_age)
        async with (
            presence.running(),
            health.running(),
            Broker.running(
                listener=listener,
                tls=tls,
                find_device=router.find_device,
                deliver=router.deliver,
                presence=router.presence_changed,
                limits=limits,
            ) as broker,
            watch.running(broker, router),
        ):
            log.info("broker listens", port=broker.port)
            await stop.wait()
            # Nothing new is read, what was read is committed and acknowledged, then the sessions end.
            broker.stop_accepting()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await pipeline.inbox.drained()


class _StatusReport(msgspec.Struct, rename="camel"):
    """What a device publishes on its status topic; the session itself says whether it is online."""

    status: str
    firmware_version: Annotated[str, msgspec.Meta(max_length=100)] | None = None


class DeliveryRouter:
    """What happens to a publish: readings to the inbox, a status to presence, and PUBACK after either's commit;
    health to its log."""

    def __init__(
        self, pipeline: Pipeline, presence: Presence, health: HealthLog, health_age: AcceptedAge
    ) -> None:
        self._pipeline = pipeline
        self._presence = presence
        self._health = health
        self._health_age = health_age
        self._connected: set[UUID] = set()

    async def find_device(self, fingerprint: bytes) -> Device | None:
        found = await find_certificate(self._pipeline.pool, fingerprint)
        if found is None:
            return None
        return Device(found.org_id, found.device_id, fingerprint, found.not_after)

    def presence_changed(self, device: Device, is_connected: bool) -> None:
        self._presence.connected((device.org_id, device.id), is_connected)
        (self._connected.add if is_connected else self._connected.discard)(device.id)
        metrics.connected_devices.set(len(self._connected))

    def deliver(self, delivery: Delivery) -> None:
        match delivery.topic:
            case Topic.STATUS:
                self._status(delivery)
            case Topic.HEALTH:
                self._healthy(delivery)
            case _:
                self._readings(delivery)

    def _status(self, delivery: Delivery) -> None:
        device = delivery.device
        try:
            report = msgspec.json.decode(delivery.body, type=_StatusReport)
            if "\0" in (report.firmware_version or ""):
                raise ValueError("NUL in firmwareVersion")
        except (ValueError, RecursionError):
            self._refuse(delivery, Rejection(Reason.MALFORMED, "not a status report"))
            return
        self._presence.reported(
            (device.org_id, device.id), report.firmware_version, delivery.acknowledge
        )

    def _healthy(self, delivery: Delivery) -> None:
        """Acknowledged, where a device asks for that, as it is taken: nothing of health is promised."""
        device = delivery.device
        report = read_report(delivery.body, now=self._pipeline.clock(), accepted=self._health_age)
        if isinstance(report, Rejection):
            self._refuse(delivery, report)
            return
        self._health.reported((device.org_id, device.id), report)
        delivery.acknowledge()

    def _readings(self, delivery: Delivery) -> None:
        device = delivery.device
        burst = Burst.read(device.org_id, device.id, delivery.received_at, delivery.bodies)
        self._pipeline.inbox.put(burst, delivery.acknowledge)

    def _refuse(self, delivery: Delivery, rejection: Rejection) -> None:
        """Kept whole and acknowledged, so that no device sends it for ever."""
        device = delivery.device
        message = Message(
            device.org_id, device.id, Via.MQTT, delivery.body, delivery.received_at, [rejection]
        )
        self._pipeline.inbox.put(message, delivery.acknowledge)


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
            except Exception as error:  # of whatever kind: it may have been revoked
                log.warning("certificates wait for the database", error=type(error).__name__)
                return False
            if still is None:
                broker.cut(fingerprint=device.fingerprint)
        return True
