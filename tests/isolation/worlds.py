"""An organization with something of everything, and the ids of it all by the names that routes give them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.make.devices import WAIT_SECONDS, Device, connect, provision_device
from tests.make.fleet import make_group, make_site
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import make_device_profile, make_sensor_profile, pack
from tests.make.readings import at, by_key, send, sensors_by_key, span


@dataclass(frozen=True)
class World:
    organization: Organization
    device: Device
    ids: dict[str, str]

    @property
    def sensor_id(self) -> str:
        return self.ids["sensor_id"]


def make_world(platform: RunningPlatform, name: str) -> World:
    organization = platform.new_organization()
    http = organization.http
    answer = http.post(
        "/devices/registration/tokens",
        json={"deviceName": f"waiting-{name}", "tags": [name], "components": [{"key": "probe"}]},
        headers={"Idempotency-Key": "same-in-both"},
    )
    assert answer.status_code == 201, answer.text
    device = provision_device(organization, f"gateway-{name}")
    receipt = send(
        organization,
        [
            by_key(device.id, "temperature", at(0), 20.5, metadata={"who": name}),
            by_key(device.id, "temperature", at(1), 21.5),
            by_key(device.id, "temperature", at(1), f"not a number of {name}"),
            by_key(device.id, "label", at(1), f"secret of {name}"),
        ],
    )
    assert (receipt["accepted"], receipt["quarantined"]) == (3, 1)
    sensor_id = sensors_by_key(organization, device.id)["temperature"]["id"]
    site = make_site(organization, f"site of {name}", tags=[name])
    patched = http.patch(f"/devices/{device.id}", json={"siteId": site["id"], "tags": [name]})
    assert patched.status_code == 200, patched.text
    group = make_group(organization, f"group of {name}", name)
    _report_health(platform, organization, device)
    key = http.post("/api-keys", json={"name": f"key of {name}", "scopes": ["devices:read"]}).json()
    profile = make_sensor_profile(organization, f"climate-{name}")
    kind = make_device_profile(organization, f"station-{name}", sensor_profile=f"climate-{name}")
    assert http.post("/packs", json=pack(f"pack-{name}")).status_code == 201
    export = http.post("/exports", json={"scopeType": "DEVICE", "scopeId": device.id, **span()})
    assert export.status_code == 201, export.text
    ids = {
        "sensor_profile_id": profile["id"],
        "device_profile_id": kind["id"],
        "pack_name": f"pack-{name}",
        "device_id": device.id,
        "site_id": site["id"],
        "group_id": group["id"],
        "component_id": http.get("/components").json()["items"][0]["id"],
        "sensor_id": sensor_id,
        "token_id": http.get("/devices/registration/tokens").json()["items"][0]["id"],
        "key_id": key["id"],
        "serial": device.serial,
        "export_id": export.json()["id"],
        "job_id": http.get("/admin/jobs").json()["items"][0]["id"],
        "entry_id": http.get("/admin/quarantine").json()["items"][0]["id"],
    }
    return World(organization, device, ids)


def _report_health(platform: RunningPlatform, organization: Organization, device: Device) -> None:
    session = connect(platform, device)
    session.publish(
        {"uptimeSeconds": 1}, topic=device.provisioned["mqtt"]["topics"]["health"], qos=1
    )
    deadline = time.monotonic() + WAIT_SECONDS
    while organization.http.get(f"/devices/{device.id}/health").json()["recordedAt"] is None:
        assert time.monotonic() < deadline, "the health of a device didn't arrive"
        time.sleep(0.05)
    session.close()
