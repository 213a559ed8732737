"""Channels: made, changed, tried out with the receiver's real answer; what is secret stays so."""

from __future__ import annotations

import secrets
import socket
from email import message_from_bytes
from typing import Any

import psycopg
import pytest

from app.alerting.notification_channels.schemas import EmailTargets
from app.alerting.notification_channels.service import set_email
from app.core.errors import Unprocessable
from app.settings import DatabaseSettings, SecuritySettings, Settings, StorageSettings
from db.models import NotificationChannel
from tests.make.channels import make_mail_channel, make_webhook, try_channel
from tests.make.mail import MailServer
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.receivers import hanging, hanging_up, receiver, status

CHANNELS = "/notification-channels"


def hook(**more: Any) -> dict[str, Any]:
    return {
        "name": "hook",
        "type": "WEBHOOK",
        "webhook": {"url": "https://hooks.example.com/x"},
        **more,
    }


def test_a_receiver_gets_a_signed_line_and_its_answer_is_told(tenant: Organization) -> None:
    with receiver(status(202)) as here:
        channel = make_webhook(tenant, here.url("/hook?token=t0ps3cret"))
        result = try_channel(tenant, channel)
        [got] = here.received
    assert result == {
        "delivered": True,
        "statusCode": 202,
        "error": None,
        "milliseconds": result["milliseconds"],
    }
    assert got.path == "/hook?token=t0ps3cret"
    assert got.is_signed_with(channel["webhook"]["secret"])
    assert got.event["type"] == "alert.test"
    assert got.event["data"]["notificationId"] == got.headers["webhook-id"]


@pytest.mark.parametrize(
    ("answer", "code", "error"),
    [
        (status(500), 500, "the receiver answered 500"),
        (status(302, Location="http://127.0.0.1:1/"), 302, "the receiver answered 302"),
        (hanging(), None, "the receiver did not answer within 5 s"),
        (hanging_up(), None, "the receiver broke off (RemoteProtocolError)"),
    ],
    ids=["fails", "redirects", "hangs", "dies after reading"],
)
def test_what_went_wrong_is_told(
    tenant: Organization, answer: Any, code: int | None, error: str
) -> None:
    with receiver(answer) as here:
        result = try_channel(tenant, make_webhook(tenant, here.url()))
        assert len(here.received) == 1, "it is not followed, and not tried again"
    assert (result["delivered"], result["statusCode"], result["error"]) == (False, code, error)


def test_a_receiver_that_is_not_there_is_told(tenant: Organization) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        result = try_channel(
            tenant, make_webhook(tenant, f"http://127.0.0.1:{bound.getsockname()[1]}/")
        )
    assert not result["delivered"]
    assert "can't be reached" in result["error"]


def test_a_mail_has_all_that_mail_should_have(tenant: Organization, mails: MailServer) -> None:
    channel = make_mail_channel(tenant, "ops@example.com")
    result = try_channel(tenant, channel)
    assert (result["delivered"], result["statusCode"], result["error"]) == (True, 250, None)
    [(to, mail)] = [each for each in mails.received if each[0] == ["ops@example.com"]]
    assert mail["Subject"] == "[INFO] Test: this channel works"
    assert mail["From"] == "alerts@holdfast.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@holdfast.test>")
    assert mail["List-Unsubscribe"]
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert to == ["ops@example.com"]


def test_who_is_not_taken_is_told_by_code_and_the_others_get_it(
    tenant: Organization, mails: MailServer
) -> None:
    result = try_channel(tenant, make_mail_channel(tenant, "here@example.com", "gone@example.com"))
    assert result["delivered"]
    assert result["error"] == "gone@example.com: 550 no such user"
    assert [to for to, _ in mails.received if "here@example.com" in to] == [["here@example.com"]]
    result = try_channel(tenant, make_mail_channel(tenant, "gone@example.com"))
    assert (result["delivered"], result["statusCode"]) == (False, 550)


def test_where_mail_goes_nowhere_nobody_can_ask_for_it() -> None:
    nowhere = Settings(
        database=DatabaseSettings(url="postgresql://x", ingest_url="postgresql://x"),
        storage=StorageSettings(redis_url="redis://x", objects_url="file:///x"),
        security=SecuritySettings(secret_key="x" * 32),
    )
    with pytest.raises(Unprocessable) as refused:
        set_email(NotificationChannel(), nowhere, EmailTargets(to=["ops@example.com"]))
    assert refused.value.code == "NO_MAIL_SERVER"


def test_until_there_is_a_mail_server_a_mail_is_a_file(
    platform: RunningPlatform, organization: Organization
) -> None:
    recipient = f"{secrets.token_hex(8)}@example.com"
    channel = make_mail_channel(organization, recipient)
    assert try_channel(organization, channel)["delivered"]
    files = (platform.state / "state" / "mail").glob("*.eml")
    mails = [message_from_bytes(file.read_bytes()) for file in files]
    [mail] = [each for each in mails if each["To"] == recipient]
    assert mail["From"] == "holdfast@localhost"


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://127.0.0.1/", "https://hooks.example.com:5432/"]
)
def test_an_address_that_must_not_be_called_is_refused_when_made_and_when_changed(
    organization: Organization, url: str
) -> None:
    refused = organization.http.post(CHANNELS, json=hook(webhook={"url": url}))
    assert_problem(refused, 422, code="WEBHOOK_REFUSED")
    made = organization.http.post(CHANNELS, json=hook()).json()
    changed = organization.http.patch(f"{CHANNELS}/{made['id']}", json={"webhook": {"url": url}})
    assert_problem(changed, 422, code="WEBHOOK_REFUSED")


def test_what_would_let_others_write_there_is_shown_once_or_never_and_kept_encrypted(
    platform: RunningPlatform, organization: Organization
) -> None:
    body = hook(
        webhook={
            "url": "https://events.example.com/t0ps3cret",
            "format": "PAGERDUTY",
            "routingKey": "R0UT1NG",
        }
    )
    created = organization.http.post(CHANNELS, json=body).json()
    assert created["webhook"].pop("secret").startswith("whsec_")
    assert created["webhook"] == {"host": "events.example.com", "format": "PAGERDUTY"}
    shown = organization.http.get(f"{CHANNELS}/{created['id']}").text
    with psycopg.connect(admin_address(platform)) as admin:
        [(kept,)] = admin.execute(
            "SELECT c::text FROM platform.notification_channel c WHERE id = %s", [created["id"]]
        ).fetchall()
    for text in (shown, kept):
        for secret in ("t0ps3cret", "R0UT1NG", "whsec_", b"t0ps3cret".hex()):
            assert secret not in text


@pytest.mark.parametrize(
    ("body", "status_code"),
    [
        (hook(type="EMAIL"), 422),
        (hook(webhook=None), 422),
        (hook(email={"to": ["a@example.com"]}), 422),
        (hook(webhook={"url": "https://a.example.com/", "format": "PAGERDUTY"}), 422),
        (hook(webhook={"url": "https://a.example.com/", "routingKey": "x"}), 422),
        (hook(webhook={"url": "https://a.example.com/", "format": "FAX"}), 400),
        (hook(email={"to": ["a@example.com\nBcc: b@example.com"]}), 400),
        (hook(email={"to": []}), 400),
        (hook(maxPerHour=0), 400),
    ],
)
def test_what_does_not_fit_is_refused(
    organization: Organization, body: dict[str, Any], status_code: int
) -> None:
    assert_problem(organization.http.post(CHANNELS, json=body), status_code)


def test_a_channel_is_changed_and_deleted_and_its_name_is_its_own(
    organization: Organization,
) -> None:
    http = organization.http
    one = http.post(CHANNELS, json=hook()).json()
    assert_problem(http.post(CHANNELS, json=hook()), 409, code="ALREADY_EXISTS")
    body = {"name": "other", "enabled": False, "maxPerHour": 5, "webhook": {"format": "SLACK"}}
    changed = http.patch(f"{CHANNELS}/{one['id']}", json=body).json()
    assert (changed["name"], changed["enabled"], changed["maxPerHour"]) == ("other", False, 5)
    assert changed["webhook"] == {"host": "hooks.example.com", "format": "SLACK"}
    mail = http.patch(f"{CHANNELS}/{one['id']}", json={"email": {"to": ["a@example.com"]}})
    assert_problem(mail, 422)
    assert http.delete(f"{CHANNELS}/{one['id']}").status_code == 204
    assert http.get(CHANNELS).json()["items"] == []


def test_a_channel_can_not_be_tried_for_ever(tenant: Organization) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        for _ in range(30):
            assert try_channel(tenant, channel)["delivered"]
        refused = tenant.http.post(f"{CHANNELS}/{channel['id']}/test")
        assert_problem(refused, 429, code="RATE_LIMITED")
        assert len(here.received) == 30
