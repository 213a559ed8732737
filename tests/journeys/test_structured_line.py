"""Three kinds of devices from three shipped packs: a thousand registered, fifty report, one profile is upgraded."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.make.devices import connect, provision_with
from tests.make.platform import Organization, RunningPlatform
from tests.make.readings import at, stored
from tests.make.workers import wait_until

MOMENTS = 6
FAULTY_EVERY = 5
AT_ONCE = 10  # devices that are provisioned and report at the same moment

Element = dict[str, Any]


def payload(component: str | None, second: float, **values: Any) -> Element:
    said = {"component": component} if component else {}
    return {**said, "timestamp": at(second).isoformat(), "values": values}


def values_by_sensor(elements: list[Element]) -> dict[tuple[str | None, str], Any]:
    """By component and sensor key."""
    found = {}
    for element in elements:
        for key, value in element["values"].items():
            sensors = (
                {f"{key}.{n}": item for n, item in enumerate(value)}
                if isinstance(value, list)
                else {key: value}
            )
            found |= {(element.get("component"), sensor): item for sensor, item in sensors.items()}
    return found


@dataclass(frozen=True, eq=False)
class Kind:
    """A pack's device profile: how many devices of it, what one reports in a moment, and a payload with faults."""

    pack: str
    profile: str
    registered: int
    switched_on: int
    report: Callable[[int, int], list[Element]]
    sensors: int
    faulty: Element
    faults: str


KINDS = (
    Kind(
        "environment",
        "environment-station",
        400,
        20,
        lambda n, second: [
            payload("climate", second, temperature=20 + n / 4, humidity=40, dewPoint=6.5),
            payload("air", second, co2=400 + n, pm25=3.5),
            payload(None, second, battery=90),
        ],
        6,
        payload("climate", MOMENTS, temperature=95, humidity=30, light=300),
        "temperature is above 85; light is no field of the profile",
    ),
    Kind(
        "energy",
        "power-meter",
        300,
        15,
        lambda n, second: [
            payload(
                "mains",
                second,
                voltage=[230, 231.5, 229],
                current=[n, 2, 3.5],
                totalActivePower=1500 + n,
                energyImport=10_000 + second,
                phaseSequence="L1-L2-L3",
            ),
            payload(None, second, impulses=second, serialNumber=f"PM-{n:04}"),
        ],
        11,
        payload("mains", MOMENTS, voltage=[230, 231], current=[1, 2, 7000], totalActivePower="much", phaseSequence="L2"),
        "voltage takes 3 elements, not 2; current.2 is above 6300; totalActivePower takes DOUBLE, not a text; "
        "phaseSequence is none of L1-L2-L3, L1-L3-L2, UNKNOWN; energyImport is missing",
    ),
    Kind(
        "cold-chain",
        "cold-room-monitor",
        300,
        15,
        lambda n, second: [
            payload("room", second, temperature=-18 - n / 8, doorOpen=second == 3, compressorRunning=True),
            payload(None, second, battery=70.5, mainsPresent=True),
        ],
        5,
        payload("room", MOMENTS, temperature=-18, doorOpen="no", humidity=101),
        "doorOpen takes BOOLEAN, not a text; humidity is above 100",
    ),
)  # fmt: skip


def register(organization: Organization, kind: Kind) -> list[dict[str, str]]:
    """The lines of the table that the line's own program works through."""
    body = {
        "deviceNames": [f"{kind.profile} {n:04}" for n in range(kind.registered)],
        "deviceProfile": {"name": kind.profile, "version": "1.0"},
        "tags": [kind.pack],
    }
    answer = organization.http.post(
        "/devices/registration/tokens/bulk", json=body, headers={"Accept": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def switch_on(
    platform: RunningPlatform, kind: Kind, line: dict[str, str], n: int, directory: Path
) -> None:
    """One device: its own key, a certificate for its token, a session by mutual TLS, and what it reports."""
    device = provision_with(line["token"], line["provisionEndpoint"], directory=directory)
    session = connect(platform, device)
    moments = [kind.report(n, second) for second in range(MOMENTS)]
    session.publish_all([*moments[0], [element for moment in moments[1:] for element in moment]])
    if n % FAULTY_EVERY == 0:
        session.publish_all([kind.faulty])
    session.close()


def upgraded_environment(organization: Organization) -> dict[str, Any]:
    """The shipped pack with a room-climate that bears more heat and knows light."""
    content: dict[str, Any] = organization.http.get("/packs/environment").json()["content"]
    [climate] = [
        profile for profile in content["sensorProfiles"] if profile["name"] == "room-climate"
    ]
    warmer, *others = climate["fields"]
    light = {"key": "light", "type": "DOUBLE", "unit": "lx", "min": 0}
    newer = climate | {"version": "1.1", "fields": [warmer | {"max": 125}, *others, light]}
    content["version"] = "1.1"
    content["sensorProfiles"].append(newer)
    return content


def quarantine(organization: Organization) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = organization.http.get(
        "/admin/quarantine", params={"limit": 500}
    ).json()["items"]
    return items


def test_structured_payloads_of_three_packs_from_a_token_to_the_replay_of_faults(
    platform: RunningPlatform, organization: Organization
) -> None:
    http = organization.http
    for kind in KINDS:
        assert http.post(f"/packs/{kind.pack}/install").status_code == 200
    lines = {kind: register(organization, kind) for kind in KINDS}
    assert [line["status"] for table in lines.values() for line in table] == ["201"] * 1000

    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(AT_ONCE) as pool:
        started = [
            pool.submit(switch_on, platform, kind, line, n, Path(directory))
            for kind, table in lines.items()
            for n, line in enumerate(table[: kind.switched_on])
        ]
        assert len(started) == 50
        for device in started:
            device.result()

    expected_entries = {}
    for kind, table in lines.items():
        last = table[kind.switched_on - 1]["deviceId"]
        sensors = http.get("/sensors", params={"deviceId": last, "limit": 500}).json()["items"]
        assert len(sensors) == kind.sensors
        keys = {
            part["id"]: part["key"]
            for part in http.get(f"/devices/{last}/components").json()["items"]
        }
        shown = {
            (keys.get(item["componentId"]), item["key"]): item["latestValue"] for item in sensors
        }
        assert shown == values_by_sensor(kind.report(kind.switched_on - 1, MOMENTS - 1))
        for sensor in sensors:
            assert len(stored(organization, sensor["id"])) == MOMENTS
        expected_entries |= {
            line["deviceId"]: kind for line in table[: kind.switched_on : FAULTY_EVERY]
        }
    entries = quarantine(organization)
    assert {entry["deviceId"] for entry in entries} == expected_entries.keys()
    for entry in entries:
        kind = expected_entries[entry["deviceId"]]
        assert (entry["message"], json.loads(entry["payload"])) == (kind.faults, kind.faulty)

    # What the upgrade would do is said before it is done, by the pack and by the readings that are there.
    environment, *others = KINDS
    answer = http.post("/packs", json=upgraded_environment(organization))
    assert answer.status_code == 201, answer.text
    dry = http.post("/packs/environment/upgrade", json={"dryRun": True}).json()
    [change] = dry["profiles"]
    assert (change["name"], change["from"], change["to"]) == ("room-climate", "1.0", "1.1")
    assert (change["components"], change["devices"], change["left"]) == (400, 400, 0)
    replayed = http.post("/admin/quarantine/replay", json={}).json()
    assert (replayed["resolved"], len(replayed["items"])) == (
        0,
        len(entries),
    )  # nothing is mended by asking
    assert http.post("/packs/environment/upgrade").json()["profiles"] == [change]
    [upgraded] = http.get(
        "/sensor-profiles", params={"name": "room-climate", "version": "1.1"}
    ).json()["items"]
    first = lines[environment][0]["deviceId"]
    parts = http.get(f"/devices/{first}/components").json()["items"]
    climate = [part["id"] for part in parts if part["key"] == "climate"]
    preview = http.post(
        f"/sensor-profiles/{upgraded['id']}/upgrade-preview", json={"componentIds": climate}
    ).json()
    assert (preview["components"], preview["readings"], preview["faults"]) == (1, 3 * MOMENTS, [])

    def replay() -> dict[str, Any]:
        answer: dict[str, Any] = http.post("/admin/quarantine/replay", json={}).json()
        return answer if answer["resolved"] else {}

    mended = wait_until(replay, "the upgrade is known", 1)
    faulty_stations = environment.switched_on // FAULTY_EVERY
    assert (mended["resolved"], mended["accepted"]) == (faulty_stations, 3 * faulty_stations)
    left = quarantine(organization)
    assert sorted(entry["message"] for entry in left) == sorted(
        kind.faults for kind in others for _ in range(kind.switched_on // FAULTY_EVERY)
    )
    lights = http.get("/sensors", params={"deviceId": first, "q": "light"}).json()["items"]
    assert [(item["key"], item["unit"], item["latestValue"]) for item in lights] == [
        ("light", "lx", 300)
    ]
