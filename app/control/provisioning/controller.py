"""/devices/registration, /devices/provision, /pki: how a device gets its certificate."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Annotated

from litestar import Controller, Response, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from app.control.provisioning import batches, samples, service
from app.control.provisioning.samples import CERTIFICATE_SERIAL
from app.control.provisioning.schemas import (
    REGISTRATION_TOKEN,
    Certificates,
    DeviceTokenCreate,
    Provisioned,
    ProvisionRequest,
    RegistrationBatch,
    RegistrationBatchCreate,
    RegistrationTokenCreate,
    RegistrationTokenCreated,
    RegistrationTokenId,
    RegistrationTokenRead,
)
from app.core.http import dependencies as deps
from app.core.http.accept import wanted
from app.core.http.operation import Answers, Sample, operation
from app.core.http.parameters import parameter
from app.core.wire import Page
from app.fleet.ids import DEVICE, DeviceId

PEM = "application/x-pem-file"
DER_LIST = "application/pkix-crl"

Serial = Annotated[
    str,
    parameter(
        "Serial number in hexadecimal, as the list has it.", CERTIFICATE_SERIAL, max_length=64
    ),
]


_BATCH = (
    "deviceName,deviceId,token,provisionEndpoint,expiresAt,status,problem\r\n"
    f"warehouse-gateway-01,{DEVICE},{REGISTRATION_TOKEN}.{DEVICE}.J4kQ7mXv2LpR8sTn1YwZc5Bd9Fg3Hh6Kj0QqWeUiOaE,"
    "http://127.0.0.1:8080/api/v1/devices/provision,2026-11-24T10:30:00Z,201,\r\n"
    "warehouse-gateway-02,,,,,409,ALREADY_EXISTS\r\n"
)


class ProvisioningController(Controller):
    tags = ("Provisioning",)

    @post(
        "/devices/registration/tokens",
        **operation(
            "createRegistrationToken",
            may="devices:write",
            problems=(
                "ALREADY_EXISTS",
                "NOT_FOUND",
                "UNKNOWN_PROFILE",
                "UNPROCESSABLE",
                "QUOTA_EXCEEDED",
            ),
        ),
    )
    async def create_token(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[RegistrationTokenCreate],
    ) -> RegistrationTokenCreated:
        """Register a device: creates it as PENDING, with a one-time token. This answer alone carries the token."""
        return await idempotent_request.run_once(
            RegistrationTokenCreated, lambda: service.create_token(tx, actor, platform, data)
        )

    @post(
        "/devices/registration/tokens/bulk",
        **operation(
            "createRegistrationTokens",
            may="devices:write",
            problems=("NOT_FOUND", "UNKNOWN_PROFILE", "UNPROCESSABLE", "QUOTA_EXCEEDED"),
            answers=Answers(formats={"text/csv": Sample(None, _BATCH)}),
        ),
        status_code=HTTP_200_OK,
    )
    async def create_tokens(
        self,
        request: deps.AnyRequest,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        data: JSONBody[RegistrationBatchCreate],
    ) -> Response[RegistrationBatch]:
        """Register up to 1,000 devices for a production line, as JSON or, where Accept says text/csv, as a table.

        Each name has a result of its own: a token, or that the name is taken. This answer alone carries the tokens;
        sent again with the same Idempotency-Key, it is given again.
        """
        batch = await idempotent_request.run_once(
            RegistrationBatch, lambda: batches.register(tx, actor, platform, data)
        )
        if request.accept.best_match(["application/json", "text/csv"]) != "text/csv":
            return Response(batch)
        return Response(batches.as_csv(batch), media_type="text/csv")  # type: ignore[arg-type]

    @get(
        "/devices/registration/tokens",
        **operation("listRegistrationTokens", may="devices:read", sortable=service.TOKEN_SORTS),
    )
    async def list_tokens(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[RegistrationTokenRead]:
        """Tokens that can still be used, newest first."""
        return await service.page_of_tokens(reader, page_request)

    @delete(
        "/devices/registration/tokens/{token_id:uuid}",
        **operation("revokeRegistrationToken", may="devices:write", problems=("TOKEN_USED",)),
    )
    async def delete_token(self, tx: deps.Tx, token_id: RegistrationTokenId) -> None:
        """Revoke a token that was not used yet. What a used one gave ends with its certificate."""
        await service.revoke_token(tx, token_id)

    @post(
        "/devices/{device_id:uuid}/registration-token",
        **operation(
            "createDeviceRegistrationToken", may="devices:write", problems=("QUOTA_EXCEEDED",)
        ),
    )
    async def create_token_for_device(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
        device_id: DeviceId,
        data: JSONBody[DeviceTokenCreate | None] = None,
    ) -> RegistrationTokenCreated:
        """A new token for an existing device. Its old certificates end when the new one is issued."""
        seconds = data.expires_in_seconds if data else None
        return await idempotent_request.run_once(
            RegistrationTokenCreated,
            lambda: service.create_token_for_device(tx, actor, platform, device_id, seconds),
        )

    @post(
        "/devices/provision",
        **operation(
            "provisionDevice",
            may="anyone",
            problems=(
                "UNAUTHENTICATED",
                "BAD_CSR",
                "TOKEN_USED",
                "KEY_IN_USE",
                "CERTIFICATE_REVOKED",
            ),
        ),
        status_code=HTTP_200_OK,
    )
    async def provision(
        self, platform: deps.Platform, data: JSONBody[ProvisionRequest]
    ) -> Provisioned:
        """Exchange a registration token and a certificate signing request for a certificate.

        The same token with the same key again gives the same certificate; with another key it is
        refused. Each device needs a key pair of its own: weak keys, and those of other devices, are
        refused, and leave the token as it was.
        """
        return await service.provision(platform, data)

    @get(
        "/devices/{device_id:uuid}/certificates",
        **operation("listDeviceCertificates", may="devices:read"),
    )
    async def list_certificates(self, reader: deps.Reader, device_id: DeviceId) -> Certificates:
        """All certificates of a device, newest first, the ended ones too."""
        return await service.certificates(reader, device_id)

    @post(
        "/devices/{device_id:uuid}/certificates/{serial:str}/revoke",
        **operation("revokeDeviceCertificate", may="devices:write"),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def revoke_certificate(
        self, tx: deps.Tx, actor: deps.Actor, device_id: DeviceId, serial: Serial
    ) -> None:
        """End a certificate. A live session with it is cut within a second."""
        await service.revoke_certificate(tx, actor, device_id, serial)

    @get(
        "/pki/ca.pem",
        **operation(
            "getCaCertificate", may="anyone", answers=Answers(sample=samples.CA_CERTIFICATE)
        ),
        media_type=PEM,
    )
    async def ca_certificate(self, platform: deps.Platform) -> Response[bytes]:
        """The CA's certificate, which the broker's and every device's chain to."""
        return Response(platform.authority.certificate_pem.encode(), media_type=PEM)

    @get(
        "/pki/crl",
        **operation(
            "getRevocationList",
            may="anyone",
            answers=Answers(
                formats={PEM: Sample("The same list in PEM.", samples.REVOCATION_LIST)},
            ),
        ),
        media_type=DER_LIST,
    )
    async def revocation_list(
        self, request: deps.AnyRequest, platform: deps.Platform
    ) -> Response[bytes]:
        """The devices' certificates that were revoked before their time (RFC 5280), in DER, or in
        PEM where Accept says application/x-pem-file.

        It is for brokers and proxies that aren't the platform's own, which asks its database. A
        list is a minute old at most when it is given out, and says until when it may be used.
        """
        media_type = wanted(request.headers.get("Accept", "*/*"), [DER_LIST, PEM])
        found = await platform.revocation_lists.newest()
        headers = {
            "Cache-Control": f"max-age={platform.settings.security.revocation_list_seconds}",
            "Last-Modified": format_datetime(found.made_at, usegmt=True),
            "ETag": f'"{found.etag}{"-pem" if media_type == PEM else ""}"',
            "Vary": "Accept",
        }
        body = found.pem if media_type == PEM else found.der
        return Response(body, media_type=media_type, headers=headers)
