"""The client on a running platform: as a program of a user calls it."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pyarrow import ipc

from generator.document import Operation, read
from generator.names import variable
from holdfast_client import AsyncHoldfast, Conflict, Holdfast, HoldfastError, NotFound, Retries
from holdfast_client.api.readings import ReadingCreate
from tests.make.fleet import make_device
from tests.make.lossy_proxy import lossy_proxy
from tests.make.platform import Organization, RunningPlatform

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text())
CREATES = int(os.environ.get("CLIENT_CREATES", "100"))
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
# These end the key, the session or the organization that the others are called with; or never end.
LAST = {"leaveOrganization", "revokeApiKey", "logout"}


@pytest.fixture
def holdfast(platform: RunningPlatform, organization: Organization) -> Iterator[Holdfast]:
    with Holdfast(platform.base_url, organization.key) as client:
        yield client


def test_what_is_made_is_read_changed_listed_and_deleted(holdfast: Holdfast) -> None:
    site = holdfast.sites.create(name="Amsterdam West", latitude=52.4, longitude=4.9, tags=["cold"])
    assert holdfast.sites.get(site.id) == site
    changed = holdfast.sites.update(site.id, latitude=None, longitude=None)
    assert (changed.latitude, changed.name) == (None, "Amsterdam West")
    for number in range(25):
        holdfast.sites.create(name=f"site {number}")
    assert len(holdfast.sites.list(limit=10).items) == 10
    assert len({each.id for each in holdfast.sites.each(limit=10)}) == 26
    assert [each.id for each in holdfast.sites.each(tag=["cold"])] == [site.id]
    with pytest.raises(Conflict) as conflict:
        holdfast.sites.create(name="Amsterdam West")
    assert (conflict.value.code, bool(conflict.value.request_id)) == ("ALREADY_EXISTS", True)
    holdfast.sites.delete(site.id)
    with pytest.raises(NotFound):
        holdfast.sites.get(site.id)


def test_readings_go_in_and_come_out_in_every_form(
    holdfast: Holdfast, organization: Organization
) -> None:
    device = make_device(organization, "cold-room-1")
    told = holdfast.readings.create_many(
        body=[
            ReadingCreate(
                device_id=device,
                sensor="temperature",
                timestamp=NOON + timedelta(seconds=n),
                value=n / 2,
            )
            for n in range(100)
        ]
    )
    assert told.accepted == 100
    (sensor,) = [each.id for each in holdfast.sensors.each()]
    end = NOON + timedelta(minutes=2)
    page = holdfast.readings.list(sensor, limit=500, from_=NOON, to=end)
    assert len(page.items) == 100
    stats = holdfast.readings.stats(sensor, from_=NOON, to=end)
    assert (stats.count, stats.max) == (100, 49.5)
    whole = holdfast.readings.list_as(
        sensor, from_=NOON, to=end, accept="application/vnd.apache.arrow.stream"
    )
    assert ipc.open_stream(io.BytesIO(whole.read())).read_all().num_rows == 100
    with holdfast.readings.list_as(sensor, from_=NOON, to=end, accept="text/csv") as chunks:
        assert b"".join(chunks).count(b"\n") == 101
    line = f"climate,deviceId={device} humidity=40.5 {int(NOON.timestamp())}000000000"
    assert (
        holdfast.readings.create_many(body=line.encode(), content_type="text/plain").accepted == 1
    )


async def test_the_asynchronous_client_pages_and_listens(
    platform: RunningPlatform, organization: Organization
) -> None:
    async with AsyncHoldfast(platform.base_url, organization.key) as holdfast:
        await asyncio.gather(*(holdfast.sites.create(name=f"site {n}") for n in range(12)))
        assert len([each async for each in holdfast.sites.each(limit=5)]) == 12

        async def first_note() -> str:
            async for event in holdfast.events.stream():
                if event.name == "event" and event.data["type"] == "NOTE":
                    return str(event.data["title"])
            raise AssertionError

        async with asyncio.timeout(60):
            heard = asyncio.create_task(first_note())
            while not heard.done():  # until it listens, nobody hears
                await holdfast.events.create(title="hello", type="NOTE")
                await asyncio.wait([heard], timeout=0.2)
            assert await heard == "hello"


def test_nothing_is_made_twice_though_answers_are_lost(
    platform: RunningPlatform, organization: Organization
) -> None:
    with (
        lossy_proxy(platform.base_url, every=5) as url,
        Holdfast(url, organization.key, retries=Retries(first_seconds=0.01)) as holdfast,
    ):
        made = [holdfast.sites.create(name=f"site {n}").id for n in range(CREATES)]
        assert len(set(made)) == CREATES
        found = {each.id for each in holdfast.sites.each(limit=500)}
        assert found == set(made)
        for id_ in made[:20]:
            holdfast.sites.delete(id_)
        assert len(list(holdfast.sites.each(limit=500))) == CREATES - 20


def test_the_example_of_the_readme_runs(
    platform: RunningPlatform,
    organization: Organization,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    device = make_device(organization, "cold-room-1")
    reading = {"deviceId": device, "sensor": "temperature", "value": 4.5}
    now = datetime.now(UTC) - timedelta(minutes=1)
    sent = organization.http.post("/readings", json=reading | {"timestamp": now.isoformat()})
    assert sent.status_code < 300, sent.text
    monkeypatch.setenv("HOLDFAST_URL", platform.base_url)
    monkeypatch.setenv("HOLDFAST_API_KEY", organization.key)
    example = (ROOT / "client" / "README.md").read_text().partition("```python\n")[2]
    exec(example.partition("```")[0], {})
    printed = capsys.readouterr().out
    assert "temperature 4.5 4.5" in printed
    assert "no device" in printed


OPERATIONS = read(DOCUMENT).operations


def test_every_operation_can_be_called(holdfast: Holdfast) -> None:
    """With what the document gives as examples: an answer is decoded, a refusal is one of ours."""
    for operation in sorted(OPERATIONS, key=lambda each: each.id in LAST):
        if operation.is_stream:
            continue
        method = getattr(getattr(holdfast, operation.namespace), operation.name)
        try:
            method(**_examples(operation))
        except HoldfastError:
            pass
        except (msgspec.MsgspecError, TypeError) as error:
            raise AssertionError(f"{operation.id}: {error}") from error


def _examples(operation: Operation) -> dict[str, Any]:
    found = DOCUMENT["paths"][operation.path][operation.method.lower()]
    given = {
        variable(each["name"]): each["example"]
        for each in found.get("parameters", ())
        if each["required"]
    }
    content = found.get("requestBody", {}).get("content", {})
    body = content.get("application/json", {}).get("example")
    if operation.body_formats:
        return given | {"body": body if body is not None else content["text/csv"]["example"]}
    if operation.body is not None and not _has_fields(operation):
        return given | {"body": body}
    return given | {variable(key): value for key, value in (body or {}).items()}


def _has_fields(operation: Operation) -> bool:
    return "$ref" in json.dumps(operation.body)
