"""SQL, templates and paths in everything that a client may write: always an answer, never more than one's own."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.make.readings import assert_problem, at, by_key, send, sensors_by_key, span, stored
from tests.make.resources import World

PAYLOADS = [
    "' OR '1'='1",
    "'; DROP TABLE platform.device; --",
    "') UNION SELECT email, password_hash FROM platform.user_account --",
    "1); SELECT set_config('app.org_id', '{their_org}', true); --",
    "' AND (SELECT 1 FROM pg_sleep(5)) --",
    "$1",
    "%s %(x)s {0} {x} ${x} {{7*7}}",
    "%",
    "_",
    "\\",
    "\\'; --",
    "{a,b}",
    '{"a":1}',
    "../../../../etc/passwd",
    "a\nb\r\nX-Injected: yes",
    "\u202eabc\u0000"[:-1],
    "𝕏" * 50,
    "x" * 150,
]


def _theirs_in(text: str, theirs: World) -> bool:
    return any(
        secret in text
        for secret in (theirs.device.id, theirs.organization.email, "secret of theirs")
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_a_filter_it_is_just_text(ours: World, theirs: World, payload: str) -> None:
    payload = payload.replace("{their_org}", theirs.organization.id)
    http = ours.organization.http
    for path, name in [
        ("/devices", "q"),
        ("/devices", "tag"),
        ("/devices", "firmwareVersion"),
    ]:
        answer = http.get(path, params={name: payload})
        assert answer.status_code == 200, answer.text
        assert not _theirs_in(answer.text, theirs)
        assert "x-injected" not in answer.headers
        if payload != "_":  # is part of no name here, but might be
            assert answer.json()["items"] == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_where_words_are_fixed_it_is_refused(ours: World, payload: str) -> None:
    http = ours.organization.http
    readings = f"/readings/sensor/{ours.sensor_id}"
    cursor = base64.urlsafe_b64encode(json.dumps([payload, payload]).encode()).decode()
    for path, parameters in [
        ("/devices", {"status": payload}),
        ("/devices", {"cursor": payload}),
        ("/devices", {"cursor": cursor}),
        ("/devices", {"limit": payload}),
        ("/devices", {"connected": payload}),
        ("/devices", {"lastSeenBefore": payload}),
        ("/devices", {"certificateExpiresBefore": payload}),
        ("/sensors", {"deviceId": payload}),
        ("/admin/quarantine", {"reason": payload}),
        ("/admin/quarantine", {"from": payload}),
        (readings, {**span(), "order": payload}),
        (readings, {**span(), "cursor": cursor}),
        (readings, {**span(), "from": payload}),
        (f"{readings}/window", {"last": payload}),
        (f"{readings}/aggregated", {**span(), "interval": payload}),
        (f"{readings}/aggregated", {**span(), "interval": "PT1H", "fill": payload}),
        (f"{readings}/aggregated", {**span(), "interval": "PT1H", "functions": payload}),
        ("/readings/latest", {"sensorIds": payload}),
    ]:
        assert_problem(http.get(path, params=parameters), 400)
    zone = {**span(), "interval": "P1D", "timezone": payload}
    assert_problem(http.get(f"{readings}/aggregated", params=zone), 400, 422)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_a_path_it_is_404(ours: World, payload: str) -> None:
    http = ours.organization.http
    quoted = "".join(f"%{byte:02x}" for byte in payload.encode())
    for method, path in [
        ("GET", f"/devices/{quoted}"),
        ("GET", f"/sensors/{quoted}"),
        ("GET", f"/readings/sensor/{quoted}/stats"),
        ("DELETE", f"/api-keys/{quoted}"),
        ("POST", f"/devices/{ours.device.id}/certificates/{quoted}/revoke"),
    ]:
        assert_problem(http.request(method, path), 400, 404, 405)
    assert (
        http.get(f"/devices/{ours.device.id}/certificates").json()["items"][0]["revokedAt"] is None
    )


def test_what_is_stored_comes_back_letter_by_letter(ours: World) -> None:
    texts: list[Any] = [payload for payload in PAYLOADS if len(payload) <= 200]
    readings = [
        by_key(ours.device.id, "any text", at(1000 + n), text, metadata={text: [text]})
        for n, text in enumerate(texts)
    ]
    assert send(ours.organization, readings)["accepted"] == len(texts)
    sensor = sensors_by_key(ours.organization, ours.device.id)["any text"]["id"]
    assert [value for _, value in stored(ours.organization, sensor)] == texts
    items = ours.organization.http.get(f"/readings/sensor/{sensor}", params=span()).json()["items"]
    assert [item["metadata"] for item in items] == [{text: [text]} for text in texts]


def test_names_and_tags_come_back_letter_by_letter_and_are_found(ours: World) -> None:
    http = ours.organization.http
    for payload in PAYLOADS:
        tag = payload[:100]
        made = http.post(
            "/devices/registration/tokens",
            json={"deviceName": f"named {payload}", "tags": [tag, "injected"]},
        )
        assert made.status_code == 201, made.text
        id_ = made.json()["deviceId"]
        shown = http.get(f"/devices/{id_}").json()
        assert (shown["name"], shown["tags"]) == (f"named {payload}", [tag, "injected"])
        found = http.get("/devices", params={"q": f"named {payload}"}).json()["items"]
        assert [device["id"] for device in found] == [id_]
        assert http.delete(f"/devices/{id_}").status_code == 204
