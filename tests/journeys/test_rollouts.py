"""A configuration that goes to a fleet in phases, with devices that speak MQTT by paho."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import msgspec
import psutil
import pytest

from app.control.rollouts.phases import place_of
from tests.make.configuration import effective, put_binding, sampling
from tests.make.devices import WAIT_SECONDS, Session, connect, provision_device
from tests.make.fleet import make_device, make_group
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import CLIMATE, SETTABLE, make_sensor_profile
from tests.make.readings import assert_problem

NUMBER = 5


class Fleet:
    """Devices of one group that report at once: what they are to have, they have, unless it is
    one of `refused`."""

    def __init__(self, platform: RunningPlatform, organization: Organization) -> None:
        self.organization = organization
        self.refused: set[int] = set()
        self.profile = make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])
        group = make_group(organization, "the fleet", "fleet")["id"]
        self.target = {"type": "DEVICE_GROUP", "id": group}
        self.sessions = [self._device(platform, number) for number in range(NUMBER)]
        self.documents: dict[str, list[dict[str, Any]]] = {}

    @property
    def ids(self) -> list[str]:
        return [session.device.id for session in self.sessions]

    def _device(self, platform: RunningPlatform, number: int) -> Session:
        device = provision_device(self.organization, f"d{number}", directory=platform.state)
        part = {"key": "probe", "sensorProfileId": self.profile["id"]}
        self.organization.http.post(f"/devices/{device.id}/components", json=part)
        self.organization.http.patch(f"/devices/{device.id}", json={"tags": ["fleet"]})
        session = connect(platform, device)
        topics = device.provisioned["mqtt"]["topics"]

        def answer(client: Any, _data: Any, message: Any) -> None:
            document = msgspec.json.decode(message.payload)
            self.documents.setdefault(device.id, []).append(document)
            targets = [
                {
                    "target": each["target"],
                    "artefactId": each["artefactId"],
                    "hash": each["hash"],
                    "status": "REJECTED" if each["version"] in self.refused else "ACCEPTED",
                }
                for each in document["targets"]
            ]
            body = msgspec.json.encode({"targets": targets})
            client.publish(topics["configReported"], body, qos=1, retain=True)

        session.client.on_message = answer
        session.client.subscribe(topics["configDesired"], qos=1)
        return session

    def roll_out(self, binding: str, **body: Any) -> str:
        path = f"/desired-state-bindings/{binding}/rollouts"
        answer = self.organization.http.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return f"{path}/{answer.json()['id']}"

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.organization.http.get(path).json()
        return found

    def steer(self, path: str, how: str) -> dict[str, Any]:
        answer = self.organization.http.post(f"{path}/{how}")
        assert answer.status_code == 200, answer.text
        steered: dict[str, Any] = answer.json()
        return steered

    def versions(self) -> list[int | None]:
        """What each is to have, in the order of the devices."""
        found = [effective(self.organization, id_)["entries"] for id_ in self.ids]
        return [entries[0]["version"] if entries else None for entries in found]

    def drift(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get("/desired-state-bindings/drift")["items"]
        return items


@pytest.fixture
def fleet(platform: RunningPlatform, organization: Organization) -> Iterator[Fleet]:
    made = Fleet(platform, organization)
    yield made
    for session in made.sessions:
        session.close()


def until(ask: Callable[[], Any], expected: object, *, seconds: float = 2 * WAIT_SECONDS) -> None:
    deadline, found = time.monotonic() + seconds, ask()
    while found != expected:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
        found = ask()


@pytest.mark.timeout(240)
def test_a_rollout_goes_from_phase_to_phase_though_its_worker_is_killed(
    platform: RunningPlatform, fleet: Fleet
) -> None:
    binding = put_binding(
        fleet.organization, fleet.target, sampling(fleet.organization, fleet.profile, 60), held=True
    )["id"]
    assert fleet.versions() == [None] * NUMBER
    phases = [{"percent": 40, "onSuccess": "PAUSE"}, {"percent": 100}]
    path = fleet.roll_out(binding, phases=phases)
    until(lambda: fleet.get(path)["state"], "PAUSED")
    rollout = fleet.get(path)
    order = sorted(fleet.ids, key=lambda id_: place_of(UUID(rollout["id"]), UUID(id_)))
    assert [id_ for id_, version in zip(fleet.ids, fleet.versions(), strict=True) if version] == [
        id_ for id_ in fleet.ids if id_ in order[:2]
    ]
    assert [phase["succeeded"] for phase in rollout["phases"]] == [2, 0]
    assert rollout["phases"][1]["waiting"] == 3

    worker = platform.program("worker")
    worker.kill()
    psutil.wait_procs([worker], timeout=10)
    fleet.steer(path, "resume")
    until(lambda: fleet.get(path)["state"], "COMPLETED", seconds=120)
    until(fleet.drift, [])
    assert fleet.versions() == [1] * NUMBER
    assert [len(fleet.documents[id_]) for id_ in fleet.ids] == [1] * NUMBER
    bound = fleet.get(f"/desired-state-bindings/{binding}")
    assert (bound["held"], bound["counts"]["accepted"]) == (False, NUMBER)


@pytest.mark.timeout(240)
def test_one_bad_device_aborts_and_what_was_given_is_taken_away(fleet: Fleet) -> None:
    organization = fleet.organization
    good = sampling(organization, fleet.profile, 60)
    binding = put_binding(organization, fleet.target, good)["id"]
    until(fleet.drift, [])
    until(lambda: len(fleet.documents), NUMBER)
    bad = sampling(organization, fleet.profile, 61)
    fleet.refused = {2}
    path = fleet.roll_out(
        binding,
        artefactId=bad,
        phases=[{"count": 1}, {"percent": 100}],
        abort={"failedCount": 1},
    )
    until(lambda: fleet.get(path)["state"], "ABORTED")
    ended = fleet.get(path)
    assert (ended["reason"], ended["rolledBack"]) == ("1 of 1 failed in phase 0", True)
    until(fleet.drift, [])
    assert fleet.versions() == [1] * NUMBER
    touched = [id_ for id_ in fleet.ids if len(fleet.documents[id_]) > 1]
    assert len(touched) == 1
    assert [each["targets"][0]["version"] for each in fleet.documents[touched[0]]] == [1, 2, 1]
    assert organization.http.delete(f"/config-artefacts/{bad}").status_code == 204


@pytest.mark.timeout(240)
def test_people_steer_it_and_who_joins_falls_into_a_phase_by_its_place(fleet: Fleet) -> None:
    organization = fleet.organization
    binding = put_binding(
        organization, fleet.target, sampling(organization, fleet.profile, 60), held=True
    )["id"]
    path = fleet.roll_out(binding, phases=[{"percent": 60, "onSuccess": "PAUSE"}, {"percent": 100}])
    until(lambda: fleet.get(path)["state"], "PAUSED")
    other = {"phases": [{"percent": 100}]}
    another = organization.http.post(f"/desired-state-bindings/{binding}/rollouts", json=other)
    assert_problem(another, 409, code="ROLLOUT_STATE")
    rebound = organization.http.put(
        "/desired-state-bindings",
        json={"target": fleet.target, "artefactId": sampling(organization, fleet.profile, 9)},
    )
    assert_problem(rebound, 409, code="ROLLOUT_STATE")

    rollout = UUID(fleet.get(path)["id"])
    order = sorted(fleet.ids, key=lambda id_: place_of(rollout, UUID(id_)))
    boundary = place_of(rollout, UUID(order[2]))
    joiners = [make_device(organization, f"joiner {number}") for number in range(8)]
    for joiner in joiners:
        part = {"key": "probe", "sensorProfileId": fleet.profile["id"]}
        organization.http.post(f"/devices/{joiner}/components", json=part)
        organization.http.patch(f"/devices/{joiner}", json={"tags": ["fleet"]})
        has_it = bool(effective(organization, joiner)["entries"])
        assert has_it is (place_of(rollout, UUID(joiner)) <= boundary)

    assert fleet.steer(path, "cancel")["state"] == "CANCELED"
    assert_problem(organization.http.post(f"{path}/resume"), 409, code="ROLLOUT_STATE")
    assert fleet.versions().count(1) == 3
    assert fleet.steer(path, "roll-back")["rolledBack"] is True
    until(fleet.versions, [None] * NUMBER)
    assert_problem(organization.http.post(f"{path}/roll-back"), 409, code="ROLLOUT_STATE")


def test_what_is_no_rollout_is_refused(organization: Organization) -> None:
    profile = make_sensor_profile(organization, fields=[*CLIMATE, *SETTABLE])
    target = {"type": "SENSOR_PROFILE", "name": "climate"}
    artefact = sampling(organization, profile, 60)
    binding = put_binding(organization, target, artefact)["id"]
    path = f"/desired-state-bindings/{binding}/rollouts"
    for body in (
        {"phases": [{"percent": 100}]},
        {"phases": [{"percent": 50}], "artefactId": artefact},
        {"phases": [{}, {"percent": 100}], "artefactId": artefact},
    ):
        assert_problem(organization.http.post(path, json=body), 422, code="UNPROCESSABLE")
    assert organization.http.post(path, json={"phases": []}).status_code == 400
