from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.alerting.notifications.formats import WebhookFormat
from app.core.documentation import described, example_id
from app.core.webhooks import URL_MAX_CHARACTERS
from app.core.wire import Body, CreatedAt, Moment, Read, UpdatedAt

CHANNEL = example_id("notification channel")
ChannelId = Annotated[UUID, described("The channel.", CHANNEL)]
ChannelType = Literal["EMAIL", "WEBHOOK"]

_ADDRESS = msgspec.Meta(
    pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,190}$"
)
Recipients = Annotated[
    list[Annotated[str, _ADDRESS]],
    msgspec.Meta(min_length=1, max_length=50),
    described("Who gets each mail.", ["ops@example.com"]),
]
ChannelName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
MaxPerHour = Annotated[int, msgspec.Meta(ge=1, le=3600)]
ReceiverUrl = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_MAX_CHARACTERS)]
RoutingKey = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]

_NAME = described("Unique in the organization.", "On call")
_TYPE = described("By mail, or by a request to an address.", "WEBHOOK")
_FORMAT = described(
    "The body that the receiver takes; signed as standardwebhooks.com has it, whatever it is.",
    "STANDARD",
)
_URL = described(
    "Where it is posted: https, and in the internet. For NTFY the topic's address.",
    "https://hooks.example.com/alerts?token=3f1c0a9b",
)
_ROUTING_KEY = described(
    "PAGERDUTY's integration key; for it alone.", "R03E000000000000000000000000000A"
)
_MAX_PER_HOUR = described("Beyond so many messages an hour one digest tells of the rest.", 60)
_ENABLED = described("Whether anything is sent.", True)


class EmailTargets(Body):
    """Recipients of mail."""

    to: Recipients


class WebhookCreate(Body):
    """A receiver of requests."""

    url: Annotated[ReceiverUrl, _URL]
    format: Annotated[WebhookFormat, _FORMAT] = "STANDARD"
    routing_key: Annotated[RoutingKey | None, _ROUTING_KEY] = None


class WebhookUpdate(Body):
    """What isn't sent stays."""

    url: Annotated[ReceiverUrl | msgspec.UnsetType, _URL] = msgspec.UNSET
    format: Annotated[WebhookFormat | msgspec.UnsetType, _FORMAT] = msgspec.UNSET
    routing_key: Annotated[RoutingKey | msgspec.UnsetType | None, _ROUTING_KEY] = msgspec.UNSET


class WebhookRead(Read, omit_defaults=True):
    """The receiver, without what would let others write there."""

    host: Annotated[str, described("Of the address.", "hooks.example.com")]
    format: Annotated[WebhookFormat, _FORMAT]
    secret: Annotated[
        str | msgspec.UnsetType,
        described(
            "What its requests are signed with. Only in the answer to createNotificationChannel.",
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        ),
    ] = msgspec.UNSET


class ChannelRead(Read):
    """Where messages go."""

    id: ChannelId
    name: Annotated[str, _NAME]
    type: Annotated[ChannelType, _TYPE]
    email: Annotated[EmailTargets | None, described("Of EMAIL.", None)]
    webhook: Annotated[WebhookRead | None, described("Of WEBHOOK.")]
    max_per_hour: Annotated[int, _MAX_PER_HOUR]
    enabled: Annotated[bool, _ENABLED]
    failing_since: Annotated[
        Moment | None,
        described("Since when nothing could be delivered; null while all is well.", None),
    ]
    created_at: CreatedAt
    updated_at: UpdatedAt

    def path(self) -> str:
        return f"/api/v1/notification-channels/{self.id}"


class ChannelCreate(Body):
    """A new channel: `email` or `webhook`, as its type says."""

    name: Annotated[ChannelName, _NAME]
    type: Annotated[ChannelType, _TYPE]
    email: Annotated[EmailTargets | None, described("Of EMAIL.", None)] = None
    webhook: Annotated[WebhookCreate | None, described("Of WEBHOOK.")] = None
    max_per_hour: Annotated[MaxPerHour, _MAX_PER_HOUR] = 60
    enabled: Annotated[bool, _ENABLED] = True


class ChannelUpdate(Body):
    """A JSON Merge Patch: what isn't sent stays. The type stays, too."""

    name: Annotated[ChannelName | msgspec.UnsetType, _NAME] = msgspec.UNSET
    email: Annotated[EmailTargets | msgspec.UnsetType, described("Of EMAIL.")] = msgspec.UNSET
    webhook: Annotated[WebhookUpdate | msgspec.UnsetType, described("Of WEBHOOK.")] = msgspec.UNSET
    max_per_hour: Annotated[MaxPerHour | msgspec.UnsetType, _MAX_PER_HOUR] = msgspec.UNSET
    enabled: Annotated[bool | msgspec.UnsetType, _ENABLED] = msgspec.UNSET


class ChannelTestResult(Read):
    """What the receiver answered to a message of one line."""

    delivered: Annotated[bool, described("Whether it took it.", True)]
    status_code: Annotated[
        int | None, described("What it answered, of HTTP or SMTP; null if nothing.", 200)
    ]
    error: Annotated[str | None, described("Why not, in words.", None)]
    milliseconds: Annotated[int, described("How long it took.", 41)]
