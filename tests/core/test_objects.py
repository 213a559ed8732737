"""One contract for every object store: a folder, moto's S3, and a real one where TEST_S3_URL names
it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.objects import (
    Missing,
    ObjectStore,
    UploadLink,
    WrongContent,
    new_key,
    numbered_key,
    prefix_of,
)
from app.core.objects.links import PATH, BadLink, Link, read_link, signed_path
from app.core.objects.local import LocalFolder
from app.core.objects.open import s3_address
from app.core.objects.s3 import open_bucket
from app.core.objects.store import checked
from tests.make.objects import moto_server, opened_store
from tests.make.platform import RunningPlatform
from tests.make.readings import assert_problem

DAY = timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # moto says that every upload began in 2010
KINDS = [
    "folder",
    "moto",
    pytest.param(
        "s3", marks=pytest.mark.skipif("TEST_S3_URL" not in os.environ, reason="no TEST_S3_URL")
    ),
]
ORG, THING = uuid4(), uuid4()


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(params=KINDS)
async def store(
    request: pytest.FixtureRequest, platform: RunningPlatform, moto: str
) -> AsyncIterator[ObjectStore]:
    async with opened_store(request.param, platform, moto) as store:
        yield store


async def put(
    store: ObjectStore, data: bytes, *, org_id: UUID | None = None, area: str = "things"
) -> str:
    key = new_key(org_id or uuid4(), area, uuid4(), ".bin")
    async with store.upload(key, content_type="application/octet-stream") as upload:
        await upload.write(data)
    return key


async def read(store: ObjectStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in store.read(key, start, end)])


async def keys(store: ObjectStore, prefix: str) -> list[str]:
    return [stored.key async for stored in store.list(prefix)]


@pytest.mark.parametrize("size", [0, 1, 1000, 8 * 1024 * 1024, 17 * 1024 * 1024 + 1])
async def test_what_was_uploaded_in_pieces_is_read_back(store: ObjectStore, size: int) -> None:
    data = os.urandom(size)
    key = new_key(uuid4(), "things", uuid4())
    async with store.upload(key, content_type="application/zip") as upload:
        for at in range(0, size, 700_001):
            await upload.write(memoryview(data)[at : at + 700_001])
        assert await store.find(key) is None, "it is seen before it is whole"
    assert (upload.size, upload.sha256) == (size, hashlib.sha256(data).hexdigest())
    found = await store.find(key)
    assert found is not None
    assert (found.key, found.size) == (key, size)
    assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=5)
    assert await read(store, key) == data
    assert await read(store, key, 3, 10) == data[3:10]
    assert await read(store, key, size) == b""
    await store.verify(key, size=size, sha256=upload.sha256)
    with pytest.raises(WrongContent):
        await store.verify(key, size=size, sha256="0" * 64)
    with pytest.raises(WrongContent):
        await store.verify(key, size=size + 1, sha256=upload.sha256)


async def test_an_upload_that_fails_leaves_nothing(store: ObjectStore) -> None:
    org_id = uuid4()
    key = new_key(org_id, "things", uuid4())
    with contextlib.suppress(ZeroDivisionError):
        async with store.upload(key, content_type="application/zip") as upload:
            await upload.write(b"x" * 9_000_000)
            raise ZeroDivisionError
    assert await store.find(key) is None
    assert await keys(store, prefix_of(org_id, "things")) == []
    assert await store.end_uploads(f"{org_id}/", begun_before=datetime.now(UTC) + DAY) == 0


async def test_unfinished_uploads_are_ended_by_prefix_and_age(store: ObjectStore) -> None:
    org_id, thing = uuid4(), uuid4()
    key, other = new_key(org_id, "things", thing), new_key(org_id, "things", uuid4())
    now = datetime.now(UTC)
    # As a worker that is killed leaves them: entered, never left.
    begun = [store.upload(one, content_type="application/zip") for one in (key, other)]
    for upload in begun:
        await (await upload.__aenter__()).write(b"x" * 9_000_000)
    assert await store.end_uploads(prefix_of(org_id, "things", thing), begun_before=LONG_AGO) == 0
    assert await store.end_uploads(prefix_of(org_id, "things", thing), begun_before=now + DAY) == 1
    assert await store.end_uploads(prefix_of(org_id, "things"), begun_before=now + DAY) == 1
    assert await store.end_uploads(f"{org_id}/", begun_before=now + DAY) == 0


async def test_objects_are_listed_by_prefix_and_deleted(store: ObjectStore) -> None:
    ours, theirs = uuid4(), uuid4()
    mine = sorted(
        [await put(store, b"a", org_id=ours), await put(store, b"bb", org_id=ours, area="maps")]
    )
    foreign = await put(store, b"c", org_id=theirs)
    assert await keys(store, f"{ours}/") == mine
    assert await keys(store, prefix_of(ours, "maps")) == [key for key in mine if "/maps/" in key]
    assert foreign in await keys(store, "")
    await store.delete(mine[0])
    await store.delete(mine[0])
    assert await keys(store, f"{ours}/") == mine[1:]
    with pytest.raises(Missing):
        await read(store, mine[0])


async def test_what_is_whole_is_put_at_once_and_many_are_deleted_at_once(
    store: ObjectStore,
) -> None:
    org_id, area = uuid4(), f"dvr-{uuid4()}"
    stored = [numbered_key(org_id, area, 7, number, ".mp4") for number in range(3)]
    for number, key in enumerate(stored):
        await store.put(key, b"x" * number, content_type="video/mp4")
    assert [await read(store, key) for key in stored] == [b"", b"x", b"xx"]
    missing = numbered_key(org_id, area, 7, 3, ".mp4")
    with pytest.raises(Missing):
        await read(store, missing)
    await store.delete_many([*stored[:2], missing, *stored[:2]])
    assert await keys(store, prefix_of(org_id, area)) == stored[2:]
    await store.delete_many([])


async def test_what_a_page_plays_is_served_as_its_type_and_by_ranges(store: ObjectStore) -> None:
    data = os.urandom(5000)
    key = new_key(uuid4(), "clips", uuid4(), ".mp4")
    await store.put(key, data, content_type="video/mp4")
    link = await store.inline_link(key, lifetime=DAY, content_type="video/mp4")
    assert httpx.URL(link).path.endswith(".mp4")
    # What the console's policy is told of; a folder's links lead to the platform.
    assert link.startswith(f"{store.links_origin}/") or isinstance(store, LocalFolder)
    assert (store.links_origin == "") is isinstance(store, LocalFolder)
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(link, headers={"Range": "bytes=0-1"})
        assert (answer.status_code, answer.content) == (206, data[:2])
        assert answer.headers["content-type"] == "video/mp4"
        assert answer.headers["content-disposition"] == "inline"
        assert (await http.get(link)).content == data


async def test_links_lead_to_the_store_as_clients_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for query, origin in {
        "region=eu-central-1": "https://footage.s3.amazonaws.com",
        "endpoint=http://10.0.0.1:9000&publicEndpoint=https://s3.example.com&addressing=path"
        "&region=x": "https://s3.example.com",
        "endpoint=http://10.0.0.1:9000&region=x&addressing=path": "http://10.0.0.1:9000",
    }.items():
        async with open_bucket(s3_address("footage", query)) as bucket:
            assert bucket.links_origin == origin


async def test_memory_stays_flat_while_a_large_object_is_sent(store: ObjectStore) -> None:
    piece = os.urandom(1024 * 1024)
    tracemalloc.start()
    try:
        async with store.upload(
            new_key(uuid4(), "things", uuid4()), content_type="application/zip"
        ) as upload:
            for _ in range(96):
                await upload.write(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000, f"{peak:,} bytes for an object of {upload.size:,}"


async def test_a_download_link_gives_the_object_and_its_ranges(store: ObjectStore) -> None:
    data = os.urandom(100_000)
    key = await put(store, data)
    link = await store.download_link(key, lifetime=timedelta(hours=1), file_name="näme.zip")
    async with httpx.AsyncClient(trust_env=False) as http:
        whole = await http.get(link)
        assert (whole.status_code, whole.content) == (200, data)
        assert "filename" in whole.headers["content-disposition"]
        part = await http.get(link, headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, data[10:20])
        assert part.headers["content-range"] == "bytes 10-19/100000"
        rest = await http.get(link, headers={"Range": "bytes=99990-"})
        assert (rest.status_code, rest.content) == (206, data[-10:])
        beyond = await http.get(link, headers={"Range": "bytes=100000-"})
        assert beyond.status_code == 416


async def send(link: UploadLink, data: bytes) -> int:
    async with httpx.AsyncClient(trust_env=False) as http:
        headers = {name: value for name, value in link.headers.items() if name != "Content-Length"}
        return (await http.put(link.url, content=data, headers=headers)).status_code


async def test_an_upload_link_takes_what_was_announced(store: ObjectStore) -> None:
    data = os.urandom(3_000_000)
    key, sha256 = new_key(uuid4(), "firmware", uuid4()), hashlib.sha256(data).hexdigest()
    link = await store.upload_link(
        key, lifetime=DAY, size=len(data), sha256=sha256, content_type="application/zip"
    )
    assert await send(link, data) in (200, 201, 204)
    await store.verify(key, size=len(data), sha256=sha256)
    assert await read(store, key) == data


# --- keys ---


def test_keys_hold_the_organization_and_are_never_the_same() -> None:
    made = {new_key(ORG, "exports", THING, ".zip") for _ in range(100)}
    assert len(made) == 100
    assert all(key.startswith(f"{ORG}/exports/{THING}-") and key.endswith(".zip") for key in made)
    assert all(checked(key) == key for key in made)


@given(st.text(max_size=80))
def test_nothing_but_a_key_is_taken_for_one(text: str) -> None:
    for key in (
        text,
        f"{ORG}/{text}",
        f"{ORG}/exports/{text}",
        f"../{ORG}/exports/x",
        f"{ORG}/exports/../{text}",
    ):
        with contextlib.suppress(ValueError):
            organization, area, name = checked(key).split("/")
            assert (len(organization), ".." in (area, name), "\0" in key) == (36, False, False)


def test_the_address_of_a_bucket_is_read_and_what_is_unknown_is_refused() -> None:
    address = s3_address(
        "b", "endpoint=http%3A%2F%2Fobjects%3A8333&publicEndpoint=https://o.example&addressing=path"
    )
    assert (address.endpoint, address.public_endpoint, address.addressing) == (
        "http://objects:8333", "https://o.example", "path",
    )  # fmt: skip
    with pytest.raises(ValueError, match="endpont"):
        s3_address("b", "endpont=x")


# --- links of the folder ---

SECRET = b"k" * 32
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@given(
    st.sampled_from(["GET", "PUT"]),
    st.dictionaries(st.sampled_from(["name", "size", "sha256", "type"]), st.text()),
)
def test_a_link_is_good_for_what_it_was_signed_for_until_it_expires(
    method: str, words: dict[str, str]
) -> None:
    link = Link(method, new_key(ORG, "exports", THING), NOW, words)
    url = httpx.URL("http://x" + signed_path(link, SECRET).encode("utf-8", "replace").decode())
    query = dict(url.params)
    assert read_link(method, link.key, query, [SECRET], now=NOW - timedelta(seconds=1)) == link
    for refused in (
        lambda: read_link(method, link.key, query, [SECRET], now=NOW),
        lambda: read_link(
            "GET" if method == "PUT" else "PUT", link.key, query, [SECRET], now=NOW - DAY
        ),
        lambda: read_link(method, link.key + "x", query, [SECRET], now=NOW - DAY),
        lambda: read_link(method, link.key, query, [b"other"], now=NOW - DAY),
        lambda: read_link(
            method, link.key, {**query, "expires": "99999999999"}, [SECRET], now=NOW - DAY
        ),
        lambda: read_link(
            method,
            link.key,
            {**query, "name": "x" + query.get("name", "")},
            [SECRET],
            now=NOW - DAY,
        ),
        lambda: read_link(
            method, link.key, {"signature": query["signature"]}, [SECRET], now=NOW - DAY
        ),
    ):
        with pytest.raises(BadLink):
            refused()


@pytest.fixture
async def folder(platform: RunningPlatform) -> AsyncIterator[ObjectStore]:
    async with opened_store("folder", platform, "") as store:
        yield store


async def test_a_folders_link_can_be_looked_at_resumed_and_not_forged(
    folder: ObjectStore, platform: RunningPlatform
) -> None:
    data = os.urandom(50_000)
    mine, other = await put(folder, data), await put(folder, b"of another organization")
    link = await folder.download_link(mine, lifetime=DAY, file_name="export.zip")
    async with httpx.AsyncClient(trust_env=False) as http:
        looked = await http.head(link)
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers["content-length"] == "50000"
        etag = looked.headers["etag"]
        for asked, shown in (
            ("bytes=-100", data[-100:]), ("bytes=0-0", data[:1]), ("bytes=49999-60000", data[-1:]),
            ("bytes=-60000", data), ("bytes=1-49999", data[1:]),
        ):  # fmt: skip
            answer = await http.get(link, headers={"Range": asked, "If-Range": etag})
            assert (answer.status_code, answer.content) == (206, shown), asked
        for ignored in ("bytes=5-3", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=a-b"):
            assert (await http.get(link, headers={"Range": ignored})).content == data, ignored
        assert (
            await http.get(link, headers={"Range": "bytes=1-2", "If-Range": '"other"'})
        ).status_code == 200
        beyond = await http.get(link, headers={"Range": "bytes=50000-"})
        assert_problem(beyond, 416, code="RANGE_NOT_SATISFIABLE")
        assert beyond.headers["content-range"] == "bytes */50000"
        assert (await http.get(link, headers={"Range": "bytes=-0"})).status_code == 416

        expired = await folder.download_link(mine, lifetime=timedelta(0), file_name="x")
        for forged in (
            link.replace(mine, other), link.replace("expires=", "expires=9"), link[:-1], f"{link}x",
            link.replace("export.zip", "export.exe"), link.partition("?")[0], expired,
            f"{platform.base_url}{PATH}/../state/secrets.json?signature=x",
            f"{platform.base_url}{PATH}/%2e%2e/%2e%2e/etc/passwd?signature=x",
            f"{platform.base_url}{PATH}/{'%00'}?expires=1&signature=x",
        ):  # fmt: skip
            assert (await http.get(forged)).status_code in (403, 404), forged
            assert (await http.put(forged, content=b"x")).status_code in (403, 404, 405), forged
        assert_problem(await http.get(link.replace(mine, other)), 403, code="LINK_INVALID")
        await folder.delete(mine)
        assert_problem(await http.get(link), 404, code="NOT_FOUND")


@pytest.mark.parametrize("sent", [b"", b"x" * 99, b"x" * 101, b"y" * 100, b"x" * 10_000_000])
async def test_a_folder_refuses_an_upload_that_is_not_what_was_announced(
    folder: ObjectStore, sent: bytes
) -> None:
    key, sha256 = new_key(uuid4(), "firmware", uuid4()), hashlib.sha256(b"x" * 100).hexdigest()
    link = await folder.upload_link(
        key, lifetime=DAY, size=100, sha256=sha256, content_type="text/plain"
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        with contextlib.suppress(httpx.WriteError):  # it may answer before all is sent
            assert_problem(await http.put(link.url, content=sent), 422, code="WRONG_CONTENT")
    assert await folder.find(key) is None
    assert await folder.end_uploads(key, begun_before=datetime.now(UTC) + DAY) == 0
    assert await send(link, b"x" * 100) == 200
    assert await read(folder, key) == b"x" * 100
