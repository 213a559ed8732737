from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from app.accounts.auth.schemas import Principal
from app.catalogue.device_profiles.schemas import DeviceProfileReference
from app.catalogue.ids import SENSOR_PROFILE, SensorProfileId
from app.control.certificates import samples
from app.control.certificates.schemas import Pem
from app.core.documentation import described, example_id
from app.core.wire import Body, CreatedAt, Moment, Read
from app.fleet.components.schemas import ComponentKey
from app.fleet.devices.schemas import DeviceName, Tags
from app.fleet.ids import DEVICE, SITE, DeviceId, SiteId

REGISTRATION_TOKEN = example_id("registration token")
RegistrationTokenId = Annotated[UUID, described("The registration token.", REGISTRATION_TOKEN)]


_TOKEN = f"{REGISTRATION_TOKEN}.{DEVICE}.J4kQ7mXv2LpR8sTn1YwZc5Bd9Fg3Hh6Kj0QqWeUiOaE"
_NAME = "warehouse-gateway-01"
_EXPIRES_AT = "2026-11-24T10:30:00Z"
_EXPIRES_IN = described(
    "Life of the token in seconds, a minute to a year; a day if left out.", 86_400
)


class ComponentOfDevice(Body):
    """A part of the new device."""

    key: Annotated[
        ComponentKey, described("Its name on the wire, unique in its device.", "probe-1")
    ]
    name: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None,
        described("As people know it; the key if left out.", "Probe at the door"),
    ] = None
    sensor_profile_id: Annotated[
        SensorProfileId | None,
        described("The version of a sensor profile to bind it to.", SENSOR_PROFILE),
    ] = None


class RegistrationTokenCreate(Body):
    """A new device, and how long its token may be used: a minute to a year, a day if not said."""

    device_name: Annotated[DeviceName, described("Unique in the organization.", _NAME)]
    site_id: Annotated[SiteId | None, described("The site where it belongs.", SITE)] = None
    device_profile: Annotated[
        DeviceProfileReference | None,
        described("What kind it is: it gets the components of that profile."),
    ] = None
    tags: Annotated[Tags, described("Labels to find and group devices by.", ["warehouse"])] = []
    components: Annotated[
        list[ComponentOfDevice], msgspec.Meta(max_length=100), described("Its addressable parts.")
    ] = []
    expires_in_seconds: Annotated[
        Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None, _EXPIRES_IN
    ] = None


class RegistrationBatchCreate(Body):
    """New devices that have all but their names in common."""

    device_names: Annotated[
        list[DeviceName],
        msgspec.Meta(min_length=1, max_length=1000),
        described("Up to 1,000, each unique in the organization.", [_NAME, "warehouse-gateway-02"]),
    ]
    site_id: Annotated[SiteId | None, described("The site where they belong.", SITE)] = None
    device_profile: Annotated[
        DeviceProfileReference | None,
        described("What kind: each gets the components of that profile."),
    ] = None
    tags: Annotated[Tags, described("Labels to find and group devices by.", ["warehouse"])] = []
    components: Annotated[
        list[ComponentOfDevice],
        msgspec.Meta(max_length=20),
        described("The addressable parts of each."),
    ] = []
    expires_in_seconds: Annotated[
        Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None, _EXPIRES_IN
    ] = None


class BatchProblem(Read):
    """Why a name got no token."""

    code: Annotated[str, described("One of the stable codes.", "ALREADY_EXISTS")]
    detail: Annotated[str, described("For people.", "there is a device with this name")]


class RegisteredDevice(Read, omit_defaults=True):
    """One name of a batch: its device and token, or why there are none."""

    device_name: Annotated[str, described("As it was asked for.", _NAME)]
    status: Annotated[int, described("201, or 409 where the name is taken.", 201)]
    device_id: Annotated[DeviceId | None, described("The new device.", DEVICE)] = None
    token: Annotated[
        str | None, described("Three parts, the middle one the device's id.", _TOKEN)
    ] = None
    provision_endpoint: Annotated[
        str | None,
        described(
            "Where the device exchanges it.",
            "http://127.0.0.1:8080/api/v1/devices/provision",
            format="uri",
        ),
    ] = None
    expires_at: Annotated[Moment | None, described("When the token ends.", _EXPIRES_AT)] = None
    problem: Annotated[BatchProblem | None, described("Only where there is no token.", None)] = None


class RegistrationBatch(Read):
    """The only answer that carries the tokens, one item for each name in the order of the request."""

    items: Annotated[
        list[RegisteredDevice],
        described(
            "As many as names.",
            [
                {
                    "deviceName": _NAME,
                    "status": 201,
                    "deviceId": DEVICE,
                    "token": _TOKEN,
                    "provisionEndpoint": "http://127.0.0.1:8080/api/v1/devices/provision",
                    "expiresAt": _EXPIRES_AT,
                },
                {
                    "deviceName": "warehouse-gateway-02",
                    "status": 409,
                    "problem": {
                        "code": "ALREADY_EXISTS",
                        "detail": "there is a device with this name",
                    },
                },
            ],
        ),
    ]


class DeviceTokenCreate(Body):
    """How long the token may be used."""

    expires_in_seconds: Annotated[
        Annotated[int, msgspec.Meta(ge=60, le=31_536_000)] | None, _EXPIRES_IN
    ] = None


class RegistrationTokenCreated(Read):
    """The only answer that carries the token. The device exchanges it at provisionEndpoint for a certificate."""

    token: Annotated[str, described("Three parts, the middle one the device's id.", _TOKEN)]
    device_id: DeviceId
    device_name: Annotated[str, described("The device's name.", _NAME)]
    provision_endpoint: Annotated[
        str,
        described(
            "Where the device exchanges it.",
            "http://127.0.0.1:8080/api/v1/devices/provision",
            format="uri",
        ),
    ]
    expires_at: Annotated[Moment, described("When the token ends.", _EXPIRES_AT)]

    def path(self) -> str:
        return f"/api/v1/devices/{self.device_id}"


class RegistrationTokenRead(Read):
    """A token that can still be used, without its secret part."""

    id: RegistrationTokenId
    device_id: DeviceId
    device_name: Annotated[str, described("The device's name.", _NAME)]
    created_by: Principal
    created_at: CreatedAt
    expires_at: Annotated[Moment, described("When the token ends.", _EXPIRES_AT)]


class ProvisionRequest(Body):
    """The one-time token, and a PKCS#10 request in PEM signed by the device's own key."""

    token: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=300),
        described("As registering the device gave it.", _TOKEN),
    ]
    csr: Annotated[
        Pem,
        described(
            "PKCS#10 in PEM: P-256, P-384, Ed25519, or RSA of 2048 to 4096 bits. Its subject is ignored.",
            samples.REQUEST,
        ),
    ]
