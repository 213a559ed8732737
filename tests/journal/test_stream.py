"""The journal live: told at the commit, whoever wrote it, and gone on with after any pause."""

from __future__ import annotations

from typing import Any

from tests.make.journal import JournalFollower, journal_writer, write_event
from tests.make.live import Stream, streaming
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem

STREAM = "/events/stream"


def told(stream: Stream) -> list[str]:
    return [event.data["title"] for event in stream.of("event")]


def until_open(stream: Stream) -> None:
    stream.until(lambda: stream.last_id is not None, "where the stream stands")


def note(organization: Organization, title: str, **more: Any) -> None:
    body = {"type": "NOTE", "title": title, **more}
    assert organization.http.post("/events", json=body).status_code == 201


async def test_what_is_committed_is_told_and_what_is_not_yet_comes_later(
    platform: RunningPlatform, organization: Organization, neighbour: Organization
) -> None:
    with streaming(organization, path=STREAM) as stream:
        until_open(stream)
        async with journal_writer(platform) as slow, journal_writer(platform) as quick:
            transaction = slow.transaction()
            await transaction.start()
            await write_event(slow, organization.id, "slow")
            await write_event(quick, neighbour.id, "theirs")
            await write_event(quick, organization.id, "quick")
            stream.until_told("event")
            resumed_from = stream.last_id
            await transaction.commit()
            stream.until_told("event", 2)
            assert told(stream) == ["quick", "slow"]
    with streaming(organization, path=STREAM, last_id=resumed_from) as again:
        again.until_told("event", 2)
        assert told(again) == ["slow", "quick"], "none is missed, the other one comes again"


def test_who_comes_back_gets_what_was_missed_in_pages_and_then_goes_on(
    organization: Organization,
) -> None:
    with streaming(organization, path=STREAM) as stream:
        until_open(stream)
        left_at = stream.last_id
    expected = [str(n) for n in range(5)]
    for title in expected:
        note(organization, title)
    with streaming(organization, path=STREAM, last_id=left_at) as stream:
        stream.until_told("event", 5)
        note(organization, "live")
        stream.until_told("event", 6)
        assert told(stream) == [*expected, "live"]
        at_the_end = stream.last_id
    with streaming(organization, path=STREAM, last_id=at_the_end) as stream:
        until_open(stream)
        note(organization, "later")
        stream.until_told("event")
        assert told(stream) == ["later"]


def test_a_cursor_of_a_follower_is_a_place_in_the_stream(organization: Organization) -> None:
    note(organization, "before")
    follower = JournalFollower(organization)
    assert follower.ask() == ["before"]
    with streaming(organization, path=STREAM, lastEventId=follower.cursor) as stream:
        note(organization, "after")
        stream.until_told("event")
        assert told(stream) == ["after"]
        follower.cursor = stream.last_id
    assert follower.ask() == []
    assert_problem(organization.http.get(STREAM, headers={"Last-Event-ID": "no-cursor"}), 400)


def test_a_stream_tells_what_it_was_asked_for(organization: Organization) -> None:
    query = {"type": "X_SHIFT", "severity": "CRITICAL,WARNING"}
    with streaming(organization, path=STREAM, **query) as stream:
        until_open(stream)
        note(organization, "no shift", severity="CRITICAL")
        note(organization, "shift", type="X_SHIFT", severity="WARNING")
        stream.until_told("event")
        assert told(stream) == ["shift"]


def test_the_stream_ends_when_its_key_is_revoked(organization: Organization) -> None:
    body = {"name": "watcher", "scopes": ["events:read"]}
    key = organization.http.post("/api-keys", json=body).json()
    with streaming(organization, path=STREAM, key=key["key"]) as stream:
        until_open(stream)
        assert organization.http.delete(f"/api-keys/{key['id']}").status_code == 204
        assert stream.until_told("end").data == {"reason": "UNAUTHENTICATED"}
        stream.until_over()
