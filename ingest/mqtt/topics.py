"""The topics of the MQTT contract, and what a device may do with its own ones."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


class Topic(enum.StrEnum):
    """A kind of topic. The value is the name under which provisioning tells a device the topic."""

    READINGS = "readings"
    COMMANDS = "commands"
    COMMAND_RESPONSE = "commandResponse"
    HEALTH = "health"
    STATUS = "status"
    CONFIG_REPORTED = "configReported"
    CONFIG_DESIRED = "configDesired"
    RECEIPTS = "receipts"
    MEDIA_REQUEST = "mediaRequest"
    MEDIA_GRANTS = "mediaGrants"


@dataclass(frozen=True, slots=True)
class Publishing:
    """How a device may publish to one of its own topics: with QoS 0 or 1, and retained or not."""

    topic: Topic
    may_retain: bool


_PATTERNS: Mapping[Topic, str] = {
    Topic.READINGS: "v1/readings/{org_id}/{device_id}",
    Topic.COMMANDS: "v1/gateways/{org_id}/{device_id}/commands",
    Topic.COMMAND_RESPONSE: "v1/gateways/{org_id}/{device_id}/commands/response",
    Topic.HEALTH: "v1/gateways/{org_id}/{device_id}/health",
    Topic.STATUS: "v1/gateways/{org_id}/{device_id}/status",
    Topic.CONFIG_REPORTED: "v1/gateways/{org_id}/{device_id}/config/reported",
    Topic.CONFIG_DESIRED: "v1/gateways/{org_id}/{device_id}/config/desired",
    Topic.RECEIPTS: "v1/gateways/{org_id}/{device_id}/receipts",
    Topic.MEDIA_REQUEST: "v1/gateways/{org_id}/{device_id}/media/request",
    Topic.MEDIA_GRANTS: "v1/gateways/{org_id}/{device_id}/media/grants",
}

# A kind without a line here is refused like an unknown topic: a line comes with its receiver.
PUBLISHABLE: tuple[Publishing, ...] = (
    Publishing(Topic.READINGS, may_retain=False),
    Publishing(Topic.STATUS, may_retain=True),
    Publishing(Topic.HEALTH, may_retain=False),
    Publishing(Topic.COMMAND_RESPONSE, may_retain=False),
    Publishing(Topic.CONFIG_REPORTED, may_retain=True),
    Publishing(Topic.MEDIA_REQUEST, may_retain=False),
)
SUBSCRIBABLE: tuple[Topic, ...] = (
    Topic.COMMANDS,
    Topic.CONFIG_DESIRED,
    Topic.RECEIPTS,
    Topic.MEDIA_GRANTS,
)
WILL = Topic.STATUS


def topic_of(kind: Topic, org_id: UUID, device_id: UUID) -> str:
    """The topic of that kind which belongs to one device."""
    return _PATTERNS[kind].format(org_id=org_id, device_id=device_id)


def device_topics(org_id: UUID, device_id: UUID) -> dict[str, str]:
    """Every topic this device may use today, by its camelCase name: what provisioning tells it."""
    kinds = [*(rule.topic for rule in PUBLISHABLE), *SUBSCRIBABLE]
    return {kind.value: topic_of(kind, org_id, device_id) for kind in kinds}


def publishable_by(org_id: UUID, device_id: UUID) -> dict[bytes, Publishing]:
    """The device's own rules by topic as it stands on the wire.

    Compared byte for byte: a wildcard, a NUL, invalid UTF-8 or another device's topic is not here.
    """
    return {topic_of(rule.topic, org_id, device_id).encode(): rule for rule in PUBLISHABLE}


def subscribable_by(org_id: UUID, device_id: UUID) -> frozenset[str]:
    """The filters this device may subscribe to; exactly these, so never one with a wildcard."""
    return frozenset(topic_of(kind, org_id, device_id) for kind in SUBSCRIBABLE)
