"""If-None-Match: who has an answer already is told so."""

from __future__ import annotations

import pytest

from tests.make.devices import register_device
from tests.make.platform import Organization


@pytest.fixture
def path(organization: Organization) -> str:
    return f"/devices/{register_device(organization, 'one')['deviceId']}"


def test_who_has_it_already_is_sent_nothing_until_it_is_edited(
    organization: Organization, path: str
) -> None:
    http = organization.http
    etag = http.get(path).headers["ETag"]
    for tags in (etag, f"W/{etag}", f'"another", {etag}', "*"):
        same = http.get(path, headers={"If-None-Match": tags})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
        assert "content-type" not in same.headers
        assert "RateLimit" in same.headers
    http.patch(path, json={"name": "two"}).raise_for_status()
    changed = http.get(path, headers={"If-None-Match": etag})
    assert (changed.status_code, changed.json()["name"]) == (200, "two")


@pytest.mark.parametrize("tags", ['"another"', "", "no tag at all", '"' + "x" * 400 + '"'])
def test_another_tag_gets_the_whole_answer(
    organization: Organization, path: str, tags: str
) -> None:
    answer = organization.http.get(path, headers={"If-None-Match": tags})
    assert (answer.status_code, answer.json()["name"]) == (200, "one")


def test_only_reading_is_conditional(organization: Organization, path: str) -> None:
    etag = organization.http.get(path).headers["ETag"]
    answer = organization.http.patch(path, json={"name": "two"}, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.json()["name"]) == (200, "two")


def test_an_answer_that_is_none_is_not_unchanged(organization: Organization, path: str) -> None:
    etag = organization.http.get(path).headers["ETag"]
    organization.http.delete(path).raise_for_status()
    assert organization.http.get(path, headers={"If-None-Match": etag}).status_code == 404
