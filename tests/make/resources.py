"""Everything of an organization's that has routes of its own: one entry makes it known to all tests
that walk all resources.

An entry says how one is made and where it is listed. With that it takes part in the attacks between
organizations (tests/isolation), in the walk along validators, sorts and retries
(tests/openapi/test_every_resource.py) and in the fuzzing (tests/openapi/test_fuzz.py). Who may do
what with it is typed by hand, in tests/isolation/test_routes.py: that is its point.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from app.accounts.ids import USER
from app.control.certificates.samples import CERTIFICATE_SERIAL
from app.control.ids import BINDING, CONFIG_ARTEFACT, ROLLOUT
from app.core.documentation import example_id
from app.dashboards.ids import DASHBOARD_SHARE
from tests.make.alert_rules import mute, start_backtest, warm_rule
from tests.make.analytics import definition, run_now
from tests.make.annotations import annotation, reference_pair
from tests.make.configuration import put_binding
from tests.make.devices import WAIT_SECONDS, Device, connect, provision_device
from tests.make.fleet import make_calculated, make_group, make_site
from tests.make.found_alerts import fire
from tests.make.messages import put_message, states_of_messages
from tests.make.people import new_member
from tests.make.platform import Organization, RunningPlatform
from tests.make.profiles import (
    CLIMATE,
    SETTABLE,
    make_device_profile,
    make_sensor_profile,
    pack,
)
from tests.make.readings import at, by_key, send, span

Ids = dict[str, str]
"""By the names that routes give to the parameters of their paths."""


@dataclass
class World:
    """An organization with something of everything, as far as it was made yet."""

    platform: RunningPlatform
    organization: Organization
    name: str
    ids: Ids = field(default_factory=dict)
    devices: list[Device] = field(default_factory=list)

    @property
    def device(self) -> Device:
        return self.devices[0]

    @property
    def sensor_id(self) -> str:
        return self.ids["sensor_id"]

    def post(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        """What that creates."""
        answer = self.organization.http.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()
        return created

    def newest(self, path: str) -> str:
        """The id of what a list begins with."""
        return str(self.organization.http.get(path).json()["items"][0]["id"])


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What the tests need to know of one."""

    id_name: str
    """As routes call its id: "site_id"."""
    table: str
    """Of schema `platform`."""
    example: str | None = None
    """The id in the examples of docs/openapi.json, where it is one that is made up."""
    path: str | None = None
    """Where an organization's are listed; None where there is no such list."""
    bodies: Mapping[str, Callable[[Ids, str], object]] = field(default_factory=dict)
    """Of the routes that create and can be retried: a body, given ids of what is there and a name
    that makes it new."""
    needs: Mapping[str, object] = field(default_factory=dict)
    """By route: the body without which an unknown id isn't even looked up."""
    make: Callable[[World], str] | None = None
    """The id of a new one. By itself the first of `bodies` is sent."""
    nobodys: Callable[[], str] = lambda: str(uuid4())
    """An id that nobody has."""
    shown_as: str = "id"
    """What lists call it."""

    def made(self, world: World) -> str:
        if self.make is not None:
            return self.make(world)
        path, body = next(iter(self.bodies.items()))
        return str(world.post(path.format(**world.ids), body(world.ids, world.name))["id"])


def _waiting(world: World) -> str:
    body = {
        "deviceName": f"waiting-{world.name}",
        "tags": [world.name],
        "components": [{"key": "probe"}],
    }
    world.post("/devices/registration/tokens", body, **{"Idempotency-Key": "same-in-all"})
    return world.newest("/devices/registration/tokens")


_SEGMENT = {"startsAt": at(0).isoformat(), "sizeBytes": 1, "sha256": "0" * 64}


def _segment(world: World) -> str:
    path = f"/cameras/{world.ids['camera_id']}/segments"
    return str(world.post(path, {"segments": [_SEGMENT]})["uploads"][0]["segmentId"])


def _gateway(world: World) -> str:
    """Provisioned; it has connected, told how it is, and been sent a message."""
    device = provision_device(world.organization, f"gateway-{world.name}")
    world.devices.append(device)
    session = connect(world.platform, device)
    topic = device.provisioned["mqtt"]["topics"]["health"]
    session.publish({"uptimeSeconds": 1}, topic=topic, qos=1)
    commands = device.provisioned["mqtt"]["topics"]["commands"]
    session.client.subscribe(commands, qos=1)
    put_message(world.platform, device.org_id, device.id, commands, world.name.encode())
    http, deadline = world.organization.http, time.monotonic() + WAIT_SECONDS
    while states_of_messages(world.platform, device.org_id, device.id) != ["ACKNOWLEDGED"]:
        assert time.monotonic() < deadline, "the message wasn't acknowledged"
        time.sleep(0.05)
    while http.get(f"/devices/{device.id}/health").json()["recordedAt"] is None:
        assert time.monotonic() < deadline, "the health of a device didn't arrive"
        time.sleep(0.05)
    session.close()
    return device.id


def _temperature(world: World) -> str:
    """With two readings, a refused one, a text beside it; and a sensor that is calculated of it, at
    moments at which there is none."""
    device_id, name = world.device.id, world.name
    readings = [
        by_key(device_id, "temperature", at(0), 20.5, metadata={"who": name}),
        by_key(device_id, "temperature", at(1), 21.5),
        by_key(device_id, "temperature", at(1), f"not a number of {name}"),
        by_key(device_id, "label", at(1), f"secret of {name}"),
    ]
    receipt = send(world.organization, readings)
    assert (receipt["accepted"], receipt["quarantined"]) == (3, 1)
    items = world.organization.http.get("/sensors", params={"deviceId": device_id}).json()["items"]
    temperature = next(sensor["id"] for sensor in items if sensor["key"] == "temperature")
    calculation = {"expression": "t * 2", "inputs": {"t": {"sensorId": temperature}}}
    make_calculated(
        world.organization,
        deviceId=device_id,
        key="doubled",
        calculation={**calculation, "stepSeconds": 86_400, "maxAgeSeconds": 1},
    )
    return str(temperature)


def _session(world: World) -> str:
    """The owner's, who is signed in."""
    owner = world.organization
    with httpx.Client(base_url=owner.http.base_url, headers={"Authorization": ""}) as http:
        body = {"email": owner.email, "password": owner.password}
        session = http.post("/auth/login", json=body).json()
        http.headers["Authorization"] = f"Bearer {session['accessToken']}"
        return str(http.get("/auth/sessions").json()["items"][0]["id"])


def _member(world: World) -> str:
    """Somebody else than the owner."""
    new_member(world.platform, world.organization, "MEMBER")
    members = world.organization.http.get("/organizations/current/members").json()["items"]
    return next(str(each["userId"]) for each in members if each["role"] == "MEMBER")


def _key(world: World) -> str:
    """One that was made anew."""
    http = world.organization.http
    made = http.post("/api-keys", json={"name": f"key of {world.name}", "scopes": []}).json()
    http.post(f"/api-keys/{made['id']}/rotate", json={"overlapSeconds": 86_400})
    return str(made["id"])


def _place(world: World) -> str:
    """Where the gateway stands."""
    site = make_site(world.organization, f"site of {world.name}", tags=[world.name])
    body = {"siteId": site["id"], "tags": [world.name]}
    patched = world.organization.http.patch(f"/devices/{world.device.id}", json=body)
    assert patched.status_code == 200, patched.text
    return str(site["id"])


def _pack(world: World) -> str:
    """Its id is its name."""
    return str(world.post("/packs", pack(f"pack-{world.name}"))["name"])


def _binding(world: World) -> str:
    """Of the components of a sensor profile; the gateway gets one, and is told of it."""
    artefact_id, profile_id = world.ids["artefact_id"], world.ids["sensor_profile_id"]
    part = {"key": f"settable-{world.name}", "sensorProfileId": profile_id}
    world.post(f"/devices/{world.ids['device_id']}/components", part)
    target = {"type": "SENSOR_PROFILE", "id": profile_id}
    binding = put_binding(world.organization, target, artefact_id)
    http, deadline = world.organization.http, time.monotonic() + WAIT_SECONDS
    while not any(http.get(f"/desired-state-bindings/{binding['id']}").json()["counts"].values()):
        assert time.monotonic() < deadline, "no device was given the configuration"
        time.sleep(0.05)
    return str(binding["id"])


def _phases(ids: Ids) -> dict[str, Any]:
    """Of what is bound, once more; it begins when nobody looks any more."""
    begins = (datetime.now(UTC) + timedelta(days=300)).isoformat()
    return {"artefactId": ids["artefact_id"], "phases": [{"percent": 100}], "startAt": begins}


def _channel(world: World) -> str:
    """Tried out, so that its log has a line."""
    body = {"name": f"of {world.name}", "type": "WEBHOOK"}
    webhook = {"url": f"https://{world.name}.invalid/hook"}
    created = world.post("/notification-channels", {**body, "webhook": webhook})
    tried = world.organization.http.post(f"/notification-channels/{created['id']}/test")
    assert tried.status_code == 200, tried.text
    return str(created["id"])


def _alarm(world: World) -> str:
    """An alert that somebody has said something about."""
    alert = fire(world.organization, world.sensor_id, f"alarm of {world.name}")
    comment = {"comment": f"secret of {world.name}"}
    answer = world.organization.http.post(f"/alerts/{alert['id']}/comments", json=comment)
    assert answer.status_code == 200, answer.text
    return str(alert["id"])


def _backtest(world: World) -> str:
    return start_backtest(world.organization, world.ids["rule_id"], **span())


def _pair(world: World) -> str:
    """Of the probe and another one."""
    path = f"/devices/{world.ids['device_id']}/components"
    world.ids["other_component_id"] = str(world.post(path, {"key": "reference"})["id"])
    body = _pair_of(world.ids, f"pair of {world.name}")
    return str(world.post("/reference-pairs", body)["id"])


def _pair_of(ids: Ids, name: str) -> dict[str, Any]:
    return reference_pair(ids["component_id"], ids["other_component_id"], name)


def _job_run(world: World) -> str:
    return str(run_now(world.organization, world.ids["definition_id"])["id"])


def _sensor(ids: Ids, key: str) -> dict[str, Any]:
    return {"deviceId": ids["device_id"], "valueType": "DOUBLE", "key": key}


def _bulk(data: dict[str, Any]) -> dict[str, Any]:
    return {"operations": [{"op": "create", "data": data}]}


def _capture(world: World) -> str:
    """What the rule has captured of an event of the device."""
    body = {"type": "X_DOOR", "title": "Door opened", "deviceId": world.device.id}
    world.post("/events", body)
    return world.newest("/captures")


def _an_hour(ids: Ids) -> dict[str, Any]:
    """An export of what a device sent in the hour that ends now."""
    now = datetime.now(UTC).replace(microsecond=0)
    window = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat()}
    return {"scopeType": "DEVICE", "scopeId": ids["device_id"], **window}


# In the order in which they are made: what stands below may need what stands above.
RESOURCES = (
    Resource(
        id_name="token_id",
        table="registration_token",
        example=example_id("registration token"),
        path="/devices/registration/tokens",
        make=_waiting,
        bodies={
            "/devices/registration/tokens": lambda _, name: {"deviceName": f"awaited {name}"},
            "/devices/registration/tokens/bulk": lambda _, name: {
                "deviceNames": [f"a {name}", f"b {name}"]
            },
            "/devices/{device_id}/registration-token": lambda _, name: {"expiresInSeconds": 60},
        },
    ),
    Resource(
        id_name="device_id",
        table="device",
        example=example_id("device"),
        path="/devices",
        make=_gateway,
        bodies={"/devices/bulk": lambda _, name: _bulk({"name": f"device {name}"})},
        needs={"PATCH /api/v1/devices/{device_id}": {"name": "stolen"}},
    ),
    Resource(
        id_name="serial",
        table="certificate",
        example=CERTIFICATE_SERIAL,
        make=lambda world: world.device.serial,
        nobodys=lambda: secrets.token_hex(20),
    ),
    Resource(
        id_name="command_id",
        table="command",
        example=example_id("command"),
        path="/devices/{device_id}/commands",
        bodies={
            "/devices/{device_id}/commands": lambda _, name: {
                "method": "UNBIND_CONFIG",
                "params": {"name": name},
            }
        },
        needs={"POST /api/v1/devices/{device_id}/commands": {"method": "REBOOT"}},
    ),
    Resource(
        id_name="sensor_id",
        table="sensor",
        example=example_id("sensor"),
        path="/sensors",
        make=_temperature,
        bodies={
            "/sensors": lambda ids, name: _sensor(ids, f"one-{name}"),
            "/sensors/bulk": lambda ids, name: _bulk(_sensor(ids, f"bulk-{name}")),
        },
    ),
    Resource(
        id_name="entry_id",
        table="quarantine_entry",
        example=example_id("quarantine entry"),
        path="/admin/quarantine",
        make=lambda world: world.newest("/admin/quarantine"),
    ),
    Resource(
        id_name="component_id",
        table="component",
        example=example_id("component"),
        path="/components",
        bodies={"/devices/{device_id}/components": lambda _, name: {"key": f"probe-{name}"}},
        needs={"POST /api/v1/devices/{device_id}/components": {"key": "stolen"}},
    ),
    Resource(
        id_name="site_id",
        table="site",
        example=example_id("site"),
        path="/sites",
        make=_place,
        bodies={"/sites": lambda _, name: {"name": f"site {name}"}},
    ),
    Resource(
        id_name="group_id",
        table="device_group",
        example=example_id("device group"),
        path="/device-groups",
        make=lambda world: str(
            make_group(world.organization, f"group of {world.name}", world.name)["id"]
        ),
        bodies={
            "/device-groups": lambda _, name: {"name": f"group {name}", "tags": [f"tag-{name}"]}
        },
    ),
    Resource(
        id_name="run_id",
        table="command_run",
        example=example_id("command run"),
        path="/device-groups/{group_id}/commands",
        bodies={
            "/device-groups/{group_id}/commands": lambda _, name: {
                "method": "UNBIND_CONFIG",
                "params": {"name": name},
            }
        },
        needs={"POST /api/v1/device-groups/{group_id}/commands": {"method": "REBOOT"}},
    ),
    Resource(
        id_name="key_id",
        table="api_key",
        example=example_id("api key"),
        path="/api-keys",
        make=_key,
        bodies={
            "/api-keys": lambda _, name: {"name": f"key of {name}", "scopes": ["devices:read"]},
            "/api-keys/{key_id}/rotate": lambda _, name: {"overlapSeconds": 60},
        },
    ),
    Resource(
        id_name="sensor_profile_id",
        table="sensor_profile",
        example=example_id("sensor profile"),
        path="/sensor-profiles",
        make=lambda world: str(
            make_sensor_profile(
                world.organization, f"climate-{world.name}", fields=[*CLIMATE, *SETTABLE]
            )["id"]
        ),
        bodies={
            "/sensor-profiles": lambda _, name: {
                "name": f"profile-{name}",
                "version": "1.0",
                "fields": CLIMATE,
            }
        },
        needs={
            "POST /api/v1/sensor-profiles/{sensor_profile_id}/compatibility": {
                "fields": [{"key": "a", "type": "TEXT"}]
            }
        },
    ),
    Resource(
        id_name="device_profile_id",
        table="device_profile",
        example=example_id("device profile"),
        path="/device-profiles",
        make=lambda world: str(
            make_device_profile(
                world.organization, f"station-{world.name}", sensor_profile=f"climate-{world.name}"
            )["id"]
        ),
        bodies={"/device-profiles": lambda _, name: {"name": f"kind-{name}", "version": "1.0"}},
    ),
    Resource(
        id_name="artefact_id",
        table="config_artefact",
        example=CONFIG_ARTEFACT,
        path="/config-artefacts",
        bodies={
            "/config-artefacts": lambda ids, name: {
                "name": f"config-{name}",
                "sensorProfileId": ids["sensor_profile_id"],
                "content": {"interval": 60},
            },
            "/config-artefacts/upload-url": lambda _, name: {
                "name": f"upload-{name}",
                "sizeBytes": 3,
                "sha256": hashlib.sha256(b"abc").hexdigest(),
                "contentType": "text/plain",
            },
        },
    ),
    Resource(
        id_name="binding_id",
        table="desired_state_binding",
        example=BINDING,
        path="/desired-state-bindings",
        make=_binding,
    ),
    Resource(
        id_name="rollout_id",
        table="rollout",
        example=ROLLOUT,
        path="/desired-state-bindings/{binding_id}/rollouts",
        bodies={
            "/desired-state-bindings/{binding_id}/rollouts": lambda ids, _: _phases(ids),
        },
        needs={
            "POST /api/v1/desired-state-bindings/{binding_id}/rollouts": {
                "phases": [{"percent": 100}]
            }
        },
    ),
    Resource(
        id_name="pack_name",
        table="pack",
        make=_pack,
        nobodys=lambda: f"pack-{secrets.token_hex(4)}",
    ),
    Resource(
        id_name="export_id",
        table="export",
        example=example_id("export"),
        path="/exports",
        make=lambda world: str(
            world.post("/exports", {"scopeType": "DEVICE", "scopeId": world.device.id, **span()})[
                "id"
            ]
        ),
        bodies={"/exports": lambda ids, _: _an_hour(ids)},
    ),
    Resource(
        id_name="customer_id",
        table="customer",
        example=example_id("customer"),
        path="/customers",
        bodies={"/customers": lambda _, name: {"name": f"customer {name}"}},
        needs={
            f"PUT /api/v1/{things}/customer": {"customerId": None}
            for things in ("devices/{device_id}", "sites/{site_id}", "dashboards/{dashboard_id}")
        },
    ),
    Resource(
        id_name="user_id",
        table="membership",
        example=USER,
        path="/organizations/current/members",
        make=_member,
        shown_as="userId",
        needs={"PATCH /api/v1/organizations/current/members/{user_id}": {"role": "MEMBER"}},
    ),
    Resource(
        id_name="invitation_id",
        table="invitation",
        example=example_id("invitation"),
        path="/organizations/current/invitations",
        bodies={
            "/organizations/current/invitations": lambda _, name: {
                "email": f"{name}-{secrets.token_hex(4)}@example.com",
                "role": "MEMBER",
            }
        },
    ),
    Resource(
        id_name="entry_of_log",
        table="audit_entry",
        example=example_id("audit entry"),
        path="/audit-log",
        make=lambda world: world.newest("/audit-log"),
    ),
    Resource(
        id_name="session_id",
        table="user_session",
        example=example_id("session"),
        make=_session,
    ),
    Resource(
        id_name="camera_id",
        table="camera",
        example=example_id("camera"),
        path="/cameras",
        bodies={
            "/cameras": lambda ids, name: {
                "deviceId": ids["device_id"],
                "name": f"camera {name}",
                "streamUrl": f"rtsp://camera.{name}.invalid/stream",
            }
        },
    ),
    Resource(
        id_name="clip_request_id",
        table="dvr_clip_request",
        example=example_id("dvr clip request"),
        path="/dvr-clip-requests",
        bodies={
            "/dvr-clip-requests": lambda ids, _: {
                "cameraId": ids["camera_id"],
                **span(at(0), at(60)),
            }
        },
    ),
    Resource(
        id_name="capture_rule_id",
        table="media_capture_rule",
        example=example_id("media capture rule"),
        path="/media-capture-rules",
        bodies={
            "/media-capture-rules": lambda ids, name: {
                "name": f"rule {name}",
                "match": {"sources": ["X_DOOR"], "deviceIds": [ids["device_id"]]},
                "cameraIds": [ids["camera_id"]],
            }
        },
    ),
    Resource(
        id_name="capture_id",
        table="media_capture",
        example=example_id("media capture"),
        path="/captures",
        make=_capture,
    ),
    Resource(
        id_name="segment_id",
        table="dvr_upload",
        example=example_id("pushed segment"),
        bodies={
            "/cameras/{camera_id}/segments": lambda _ids, name: {
                "segments": [{**_SEGMENT, "sha256": hashlib.sha256(name.encode()).hexdigest()}]
            }
        },
        needs={"POST /api/v1/cameras/{camera_id}/segments": {"segments": [_SEGMENT]}},
        make=_segment,
    ),
    Resource(
        id_name="live_session_id",
        table="live_session",
        example=example_id("live session"),
        path="/live",
        bodies={"/cameras/{camera_id}/live": lambda _ids, _name: {}},
    ),
    Resource(
        id_name="dashboard_id",
        table="dashboard",
        example=example_id("dashboard"),
        path="/dashboards",
        bodies={
            "/dashboards": lambda _, name: {"name": f"dashboard of {name}"},
        },
        needs={
            "POST /api/v1/dashboards/preview": {"dashboard": {}, **span()},
            "PUT /api/v1/dashboards/{dashboard_id}": {"name": "stolen"},
            "PATCH /api/v1/dashboards/{dashboard_id}": {"name": "stolen"},
        },
    ),
    Resource(
        id_name="share_id",
        table="dashboard_share",
        example=DASHBOARD_SHARE,
        path="/dashboards/{dashboard_id}/shares",
        bodies={"/dashboards/{dashboard_id}/shares": lambda *_: {}},
    ),
    Resource(
        id_name="rule_id",
        table="alert_rule",
        example=example_id("alert rule"),
        path="/alert-rules",
        make=lambda world: str(
            world.post("/alert-rules", warm_rule(world.ids, f"rule of {world.name}"))["id"]
        ),
        bodies={"/alert-rules": lambda ids, name: warm_rule(ids, f"rule {name}")},
        needs={
            "PUT /api/v1/alert-rules/{rule_id}": warm_rule({"sensor_id": str(uuid4())}, "stolen"),
            "POST /api/v1/alert-rules/{rule_id}/test": span(),
        },
    ),
    Resource(
        id_name="backtest_id",
        table="alert_backtest",
        example=example_id("alert backtest"),
        path="/alert-backtests",
        make=_backtest,
    ),
    Resource(
        id_name="alert_id",
        table="alert",
        example=example_id("alert"),
        path="/alerts",
        make=_alarm,
        needs={
            "POST /api/v1/alerts/{alert_id}/assign": {"assignee": None},
            "POST /api/v1/alerts/{alert_id}/comments": {"comment": "stolen"},
        },
    ),
    Resource(
        id_name="mute_id",
        table="alert_mute",
        example=example_id("alert mute"),
        path="/alert-mutes",
        bodies={"/alert-mutes": mute},
    ),
    Resource(
        id_name="class_id",
        table="annotation_class",
        example=example_id("annotation class"),
        path="/annotation-classes",
        bodies={
            "/annotation-classes": lambda _, name: {"name": f"of {name}", "scopes": ["SENSOR"]}
        },
    ),
    Resource(
        id_name="annotation_id",
        table="annotation",
        example=example_id("annotation"),
        path="/annotations",
        bodies={
            "/annotations": annotation,
            "/annotations/bulk": lambda ids, name: _bulk(annotation(ids, name)),
        },
        needs={
            "POST /api/v1/annotations/bulk": {"operations": []},
        },
    ),
    Resource(
        id_name="pair_id",
        table="reference_pair",
        example=example_id("reference pair"),
        path="/reference-pairs",
        make=_pair,
        bodies={"/reference-pairs": _pair_of},
    ),
    Resource(
        id_name="definition_id",
        table="job_definition",
        example=example_id("job definition"),
        path="/job-definitions",
        bodies={
            "/job-definitions": lambda ids, name: definition(ids, f"job {name}", enabled=False)
        },
    ),
    Resource(
        id_name="job_run_id",
        table="job_run",
        example=example_id("job run"),
        path="/job-definitions/{definition_id}/runs",
        make=_job_run,
        bodies={"/job-definitions/{definition_id}/run": lambda *_: {}},
    ),
    Resource(
        id_name="event_id",
        table="event",
        example=example_id("event"),
        path="/events",
        bodies={"/events": lambda _, name: {"type": "NOTE", "title": f"event {name}"}},
    ),
    Resource(
        id_name="channel_id",
        table="notification_channel",
        example=example_id("notification channel"),
        path="/notification-channels",
        make=_channel,
        bodies={
            "/notification-channels": lambda _, name: {
                "name": f"channel {name}",
                "type": "WEBHOOK",
                "webhook": {"url": f"https://hooks.example.com/{name}"},
            }
        },
    ),
    Resource(
        id_name="job_id",
        table="job",
        example=example_id("job"),
        path="/admin/jobs",
        make=lambda world: world.newest("/admin/jobs"),
    ),
)
# Tables that no route has an id of: whose part they are.
PARTS = {
    "account_mail": "the installation",
    "calculation": "sensor",
    "calculation_input": "sensor",
    "calculation_late": "sensor",
    "job_input": "job_definition",
    "audit_seal": "audit_entry",
    "broker": "the installation",
    "alert_comment": "alert",
    "alert_pair": "alert_rule",
    "alert_rule_version": "alert_rule",
    "alert_transition": "alert_rule",
    "alert_outbox": "alert",
    "broker_certificate": "the installation",
    "device_key": "device",
    "former_api_key": "api_key",
    "quarantine_wave": "organization",
    "quota": "the installation",
    "recovery_code": "user_account",
    "second_factor": "user_account",
    "signing_key": "the installation",
    "usage": "organization",
    "certificate_authority": "the installation",
    "clock": "the installation",
    "device_connection": "device",
    "device_config": "device",
    "device_config_entry": "device",
    "device_health": "device",
    "device_lease": "device",
    "device_message": "device",
    "device_placement": "device",
    "device_profile_component": "device_profile",
    "device_tag": "device",
    "device_word": "device",
    "camera_lease": "camera",
    "dvr_segment": "camera",
    "idempotency_record": "organization",
    "media_capture_state": "camera",
    "media_usage": "camera",
    "object_garbage": "organization",
    "recorder": "the installation",
    "notification": "notification_channel",
    "organization": "itself: who asks",
    "sensor_word": "sensor",
    "user_account": "itself: who asks",
}
# Lists of the same things from another side, and of readings.
OTHER_LISTS = {
    "/device-groups/{group_id}/commands/{run_id}",
    "/annotations/by-source",
    "/auto-events",
    "/command-runs",
    "/desired-state-bindings/drift",
    "/job-definitions/{definition_id}/runs/{job_run_id}/inputs",
    "/desired-state-bindings/{binding_id}/rollouts/{rollout_id}/devices",
    "/rollouts",
    "/device-groups/{group_id}/devices",
    "/notification-channels/{channel_id}/notifications",
    "/devices/{device_id}/components",
    "/devices/{device_id}/connections",
    "/devices/{device_id}/health",
    "/alert-rules/{rule_id}/versions",
    "/alert-rules/{rule_id}/states",
    "/alert-rules/{rule_id}/transitions",
    "/alerts/{alert_id}/notifications",
    "/readings/latest",
    "/readings/sensor/{sensor_id}",
    "/readings/sensor/{sensor_id}/aggregated",
    "/readings/sensor/{sensor_id}/window",
}
LISTED = [resource for resource in RESOURCES if resource.path is not None]


def make_world(
    platform: RunningPlatform, name: str, organization: Organization | None = None
) -> World:
    """One of every resource, in an organization of its own unless one is given."""
    world = World(platform, organization or platform.new_organization(), name)
    for resource in RESOURCES:
        world.ids[resource.id_name] = resource.made(world)
    return world


def nobodys_ids() -> Ids:
    """Ids that no organization has, of every resource."""
    return {resource.id_name: resource.nobodys() for resource in RESOURCES}


def bodies_of(ids: Ids, name: str) -> dict[str, object]:
    """By path: a body for everything that can be created and retried."""
    return {
        path: body(ids, name) for resource in RESOURCES for path, body in resource.bodies.items()
    }
