"""/devices/certificate, /devices/{id}/certificates, /pki: what devices prove themselves with,
renewed, listed and ended, and what is told of it to everybody."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from app.control.certificates import renewal, samples, service
from app.control.certificates.schemas import (
    Certificates,
    Challenge,
    ChallengeRequest,
    Provisioned,
    RenewalRequest,
)
from app.core.documentation import example_id
from app.core.errors import NotFound
from app.core.http import dependencies as deps
from app.core.http.accept import wanted
from app.core.http.operation import Answers, Sample, operation
from app.core.http.parameters import parameter
from app.core.platform import Platform
from app.core.revocation_list import RevocationList, together
from app.fleet.ids import DeviceId

PEM = "application/x-pem-file"
DER_LIST = "application/pkix-crl"

Serial = Annotated[
    str,
    parameter(
        "Serial number in hexadecimal, as the list has it.",
        samples.CERTIFICATE_SERIAL,
        max_length=64,
    ),
]


AUTHORITY = example_id("certificate authority")


class CertificateController(Controller):
    tags = ("Provisioning",)

    @post(
        "/devices/certificate/challenge",
        **operation("challengeCertificate", may="anyone", is_repeatable=True),
        status_code=HTTP_200_OK,
    )
    async def create_challenge(
        self, platform: deps.Platform, data: JSONBody[ChallengeRequest]
    ) -> Challenge:
        """Something to sign, with which the device's next question proves its current key."""
        return await renewal.challenge(platform, data)

    @post(
        "/devices/certificate/renew",
        **operation(
            "renewCertificate",
            may="anyone",
            is_repeatable=True,
            problems=(
                "UNAUTHENTICATED",
                "BAD_CSR",
                "KEY_IN_USE",
                "CERTIFICATE_REVOKED",
                "CERTIFICATE_ENDED",
            ),
        ),
        status_code=HTTP_200_OK,
    )
    async def renew(self, platform: deps.Platform, data: JSONBody[RenewalRequest]) -> Provisioned:
        """Another certificate for the same device, by proof of the current key.

        The same key again gives the same certificate. The current one stays good until the new one
        was used, and for the overlap from then on. One that was replaced so, has expired or is
        revoked can't be renewed.
        """
        return await renewal.renew(platform, data)

    @get(
        "/devices/{device_id:uuid}/certificates",
        **operation("listDeviceCertificates", may="devices:read"),
    )
    async def list_certificates(self, reader: deps.Reader, device_id: DeviceId) -> Certificates:
        """All certificates of a device, newest first, the ended ones too."""
        return await service.certificates(reader, device_id)

    @post(
        "/devices/{device_id:uuid}/certificates/{serial:str}/revoke",
        **operation("revokeDeviceCertificate", may="devices:write", is_repeatable=True),
        status_code=HTTP_204_NO_CONTENT,
    )
    async def revoke_certificate(
        self, tx: deps.Tx, actor: deps.Actor, device_id: DeviceId, serial: Serial
    ) -> None:
        """End a certificate, and those of its renewals. A live session is cut within a second."""
        await service.revoke_certificate(tx, actor, device_id, serial)

    @get(
        "/pki/ca.pem",
        **operation(
            "getCaCertificate", may="anyone", answers=Answers(sample=samples.CA_CERTIFICATE)
        ),
        media_type=PEM,
    )
    async def ca_certificate(self, platform: deps.Platform) -> Response[bytes]:
        """What devices trust: the certificates that the broker's and every device's chain to. There
        are two while one authority takes another's place."""
        trusted = await platform.authorities.trusted()
        return Response(trusted.anchors_pem.encode(), media_type=PEM)

    @get(
        "/pki/crl",
        **operation(
            "getRevocationList",
            may="anyone",
            problems=("NOT_FOUND",),
            answers=Answers(
                formats={PEM: Sample("The same list in PEM.", samples.REVOCATION_LIST)},
            ),
        ),
        media_type=DER_LIST,
    )
    async def revocation_list(
        self,
        request: deps.AnyRequest,
        platform: deps.Platform,
        authority: Annotated[
            UUID | None,
            parameter("Whose list, as certificates that it has signed say it.", AUTHORITY),
        ] = None,
    ) -> Response[bytes]:
        """The devices' certificates that were revoked before their time (RFC 5280), in DER, or in
        PEM where Accept says application/x-pem-file.

        It is for brokers and proxies that aren't the platform's own, which asks its database. A
        list is a minute old at most when it is given out, and says until when it may be used.
        Where nobody says whose, it is that of the oldest authority, in PEM those of all.
        """
        media_type = wanted(request.headers.get("Accept", "*/*"), [DER_LIST, PEM])
        found = await _list_of(platform, authority)
        headers = {
            "Cache-Control": f"max-age={platform.settings.security.revocation_list_seconds}",
            "Last-Modified": format_datetime(found.made_at, usegmt=True),
            "ETag": f'"{found.etag}{"-pem" if media_type == PEM else ""}"',
            "Vary": "Accept",
        }
        body = found.pem if media_type == PEM else found.der
        return Response(body, media_type=media_type, headers=headers)


async def _list_of(platform: Platform, authority: UUID | None) -> RevocationList:
    """Raises NotFound for an authority that isn't trusted."""
    lists = await platform.revocation_lists.newest()
    if authority is None:
        return together(lists.values())
    if authority not in lists:
        raise NotFound(f"no certificate authority {authority}")
    return lists[authority]
