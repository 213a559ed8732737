"""The same message in every format: what receivers ask for, and nothing that a name could turn into
a mention, a link or a header."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.alerting.notifications.formats import posts
from app.alerting.notifications.mail import mail_of
from app.alerting.notifications.message import LINES_MAX, AlertLine, AlertMessage
from db.queries.alert_outbox import AlertDetails

AT = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
ID = UUID(int=7)
HOSTILE = (
    "<!channel> <https://evil.example|ok> @everyone **x** [y](https://evil.example)\r\nBcc: a@b"
)


def news(number: int = 1, cause: str = "FIRED", **more: Any) -> AlertLine:
    details = AlertDetails(
        rule_name=more.pop("rule_name", "Too warm"),
        summary="above 8 °C",
        started_at=AT,
        fired_at=AT,
        ended_at=AT if cause == "RESOLVED" else None,
        value=9.44,
        unit="°C",
    )
    given = {"site": "Depot", "device": "room", "sensor": "temperature", **more}
    return AlertLine(
        alert_id=UUID(int=number),
        rule_id=UUID(int=99),
        cause=cause,
        severity="CRITICAL",
        occurred_at=AT,
        details=details,
        **given,
    )


def message(*told: AlertLine, cause: str = "FIRED") -> AlertMessage:
    return AlertMessage(
        id=ID, cause=cause, severity="CRITICAL", created_at=AT, news=told or (news(),)
    )


def body(format_: str, told: AlertMessage, url: str = "https://x.example/a") -> Any:
    [post] = posts(format_, told, url, None)
    assert post.id == str(ID)
    return json.loads(post.body)


def test_one_alert_is_told_with_its_place_value_and_event_times() -> None:
    assert message().title == (
        "[CRITICAL] Alert: Too warm · Depot / room / temperature · 9.44 °C · "
        "since 2026-11-23 09:15:00Z"
    )


def test_of_an_alert_that_ended_meanwhile_the_end_is_told() -> None:
    told = message(news(cause="FIRED"), news(cause="RESOLVED"))
    assert told.lines == [
        "Resolved: Too warm · Depot / room / temperature · 9.44 °C · "
        "from 2026-11-23 09:15:00Z to 2026-11-23 09:15:00Z"
    ]


def test_many_are_one_message_of_twenty_lines_and_a_count() -> None:
    told = message(*(news(number) for number in range(1, 1001)))
    assert told.title == "[CRITICAL] Alert: Too warm · 1000 alerts at Depot"
    assert len(told.lines) == LINES_MAX + 1
    assert told.lines[-1] == "and 980 more"
    standard = body("STANDARD", told)
    assert (len(standard["data"]["alerts"]), standard["data"]["more"]) == (20, 980)


def test_ours_names_everything_by_id_too() -> None:
    standard = body("STANDARD", message())
    assert standard["type"] == "alert.fired"
    [alert] = standard["data"]["alerts"]
    assert (alert["alertId"], alert["value"], alert["unit"]) == (str(UUID(int=1)), 9.44, "°C")
    assert (alert["startedAt"], alert["endedAt"]) == ("2026-11-23T09:15:00Z", None)


def test_pagerduty_gets_an_event_for_each_alert_and_what_became_of_it() -> None:
    told = message(news(1), news(2), news(2, cause="RESOLVED"), news(3, cause="ACKNOWLEDGED"))
    sent = posts("PAGERDUTY", told, "https://events.example/v2/enqueue", "R0UT1NG")
    events = [json.loads(post.body) for post in sent]
    assert [(each["event_action"], each["dedup_key"]) for each in events] == [
        ("trigger", str(UUID(int=1))),
        ("resolve", str(UUID(int=2))),
        ("acknowledge", str(UUID(int=3))),
    ]
    assert {each["routing_key"] for each in events} == {"R0UT1NG"}
    assert events[0]["payload"]["severity"] == "critical"
    assert len({post.id for post in sent}) == 3


def test_ntfy_is_posted_to_its_root_with_the_addresss_topic() -> None:
    [post] = posts("NTFY", message(), "https://ntfy.example/depot?auth=x", None)
    assert post.url == "https://ntfy.example/?auth=x"
    told = json.loads(post.body)
    assert (told["topic"], told["priority"]) == ("depot", 5)


@pytest.mark.parametrize("format_", ["SLACK", "TEAMS", "DISCORD"])
def test_no_name_is_a_mention_or_a_link(format_: str) -> None:
    text = json.dumps(body(format_, message(news(rule_name=HOSTILE))), ensure_ascii=False)
    for harmful in {
        "SLACK": ("<!channel>", "<https"),
        "TEAMS": ("[y](", " **x**"),
        "DISCORD": ("[y](", " **x**"),
    }[format_]:
        assert harmful not in text
    if format_ == "DISCORD":
        assert body(format_, message())["allowed_mentions"] == {"parse": []}


def test_no_name_is_a_header_of_a_mail_or_html_in_it() -> None:
    mail = mail_of(
        message(news(rule_name=HOSTILE + "<script>")),
        sender="alerts@example.com",
        recipients=["ops@example.com"],
    )
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    text, html = [part.get_content() for part in mail.iter_parts()]
    assert "<script>" in text
    assert "<script>" not in html
    assert mail["In-Reply-To"] == f"<{UUID(int=1)}@example.com>"
    assert mail["Message-ID"] == f"<{ID}@example.com>"
    assert mail.as_bytes()


def test_a_mail_leads_to_what_cameras_saw() -> None:
    url = "https://holdfast.example.com/console/alerts/1"
    told = message(news(1, footage_url=url), news(2))
    mail = mail_of(told, sender="alerts@example.com", recipients=["ops@example.com"])
    text, html = [part.get_content() for part in mail.iter_parts()]
    assert text.count(f"What cameras saw: {url}") == 1
    assert html.count(f'<a href="{url}">What cameras saw</a>') == 1
    first, second = body("STANDARD", told)["data"]["alerts"]
    assert (first["footageUrl"], second["footageUrl"]) == (url, None)
