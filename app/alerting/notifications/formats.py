"""Bodies that receivers take. Each is another JSON of the same message; nothing that a tenant named
is code, a mention or a link in any of them.

STANDARD   ours, described in docs/alerting.md
SLACK      https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
TEAMS      an adaptive card to a Workflows address (its connectors are gone)
PAGERDUTY  Events API v2: one event for each alert, whose id is the deduplication key
NTFY       https://docs.ntfy.sh/publish/#publish-as-json: the topic is the address's path
DISCORD    https://docs.discord.com/developers/resources/webhook#execute-webhook
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import httpx
import msgspec

from app.alerting.notifications.message import LINES_MAX, AlertLine, AlertMessage, latest

WebhookFormat = Literal["STANDARD", "SLACK", "TEAMS", "PAGERDUTY", "NTFY", "DISCORD"]
DISCORD_MAX_CHARACTERS = 2000
SLACK_MAX_CHARACTERS = 2900
PAGERDUTY_SUMMARY_MAX_CHARACTERS = 1024

_DISCORD_COLORS = {"INFO": 0x3B82F6, "WARNING": 0xF59E0B, "CRITICAL": 0xDC2626}
_NTFY_PRIORITIES = {"INFO": 3, "WARNING": 4, "CRITICAL": 5}
_PAGERDUTY_SEVERITIES = {"INFO": "info", "WARNING": "warning", "CRITICAL": "critical"}
_PAGERDUTY_ACTIONS = {"RESOLVED": "resolve", "REFUTED": "resolve", "ACKNOWLEDGED": "acknowledge"}


@dataclass(frozen=True, slots=True)
class Post:
    """One request. `id` is the same at every attempt."""

    id: str
    url: str
    body: bytes


def posts(format_: str, message: AlertMessage, url: str, routing_key: str | None) -> list[Post]:
    """All that is to be sent, in order."""
    if format_ == "PAGERDUTY":
        events = _pagerduty(message, routing_key or "")
        return [
            Post(f"{message.id}.{number}", url, _encoded(event))
            for number, event in enumerate(events)
        ]
    if format_ == "NTFY":
        address = httpx.URL(url)
        topic = address.path.strip("/")
        root = str(address.copy_with(path="/"))
        return [Post(str(message.id), root, _encoded({"topic": topic, **_ntfy(message)}))]
    return [Post(str(message.id), url, _encoded(_BODIES[format_](message)))]


def _encoded(body: Any) -> bytes:
    return msgspec.json.encode(body)


def _standard(message: AlertMessage) -> dict[str, Any]:
    alerts = latest(message.news)
    return {
        "type": f"alert.{message.cause.lower()}",
        "timestamp": message.created_at.astimezone(UTC),
        "data": {
            "notificationId": message.id,
            "severity": message.severity,
            "title": message.title,
            "alerts": [_alert(news) for news in alerts[:LINES_MAX]],
            "more": max(0, len(alerts) - LINES_MAX),
            "heldBack": message.held_back,
        },
    }


def _alert(news: AlertLine) -> dict[str, Any]:
    details = news.details
    return {
        "alertId": news.alert_id,
        "ruleId": news.rule_id,
        "ruleName": details.rule_name,
        "summary": details.summary,
        "cause": news.cause,
        "severity": news.severity,
        "value": details.value,
        "unit": details.unit,
        "startedAt": _moment(details.started_at),
        "firedAt": _moment(details.fired_at),
        "endedAt": _moment(details.ended_at),
        "endReason": details.end_reason,
        "occurredAt": _moment(news.occurred_at),
        "siteId": details.site_id,
        "site": news.site,
        "deviceId": details.device_id,
        "device": news.device,
        "componentId": details.component_id,
        "sensorId": details.sensor_id,
        "sensor": news.sensor,
        "footageUrl": news.footage_url,
    }


def _moment(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)


def _slack(message: AlertMessage) -> dict[str, Any]:
    lines = "\n".join(f"• {_slack_text(line)}" for line in message.lines)
    return {
        "text": _slack_text(message.title),
        "blocks": [
            _slack_section(f"*{_slack_text(message.title)}*"),
            *([_slack_section(lines)] if lines else []),
        ],
    }


def _slack_section(text: str) -> dict[str, Any]:
    shown = {"type": "mrkdwn", "text": text[:SLACK_MAX_CHARACTERS], "verbatim": True}
    return {"type": "section", "text": shown}


def _slack_text(text: str) -> str:
    """What Slack reads as a mention, a link or a command begins with these."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(message: AlertMessage) -> dict[str, Any]:
    title = {
        "type": "TextBlock",
        "text": _markdown(message.title),
        "weight": "Bolder",
        "size": "Medium",
        "wrap": True,
    }
    lines = [{"type": "TextBlock", "text": _markdown(line), "wrap": True} for line in message.lines]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *lines],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _markdown(text: str) -> str:
    """Without what would be a link, a picture or emphasis."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>!|~#" else each for each in text)


def _discord(message: AlertMessage) -> dict[str, Any]:
    text = "\n".join(_markdown(line) for line in message.lines)
    embed = {
        "title": _markdown(message.title)[:250],
        "description": text[:DISCORD_MAX_CHARACTERS],
        "color": _DISCORD_COLORS[message.severity],
        "timestamp": message.created_at.astimezone(UTC),
    }
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _ntfy(message: AlertMessage) -> dict[str, Any]:
    return {
        "title": message.title[:250],
        "message": "\n".join(message.lines) or message.title,
        "priority": _NTFY_PRIORITIES[message.severity],
    }


def _pagerduty(message: AlertMessage, routing_key: str) -> list[dict[str, Any]]:
    if not message.news:
        event = _pagerduty_event(message, routing_key, message.id, message.title, {})
        return [event, {**event, "event_action": "resolve"}]
    return [
        {
            **_pagerduty_event(message, routing_key, news.alert_id, news.line, _alert(news)),
            "event_action": _PAGERDUTY_ACTIONS.get(news.cause, "trigger"),
        }
        for news in latest(message.news)
    ]


def _pagerduty_event(
    message: AlertMessage, routing_key: str, key: UUID, summary: str, details: dict[str, Any]
) -> dict[str, Any]:
    return {
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": str(key),
        "payload": {
            "summary": summary[:PAGERDUTY_SUMMARY_MAX_CHARACTERS],
            "source": details.get("device") or "holdfast",
            "severity": _PAGERDUTY_SEVERITIES[details.get("severity", message.severity)],
            "timestamp": details.get("occurredAt") or message.created_at.astimezone(UTC),
            "custom_details": details,
        },
    }


_BODIES: dict[str, Callable[[AlertMessage], Any]] = {
    "STANDARD": _standard,
    "SLACK": _slack,
    "TEAMS": _teams,
    "DISCORD": _discord,
}


def alerts_of(message: AlertMessage) -> Sequence[UUID]:
    """Those that it tells of, each once."""
    return [news.alert_id for news in latest(message.news)]
