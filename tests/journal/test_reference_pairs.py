"""Reference pairs: what both measured in the same hours, out of what is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.make.annotations import reference_pair
from tests.make.fleet import made, make_component, make_device, make_sensor
from tests.make.platform import Organization
from tests.make.production import ON_EITHER_BACKEND
from tests.make.readings import assert_problem, send

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=3)
HOURS = 48


class Pair:
    """Two components that measure pm25, and their pair."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        device_id = make_device(organization, "roof")
        self.sensor_ids = []
        self.component_ids = []
        for key in ("low-cost", "station"):
            component_id = make_component(organization, device_id, key)["id"]
            sensor = make_sensor(organization, device_id, "pm25", componentId=component_id)
            self.component_ids.append(component_id)
            self.sensor_ids.append(sensor["id"])
        more = {
            "from": START.isoformat(),
            "to": (START + timedelta(hours=HOURS)).isoformat(),
        }
        self.id = made(
            organization, "/reference-pairs", **reference_pair(*self.component_ids, "roof", **more)
        )["id"]

    def report(self, sensor: int, hour: float, *values: float) -> None:
        """A value each ten minutes from that hour on."""
        begin = START + timedelta(hours=hour)
        readings = [
            {
                "sensorId": self.sensor_ids[sensor],
                "timestamp": (begin + timedelta(minutes=10 * n)).isoformat(),
                "value": value,
            }
            for n, value in enumerate(values)
        ]
        assert send(self.organization, readings)["accepted"] == len(values)

    def compare(self, **parameters: Any) -> dict[str, Any]:
        path = f"/reference-pairs/{self.id}/comparison"
        answer = self.organization.http.get(path, params={"field": "pm25", **parameters})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture
def pair(organization: Organization) -> Pair:
    return Pair(organization)


@ON_EITHER_BACKEND
def test_hours_of_both_are_compared_and_thin_ones_left_out(pair: Pair) -> None:
    truth = [10.0 + (7 * hour) % 24 for hour in range(HOURS)]
    pair.report(1, 0, *(value for value in truth for _ in range(6)))
    pair.report(0, 0, *(1.5 * value + 2 for value in truth[:40] for _ in range(6)))
    pair.report(0, 40, 1.0, 1.0, 1.0)  # half an hour, which doesn't count
    found = pair.compare(targets="EPA_PM25")
    assert (found["n"], found["coverage"]) == (40, pytest.approx(40 / HOURS))
    assert found["r"] == pytest.approx(1)
    assert (found["ols"]["slope"], found["ols"]["intercept"]) == pytest.approx((1.5, 2))
    assert (found["deming"]["slope"], found["deming"]["delta"]) == (pytest.approx(1.5), 1)
    differences = [0.5 * value + 2 for value in truth[:40]]
    assert found["bias"] == pytest.approx(sum(differences) / 40)
    assert found["lagSeconds"] == 0
    assert found["points"][0] == {
        "reference": truth[0],
        "primary": 1.5 * truth[0] + 2,
        "at": START.strftime("%FT%TZ"),
    }
    assert len(found["points"]) == 40 == sum(found["density"]["counts"])
    assert len(found["density"]["counts"]) == found["density"]["size"] ** 2
    assert found["targets"]["passed"] is False
    passed = {metric["metric"]: metric["passed"] for metric in found["targets"]["metrics"]}
    assert (passed["slope"], passed["r2"], passed["intercept"]) == (False, True, True)


def test_points_are_a_thousand_at_most_and_begin_and_end_with_the_range(pair: Pair) -> None:
    for sensor in (0, 1):
        pair.report(sensor, 0, *(float(n % 50) for n in range(HOURS * 6)))
    found = pair.compare(bucketSeconds=600)
    assert len(found["points"]) == found["n"] == HOURS * 6
    minutes = [
        {
            "sensorId": id_,
            "timestamp": (START + timedelta(minutes=n, seconds=30)).isoformat(),
            "value": float(n % 7),
        }
        for id_ in pair.sensor_ids
        for n in range(HOURS * 60)
    ]
    assert send(pair.organization, minutes)["accepted"] == len(minutes)
    found = pair.compare(bucketSeconds=60)
    assert (found["n"], len(found["points"])) == (HOURS * 60, 1_000)
    times = [datetime.fromisoformat(point["at"]) for point in found["points"]]
    assert (times[0], times[-1]) == (START, START + timedelta(hours=HOURS, minutes=-1))
    assert times == sorted(times)


def test_where_nothing_was_reported_there_are_no_figures(pair: Pair) -> None:
    found = pair.compare()
    assert (found["n"], found["coverage"], found["points"]) == (0, 0, [])
    for name in ("bias", "rmse", "r", "ols", "deming", "lagSeconds", "density", "targets"):
        assert found[name] is None


def test_what_can_not_be_compared_is_refused(pair: Pair) -> None:
    http, path = pair.organization.http, f"/reference-pairs/{pair.id}/comparison"

    def problem(status: int, code: str, **parameters: Any) -> None:
        answer = http.get(path, params={"field": "pm25", **parameters})
        assert_problem(answer, status, code=code)

    problem(422, "UNPROCESSABLE", field="pm10")
    problem(422, "UNPROCESSABLE", **{"from": (START + timedelta(days=9)).isoformat()})
    problem(400, "MALFORMED", bucketSeconds=90)
    problem(400, "MALFORMED", delta=0)
    problem(400, "MALFORMED", targets="EPA_NO2")
    years = {"from": "2020-01-01T00:00:00Z"}
    assert http.patch(f"/reference-pairs/{pair.id}", json=years).status_code == 200
    problem(422, "TOO_MANY_BUCKETS", bucketSeconds=60)
    one, other = pair.component_ids
    for body, status in (
        (reference_pair(one, one, "itself"), 422),
        (reference_pair(one, other, "roof"), 409),
        (reference_pair(one, pair.sensor_ids[0], "a sensor"), 404),
        (reference_pair(one, other, "backwards", to="2001-01-01T00:00:00Z"), 422),
    ):
        assert_problem(http.post("/reference-pairs", json=body), status)


def test_a_pair_is_found_by_either_component(pair: Pair) -> None:
    http = pair.organization.http
    for component_id in pair.component_ids:
        items = http.get("/reference-pairs", params={"componentId": component_id}).json()["items"]
        assert [item["id"] for item in items] == [pair.id]
    assert http.delete(f"/reference-pairs/{pair.id}").status_code == 204
    assert http.get("/reference-pairs").json()["items"] == []
