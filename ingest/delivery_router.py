"""What happens to what devices publish: where it goes, and when it is acknowledged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import msgspec

from db.connections.types import Pool
from db.queries.credentials import (
    CertificateUse,
    find_certificate,
    find_certificate_holder,
    use_certificate,
)
from db.queries.events import EventRow, device_actor, record
from ingest import metrics
from ingest.clock import DatabaseClock
from ingest.devices import config, media_requests
from ingest.devices.command_answers import CommandAnswers, read_answer
from ingest.devices.config import ReportedConfigs
from ingest.devices.health import HealthLog, read_report
from ingest.devices.media_requests import MediaRequests
from ingest.devices.presence import Presence, StatusReport
from ingest.devices.receipts import may_ask, receipt_body, split_at_requests
from ingest.inbox.group_commit import Inbox
from ingest.inbox.unread import UnreadBurst
from ingest.inspector import traffic
from ingest.inspector.recorder import Recorder
from ingest.mqtt.delivery import Delivery, Device
from ingest.mqtt.downlink import Downlink
from ingest.mqtt.session import CertificateHolder, DeviceSession, EndReason, RefusedAttempt
from ingest.mqtt.topics import Topic, topic_of
from ingest.pipeline.check import AcceptedAge
from ingest.pipeline.messages import Message, Via
from ingest.pipeline.receipts import Receipt
from ingest.pipeline.rejection import Reason, Rejection


class DeliveryRouter:
    """Readings go to the inbox, a status to presence, an answer to those of commands, what is
    configured to its own, a request for media to a worker, and PUBACK is sent after the commit of
    any; health goes to its log. Who comes and goes is told to presence and to the downlink."""

    def __init__(
        self,
        *,
        pool: Pool,
        inbox: Inbox,
        clock: DatabaseClock,
        presence: Presence,
        health: HealthLog,
        health_age: AcceptedAge,
        configs: ReportedConfigs,
        downlink: Downlink,
        recorder: Recorder,
        certificate_overlap: timedelta,
        answers: CommandAnswers,
        media_requests: MediaRequests,
    ) -> None:
        self._pool = pool
        self._inbox = inbox
        self._clock = clock
        self._presence = presence
        self._health = health
        self._health_age = health_age
        self._configs = configs
        self._downlink = downlink
        self._recorder = recorder
        self._certificate_overlap = certificate_overlap
        self._answers = answers
        self._media_requests = media_requests
        self._connected: set[UUID] = set()

    async def find_device(self, fingerprint: bytes) -> Device | None:
        found = await find_certificate(self._pool, fingerprint)
        if found is None:
            return None
        if not found.is_used:
            await self._note_first_use(fingerprint)
        return Device(found.org_id, found.device_id, fingerprint, found.not_after)

    async def find_holder(self, fingerprint: bytes) -> CertificateHolder | None:
        found = await find_certificate_holder(self._pool, fingerprint)
        if found is None:
            return None
        return CertificateHolder(found.org_id, found.device_id, EndReason(found.reason))

    def began(self, session: DeviceSession) -> None:
        self._presence.began(session)
        traffic.began(self._recorder, session)
        self._connected.add(session.device.id)
        metrics.connected_devices.set(len(self._connected))

    async def _note_first_use(self, fingerprint: bytes) -> None:
        """What it replaces ends when the overlap is over."""
        async with self._pool.acquire() as connection, connection.transaction():
            use = await use_certificate(connection, fingerprint, self._certificate_overlap)
            if use is not None and use.superseded:
                await record(connection, [_replacement(use)])

    def ended(self, session: DeviceSession, reason: EndReason, text: str) -> None:
        self._presence.ended(session, reason)
        traffic.ended(self._recorder, session, reason, text)
        if reason is EndReason.TAKEN_OVER:
            return
        self._downlink.disconnected(session.device.id)
        self._connected.discard(session.device.id)
        metrics.connected_devices.set(len(self._connected))

    def refused(self, attempt: RefusedAttempt) -> None:
        self._presence.refused(attempt)
        traffic.refused(self._recorder, attempt)

    def deliver(self, delivery: Delivery) -> None:
        match delivery.topic:
            case Topic.STATUS:
                self._status(delivery)
            case Topic.HEALTH:
                self._healthy(delivery)
            case Topic.COMMAND_RESPONSE:
                self._answered(delivery)
            case Topic.CONFIG_REPORTED:
                self._configured(delivery)
            case Topic.MEDIA_REQUEST:
                self._asked_for_media(delivery)
            case _:
                self._readings(delivery)

    def _status(self, delivery: Delivery) -> None:
        device = delivery.device
        try:
            report = msgspec.json.decode(delivery.body, type=StatusReport)
            if "\0" in (report.firmware_version or ""):
                raise ValueError("NUL in firmwareVersion")
        except (ValueError, RecursionError):
            self._refuse(delivery, Rejection(Reason.MALFORMED, "not a status report"))
            return
        key, is_will = (device.org_id, device.id), delivery.is_will
        self._presence.reported(key, report, self._accepted(delivery), is_will=is_will)

    def _healthy(self, delivery: Delivery) -> None:
        """Acknowledged, where a device asks for that, as it is taken: nothing is promised of it."""
        device = delivery.device
        report = read_report(delivery.body, now=self._clock(), accepted=self._health_age)
        if isinstance(report, Rejection):
            self._refuse(delivery, report)
            return
        self._health.reported((device.org_id, device.id), report)
        self._accepted(delivery)()

    def _answered(self, delivery: Delivery) -> None:
        device = delivery.device
        answer = read_answer(delivery.body)
        if isinstance(answer, Rejection):
            self._refuse(delivery, answer)
            return
        self._answers.answered(
            (device.org_id, device.id),
            answer,
            written=self._accepted(delivery),
            refused=partial(self._refuse, delivery),
        )

    def _configured(self, delivery: Delivery) -> None:
        device = delivery.device
        report = config.read_report(delivery.body)
        if isinstance(report, Rejection):
            self._refuse(delivery, report)
            return
        self._configs.reported((device.org_id, device.id), report, self._accepted(delivery))

    def _asked_for_media(self, delivery: Delivery) -> None:
        device = delivery.device
        request = media_requests.read_request(delivery.body)
        if isinstance(request, Rejection):
            self._refuse(delivery, request)
            return
        topic = topic_of(Topic.MEDIA_GRANTS, device.org_id, device.id)
        self._media_requests.requested(
            (device.org_id, device.id),
            request,
            written=self._accepted(delivery),
            refused=partial(delivery.send, topic, media_requests.refusal_body(request.id)),
        )

    def _readings(self, delivery: Delivery) -> None:
        if not may_ask(delivery.bodies):
            self._put(delivery, delivery.bodies, delivery.acknowledge)
            return
        parts = split_at_requests(delivery.bodies)
        acknowledge = _after_calls(len(parts), delivery.acknowledge)
        for request_id, bodies in parts:
            self._put(delivery, bodies, partial(_stored, delivery, request_id, acknowledge))

    def _put(
        self, delivery: Delivery, bodies: list[bytes], done: Callable[[Receipt], None]
    ) -> None:
        device = delivery.device
        burst = UnreadBurst(device.org_id, device.id, delivery.received_at, bodies)
        self._inbox.put(burst, done)

    def _accepted(self, delivery: Delivery) -> Callable[[], None]:
        """Acknowledges it, and tells who looks at the device."""
        device = delivery.device
        if not self._recorder.is_watched(device.id):
            return delivery.acknowledge

        def accept() -> None:
            delivery.acknowledge()
            self._recorder.tell(
                device.org_id,
                device.id,
                "PUBLISH",
                "ACCEPTED",
                topic=topic_of(delivery.topic, device.org_id, device.id),
                body=delivery.body,
                reason="its last will" if delivery.is_will else None,
            )

        return accept

    def _refuse(self, delivery: Delivery, rejection: Rejection) -> None:
        """Kept whole and acknowledged, so that no device sends it for ever."""
        device = delivery.device
        message = Message(
            device.org_id, device.id, Via.MQTT, delivery.body, delivery.received_at, [rejection]
        )
        message.topic = topic_of(delivery.topic, device.org_id, device.id)
        self._inbox.put(message, delivery.acknowledge)


def _replacement(use: CertificateUse) -> EventRow:
    return EventRow(
        org_id=use.org_id,
        type="CERTIFICATE",
        title="The device uses its renewed certificate: the old one ends",
        actor=device_actor(use.device_id),
        device_id=use.device_id,
        details={
            "serial": use.serial,
            "superseded": list(use.superseded),
            "supersededAt": use.ends_at.isoformat(),
        },
    )


def _stored(
    delivery: Delivery, request_id: str | None, acknowledge: Callable[[], None], receipt: Receipt
) -> None:
    """A part of a delivery is committed."""
    if request_id is not None:
        device = delivery.device
        topic = topic_of(Topic.RECEIPTS, device.org_id, device.id)
        delivery.send(topic, receipt_body(request_id, receipt))
    acknowledge()


def _after_calls(count: int, acknowledge: Callable[[], object]) -> Callable[[], None]:
    """To be called so often; the last time acknowledges."""
    left = count

    def call() -> None:
        nonlocal left
        left -= 1
        if not left:
            acknowledge()

    return call
