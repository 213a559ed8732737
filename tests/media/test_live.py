"""What a camera sees now, watched: to the picture, without a question to the database, and only for
as long as somebody may and does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from tests.make.clips import make_camera as unseen_camera
from tests.make.live_pictures import LivePlayer, hinted_part, parts_of, watch, whole_segments
from tests.make.people import admin_address
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import assert_problem
from tests.make.workers import wait_until
from tests.media.test_recording import camera_of, segments, until
from workers.twin.rtsp import RATE, TwinCamera

pytestmark = pytest.mark.timeout(400)  # each waits for real seconds, on a machine that may be busy


@asynccontextmanager
async def watching(organization: Organization, camera_id: str) -> AsyncIterator[Any]:
    """A session, and its player."""
    session = await asyncio.to_thread(watch, organization, camera_id)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        yield session, LivePlayer(session["remoteUrl"], http)


def session_of(organization: Organization, session: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = organization.http.get(f"/live/{session['id']}").json()
    return found


async def test_a_recorded_camera_is_seen_at_once_and_each_picture_of_it_once(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as twin:
        camera = camera_of(tenant, twin)
        await segments(near, camera, 1)
        async with watching(tenant, camera["id"]) as (session, player):
            assert (session["status"], session["codecs"]) == ("REQUESTED", ["avc1.42c00b"])
            playlist = await player.playlist()
            assert session_of(tenant, session)["status"] == "ACTIVE"
            seen = await player.numbers(whole_segments(playlist), playlist)
            assert len(seen) >= RATE  # what was there before anybody watched
            names = parts_of(playlist)[-1:]
            with psycopg.connect(admin_address(near)) as admin:  # nobody else asks these tables
                admin.execute("LOCK TABLE platform.live_session, platform.camera")
                for _ in range(4):
                    number, part = hinted_part(playlist)
                    playlist = await player.playlist(msn=number, part=part)
                    names += [each for each in parts_of(playlist) if each not in names][-2:]
                latest = await player.numbers(names[-3:], playlist)
            ahead = time.time() - twin.began
            numbers = [number for number in latest if number is not None]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            assert numbers[-1] / RATE <= ahead


async def test_what_was_stopped_is_shown_no_more(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as twin:
        camera = camera_of(tenant, twin, recording="OFF")
        async with watching(tenant, camera["id"]) as (session, player):
            playlist = await player.playlist()  # it is connected to for this
            waiting = asyncio.create_task(
                player.ask("index.m3u8", _HLS_msn=hinted_part(playlist)[0] + 1)
            )
            path = f"/live/{session['id']}"
            kept = await asyncio.to_thread(tenant.http.post, f"{path}/keep-alive")
            assert (kept.status_code, kept.json()["remoteUrl"]) == (200, session["remoteUrl"])
            assert tenant.http.delete(path).status_code == 204
            for answer in (await waiting, await player.ask(parts_of(playlist)[-1])):
                assert_problem(answer, 410, code="LIVE_ENDED")
            again = await asyncio.to_thread(tenant.http.post, f"{path}/keep-alive")
            assert_problem(again, 410, code="LIVE_ENDED")
    wait_until(lambda: session_of(tenant, session)["status"] == "STOPPED", "it is stopped")
    assert session_of(tenant, session)["watchedSeconds"] > 0
    assert await segments(near, camera, 0) == []  # it was watched, and not recorded


async def test_a_camera_that_is_deleted_is_shown_no_more(
    near: RunningPlatform, tenant: Organization
) -> None:
    async with TwinCamera().serving() as twin:
        camera = camera_of(tenant, twin, recording="ON_DEMAND")
        await until(tenant, camera, statusReason="not seen yet")
        async with watching(tenant, camera["id"]) as (_, player):
            playlist = await player.playlist()
            await segments(near, camera, 1)
            assert tenant.http.delete(f"/cameras/{camera['id']}").status_code == 204
            assert_problem(await player.ask(parts_of(playlist)[-1]), 410, code="LIVE_ENDED")


def test_a_session_that_nobody_keeps_alive_expires(
    near: RunningPlatform, tenant: Organization
) -> None:
    session = watch(tenant, unseen_camera(tenant))
    with psycopg.connect(admin_address(near)) as admin:
        admin.execute(
            "UPDATE platform.live_session SET last_seen_at = now() - interval '1 minute' "
            "WHERE id = %s",
            [session["id"]],
        )
    wait_until(lambda: session_of(tenant, session)["status"] == "EXPIRED", "it expires")
    ended = session_of(tenant, session)
    assert (ended["remoteUrl"], ended["stopReason"]) == (None, "nobody watched any more")


def test_a_gateway_that_shows_it_itself_can_check_who_comes(tenant: Organization) -> None:
    camera_id = unseen_camera(tenant, localUrl="http://10.0.0.5:8888/door/index.m3u8?jwt={token}")
    session = watch(tenant, camera_id)
    address, _, token = session["localUrl"].partition("?jwt=")
    assert address == "http://10.0.0.5:8888/door/index.m3u8"
    root = tenant.http.base_url.copy_with(path="/.well-known/jwks.json")
    keys = jwt.PyJWKSet.from_dict(tenant.http.get(root).json())
    device_id = tenant.http.get(f"/cameras/{camera_id}").json()["deviceId"]
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=device_id)
    assert (claims["sub"], claims["camera"]) == (session["id"], camera_id)
    as_ours = tenant.http.get("/cameras", headers={"Authorization": f"Bearer {token}"})
    assert_problem(as_ours, 401)


def test_only_who_asked_for_a_session_is_told_its_address_and_keeps_it_alive(
    near: RunningPlatform, tenant: Organization
) -> None:
    session = watch(tenant, unseen_camera(tenant))
    made = tenant.http.post("/api-keys", json={"name": "other", "scopes": ["media:read"]})
    with near.client(made.json()["key"]) as other:
        path = f"/live/{session['id']}"
        assert other.get(path).json()["remoteUrl"] is None
        assert_problem(other.post(f"{path}/keep-alive"), 403)
        assert_problem(other.delete(path), 403)


def test_an_address_that_was_changed_shows_nothing(tenant: Organization) -> None:
    url = watch(tenant, unseen_camera(tenant))["remoteUrl"]
    changed = url.replace("/streams/", "/streams/A")
    assert_problem(httpx.get(changed, trust_env=False), 403, code="LINK_INVALID")
    strange = url.replace("index.m3u8", "../secret")
    assert httpx.get(strange, trust_env=False).status_code == 404


def test_no_more_watch_than_may(tenant: Organization) -> None:
    camera_id = unseen_camera(tenant)
    for _ in range(20):
        watch(tenant, camera_id)
    refused = tenant.http.post(f"/cameras/{camera_id}/live")
    assert_problem(refused, 409, code="TOO_MANY_VIEWERS")
