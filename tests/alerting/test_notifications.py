"""From an alert's change to a message that somebody has, and a log that says why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from app.settings import Settings
from tests.make.alerts import AlertScript, log_of, tell, wait_for_log
from tests.make.channels import make_mail_channel, make_webhook
from tests.make.fleet import make_device, make_sensor, make_site
from tests.make.mail import MailServer
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.receivers import hanging_up, receiver, status
from tests.make.workers import wait_until
from workers.context import open_worker_context
from workers.retention.notifications import forget_notifications

SENT = ("FIRED", "SENT", None)


def hurry(platform: RunningPlatform, organization: Organization) -> None:
    """What waits for its time is due, and so is what waits to be tried again."""
    with psycopg.connect(admin_address(platform), autocommit=True) as admin:
        admin.execute(
            "UPDATE platform.notification SET due_at = now() WHERE org_id = %s "
            "AND due_at IS NOT NULL",
            [organization.id],
        )
        admin.execute(
            "UPDATE platform.job SET run_at = now() WHERE org_id = %s AND state = 'PENDING'",
            [organization.id],
        )


async def test_an_alert_is_told_signed_with_names_and_again_when_it_ends(
    loose: RunningPlatform, tenant: Organization
) -> None:
    site = make_site(tenant, "Depot")["id"]
    device = make_device(tenant, "cold room", siteId=site)
    sensor = make_sensor(tenant, device, "temperature")["id"]
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        alert = AlertScript(tenant, channel["id"])
        place = {"site_id": site, "device_id": device, "sensor_id": sensor}
        await tell(loose, [alert.change("FIRED", **place)])
        [line] = wait_for_log(tenant, channel, SENT)
        await tell(loose, [alert.change("RESOLVED", **place, ended_at=datetime.now(UTC))])
        wait_for_log(tenant, channel, SENT, ("RESOLVED", "SENT", None))
    fired, *_, resolved = here.received
    assert fired.is_signed_with(channel["webhook"]["secret"])
    assert fired.headers["webhook-id"] == line["id"] == line["messageId"]
    assert (line["alertId"], line["statusCode"]) == (str(alert.alert_id), 204)
    assert (fired.event["type"], resolved.event["type"]) == ("alert.fired", "alert.resolved")
    [told] = fired.event["data"]["alerts"]
    assert (told["site"], told["device"]) == ("Depot", "cold room")
    assert told["sensor"] == "temperature"
    assert resolved.event["data"]["alerts"][0]["endedAt"] is not None


async def test_a_thousand_at_once_are_one_message(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        first = AlertScript(tenant, channel["id"], group_seconds=1)
        changes = [first.of_another_alert().change("FIRED") for _ in range(1_000)]
        await tell(loose, changes)
        wait_until(lambda: here.received, "the message")
        wait_until(
            lambda: {line["status"] for line in log_of(tenant, channel)} == {"SENT"}, "all sent"
        )
        assert len(here.received) == 1
    data = here.received[0].event["data"]
    assert (len(data["alerts"]), data["more"]) == (20, 980)


async def test_what_is_not_sent_says_why(loose: RunningPlatform, tenant: Organization) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        alert = AlertScript(tenant, channel["id"])
        long_ago = datetime.now(UTC) - timedelta(hours=2)
        await tell(
            loose,
            [
                alert.change("FIRED", muted_by="MUTE"),
                alert.of_another_alert().change("FIRED", target={"min_severity": "CRITICAL"}),
                alert.of_another_alert().change("FIRED", ended_at=long_ago),
                alert.of_another_alert().change("RESOLVED"),
            ],
        )
        wait_for_log(
            tenant,
            channel,
            ("FIRED", "SUPPRESSED", "MUTED"),
            ("FIRED", "SUPPRESSED", "BELOW_SEVERITY"),
            ("FIRED", "SUPPRESSED", "ENDED_LONG_AGO"),
            ("RESOLVED", "SUPPRESSED", "NOT_TOLD"),
        )
        assert here.received == []


async def test_what_was_muted_and_still_holds_is_told_once_when_the_mute_is_over(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        alert = AlertScript(tenant, channel["id"], group_seconds=0)
        await tell(loose, [alert.change("FIRED", muted_by="MUTE")])
        wait_for_log(tenant, channel, ("FIRED", "SUPPRESSED", "MUTED"))
        await tell(loose, [alert.change("UNMUTED")])
        wait_until(lambda: here.received, "the message")
        await tell(loose, [alert.change("UNMUTED"), alert.change("RESOLVED")])
        wait_for_log(
            tenant,
            channel,
            ("FIRED", "SUPPRESSED", "MUTED"),
            ("FIRED", "SENT", None),
            ("RESOLVED", "SENT", None),
        )


async def test_what_was_refuted_takes_back_what_waits_and_is_told_to_whom_was_told(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        waits = AlertScript(tenant, channel["id"], group_seconds=3600)
        await tell(loose, [waits.change("FIRED")])
        wait_for_log(tenant, channel, ("FIRED", "PENDING", None))
        await tell(loose, [waits.change("REFUTED")])
        taken_back = [
            ("FIRED", "SUPPRESSED", "REFUTED"),
            ("REFUTED", "SUPPRESSED", "NOT_TOLD"),
        ]
        wait_for_log(tenant, channel, *taken_back)
        told = AlertScript(tenant, channel["id"])
        await tell(loose, [told.change("FIRED")])
        wait_for_log(tenant, channel, *taken_back, SENT)
        await tell(loose, [told.change("REFUTED")])
        wait_for_log(tenant, channel, *taken_back, SENT, ("REFUTED", "SENT", None))
    assert [got.event["type"] for got in here.received] == ["alert.fired", "alert.refuted"]


async def test_an_escalation_comes_while_nobody_has_taken_it_on_and_repeats_until_then(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel, boss = (make_webhook(tenant, here.url(path)) for path in ("/team", "/boss"))
        alert = AlertScript(tenant, channel["id"])
        escalated = AlertScript(tenant, boss["id"], alert_id=alert.alert_id)
        later = {"after_seconds": 3600}
        await tell(
            loose,
            [
                alert.change("FIRED", repeat_seconds=3600),
                escalated.change("FIRED", target=later),
                escalated.of_another_alert().change("FIRED", target=later),
            ],
        )
        wait_for_log(tenant, channel, SENT, ("REPEAT", "PENDING", None))
        wait_for_log(tenant, boss, *[("ESCALATED", "PENDING", None)] * 2)
        await tell(loose, [alert.change("ACKNOWLEDGED")])
        wait_for_log(tenant, channel, SENT)
        waiting = [("ESCALATED", "SUPPRESSED", "ACKNOWLEDGED"), ("ESCALATED", "PENDING", None)]
        wait_for_log(tenant, boss, *waiting)
        hurry(loose, tenant)
        wait_for_log(tenant, boss, waiting[0], ("ESCALATED", "SENT", None))
    assert [got.path for got in here.received] == ["/team", "/boss"]
    assert here.received[1].event["type"] == "alert.escalated"


async def test_what_repeats_comes_again_and_again_until_it_ends(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        alert = AlertScript(tenant, channel["id"])
        await tell(loose, [alert.change("FIRED", repeat_seconds=3600)])
        expected = [SENT]
        for _ in range(2):
            wait_for_log(tenant, channel, *expected, ("REPEAT", "PENDING", None))
            hurry(loose, tenant)
            expected.append(("REPEAT", "SENT", None))
        wait_for_log(tenant, channel, *expected, ("REPEAT", "PENDING", None))
        await tell(loose, [alert.change("RESOLVED")])
        wait_for_log(tenant, channel, *expected, ("RESOLVED", "SENT", None))


async def test_beyond_what_a_channel_may_send_one_digest_tells_of_the_rest(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url(), max_per_hour=2)
        alert = AlertScript(tenant, channel["id"])
        await tell(loose, [alert.of_another_alert().change("FIRED") for _ in range(5)])
        held = [("FIRED", "SUPPRESSED", "HELD_BACK")] * 3
        wait_for_log(tenant, channel, SENT, SENT, *held, ("DIGEST", "PENDING", None))
        hurry(loose, tenant)
        wait_for_log(tenant, channel, SENT, SENT, *held, ("DIGEST", "SENT", None))
    assert here.received[-1].event["data"]["heldBack"] == 3


async def test_what_flaps_is_told_once(loose: RunningPlatform, tenant: Organization) -> None:
    sensor = make_sensor(tenant, make_device(tenant, "gate"), "warmth")["id"]
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        alert = AlertScript(tenant, channel["id"], on=("FIRED",))
        openings = [alert.of_another_alert().change("FIRED", sensor_id=sensor) for _ in range(7)]
        await tell(loose, openings)
        wait_for_log(
            tenant,
            channel,
            *[SENT] * 4,
            ("FLAPPING", "SENT", None),
            *[("FIRED", "SUPPRESSED", "FLAPPING")] * 2,
        )
        assert len(here.received) == 5


async def test_a_receiver_that_dies_after_reading_is_told_again_under_the_same_id(
    loose: RunningPlatform, tenant: Organization
) -> None:
    dies, takes = hanging_up(), status(200)
    with receiver(
        lambda handler, number: (dies if number == 1 else takes)(handler, number)
    ) as here:
        channel = make_webhook(tenant, here.url())
        await tell(loose, [AlertScript(tenant, channel["id"]).change("FIRED")])
        [line] = wait_for_log(tenant, channel, SENT)
    assert {got.headers["webhook-id"] for got in here.received} == {line["id"]}
    assert (line["attempts"] >= 2, line["error"]) == (True, None)
    shown = tenant.http.get(f"/notification-channels/{channel['id']}").json()
    assert shown["failingSince"] is None


async def test_an_address_that_may_not_be_called_any_more_fails_at_once_and_it_is_told(
    loose: RunningPlatform, tenant: Organization
) -> None:
    channel = make_webhook(tenant, "http://name.invalid/hook", format="SLACK")
    await tell(loose, [AlertScript(tenant, channel["id"]).change("FIRED")])

    def is_failing() -> str | None:
        shown = tenant.http.get(f"/notification-channels/{channel['id']}").json()
        since: str | None = shown["failingSince"]
        return since

    wait_until(is_failing, "the channel is shown as failing")
    [line] = wait_for_log(tenant, channel, ("FIRED", "PENDING", None))
    assert line["error"] == "the receiver's name is not known"
    with psycopg.connect(admin_address(loose), autocommit=True) as admin:
        admin.execute(
            "UPDATE platform.job SET attempt = 100 WHERE org_id = %s AND kind = %s",
            [tenant.id, "send-notification"],
        )
    hurry(loose, tenant)
    wait_for_log(tenant, channel, ("FIRED", "FAILED", None))
    [event] = tenant.http.get("/events", params={"type": "NOTIFICATION"}).json()["items"]
    assert (event["severity"], event["details"]["channelId"]) == ("WARNING", channel["id"])


async def test_mail_goes_to_each_in_a_thread_for_each_alert(
    loose: RunningPlatform, tenant: Organization, mails: MailServer
) -> None:
    channel = make_mail_channel(tenant, "one@example.com", "gone@example.com")
    alert = AlertScript(tenant, channel["id"], name="Too warm <b>")
    await tell(loose, [alert.change("FIRED")])
    [line] = wait_for_log(tenant, channel, SENT)
    await tell(loose, [alert.change("RESOLVED")])
    wait_for_log(tenant, channel, SENT, ("RESOLVED", "SENT", None))
    got = [mail for to, mail in mails.received if to == ["one@example.com"]]
    assert line["error"] == "gone@example.com: 550 no such user"
    assert got[0]["Message-ID"] == f"<{line['id']}@holdfast.test>"
    assert {mail["In-Reply-To"] for mail in got} == {f"<{alert.alert_id}@holdfast.test>"}
    html = got[0].get_body(("html",))
    assert html is not None
    assert "Too warm &lt;b&gt;" in html.get_content()


async def test_a_channel_that_is_gone_or_disabled_is_told_nothing(
    loose: RunningPlatform, tenant: Organization
) -> None:
    with receiver() as here:
        channel = make_webhook(tenant, here.url())
        path = f"/notification-channels/{channel['id']}"
        tenant.http.patch(path, json={"enabled": False}).raise_for_status()
        await tell(loose, [AlertScript(tenant, channel["id"]).change("FIRED")])
        wait_for_log(tenant, channel, ("FIRED", "SUPPRESSED", "CHANNEL_DISABLED"))
        assert here.received == []


async def test_a_neighbours_channel_is_never_told(
    loose: RunningPlatform, tenant: Organization
) -> None:
    other = loose.new_organization()
    with receiver() as here:
        theirs, ours = make_webhook(other, here.url("/theirs")), make_webhook(tenant, here.url())
        stolen = AlertScript(tenant, theirs["id"])
        await tell(loose, [stolen.change("FIRED"), AlertScript(tenant, ours["id"]).change("FIRED")])
        wait_for_log(tenant, ours, SENT)
        assert [got.path for got in here.received] == ["/hook"]
    assert log_of(other, theirs) == []
    other.http.close()


async def test_the_log_is_forgotten_when_nobody_asks_any_more(
    loose: RunningPlatform, tenant: Organization
) -> None:
    channel = make_webhook(tenant, "https://hooks.example.com/x")
    alert = AlertScript(tenant, channel["id"])
    muted = [alert.of_another_alert().change("FIRED", muted_by="MUTE") for _ in range(2)]
    await tell(loose, muted)
    wait_for_log(tenant, channel, *[("FIRED", "SUPPRESSED", "MUTED")] * 2)
    old, young = (line["id"] for line in log_of(tenant, channel))
    with psycopg.connect(admin_address(loose), autocommit=True) as admin:
        for line, days in ((old, 91), (young, 89)):
            admin.execute(
                "UPDATE platform.notification SET created_at = now() - make_interval(days => %s) "
                "WHERE id = %s",
                [days, line],
            )
    settings = Settings.from_environment(loose.program("worker").environ())
    assert settings.database.owner_url
    async with open_worker_context(settings, settings.database.owner_url) as context:
        await forget_notifications(context)
    assert [line["id"] for line in log_of(tenant, channel)] == [young]
