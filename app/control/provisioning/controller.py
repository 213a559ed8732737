"""/devices/registration, /devices/provision: how a device becomes one of ours."""

from __future__ import annotations

from litestar import Controller, Response, delete, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.control.certificates.schemas import Provisioned
from app.control.provisioning import batches, service
from app.control.provisioning.schemas import (
    REGISTRATION_TOKEN,
    DeviceTokenCreate,
    ProvisionRequest,
    RegistrationBatch,
    RegistrationBatchCreate,
    RegistrationTokenCreate,
    RegistrationTokenCreated,
    RegistrationTokenId,
    RegistrationTokenRead,
)
from app.core.http import dependencies as deps
from app.core.http.operation import Answers, Sample, operation
from app.core.wire import Page
from app.fleet.ids import DEVICE, DeviceId

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
            is_repeatable=True,
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
