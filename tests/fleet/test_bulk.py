"""POST /devices/bulk: a result for each operation, and one that fails takes nothing else with it."""

from __future__ import annotations

from uuid import uuid4

from tests.make.devices import register_device
from tests.make.platform import Organization


def _bulk(
    organization: Organization, *operations: object, **headers: str
) -> list[dict[str, object]]:
    answer = organization.http.post(
        "/devices/bulk", json={"operations": operations}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    results: list[dict[str, object]] = answer.json()["results"]
    return results


def test_every_operation_has_its_own_result_and_the_good_ones_are_done(
    organization: Organization, neighbour: Organization
) -> None:
    first, second = (register_device(organization, name)["deviceId"] for name in ("one", "two"))
    stranger = register_device(neighbour, "theirs")["deviceId"]
    results = _bulk(
        organization,
        {"op": "create", "data": {"name": "three", "tags": ["new"]}},
        {"op": "create", "data": {"name": "one"}},
        {"op": "patch", "id": first, "data": {"name": "uno", "metadata": {"floor": 3}}},
        {"op": "patch", "id": first, "data": {"nmae": "typo"}},
        {"op": "patch", "id": stranger, "data": {"name": "mine now"}},
        {"op": "patch", "data": {"name": "who?"}},
        {"op": "tag", "id": first, "data": {"add": ["a", "b", "a"], "remove": ["x"]}},
        {"op": "delete", "id": second},
        {"op": "delete", "id": second},
        {"op": "patch", "id": str(uuid4()), "data": {}},
        {"op": "create", "data": {"name": "two"}},
    )
    assert [result["index"] for result in results] == list(range(11))
    assert [result["status"] for result in results] == [
        201,
        409,
        200,
        400,
        404,
        400,
        200,
        204,
        404,
        404,
        201,
    ]
    assert results[1]["problem"]["code"] == "ALREADY_EXISTS"  # type: ignore[index]
    names = {item["name"]: item for item in organization.http.get("/devices").json()["items"]}
    assert set(names) == {"uno", "two", "three"}
    assert (names["uno"]["tags"], names["uno"]["metadata"]) == (["a", "b"], {"floor": 3})
    assert names["three"]["status"] == "PENDING"
    assert neighbour.http.get(f"/devices/{stranger}").json()["name"] == "theirs"


def test_a_thousand_operations_fit_and_one_more_does_not(organization: Organization) -> None:
    operations = [{"op": "create", "data": {"name": f"device {n}"}} for n in range(1001)]
    refused = organization.http.post("/devices/bulk", json={"operations": operations})
    assert refused.status_code == 400
    assert {result["status"] for result in _bulk(organization, *operations[:1000])} == {201}
    assert (
        organization.http.get("/devices", params={"includeTotal": "true"}).json()["total"] == 1000
    )


def test_the_same_bulk_sent_again_with_its_key_is_done_once(organization: Organization) -> None:
    operation = {"op": "create", "data": {"name": "only one"}}
    key = {"Idempotency-Key": str(uuid4())}
    assert _bulk(organization, operation, **key) == _bulk(organization, operation, **key)
    assert _bulk(organization, operation)[0]["status"] == 409
