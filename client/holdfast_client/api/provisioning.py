# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""One-time token → certificate → MQTT over mutual TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
)

if TYPE_CHECKING:
    pass
else:
    pass


_getCaCertificate = Endpoint("getCaCertificate", "GET", "/api/v1/pki/ca.pem", "natural")
_getRevocationList = Endpoint("getRevocationList", "GET", "/api/v1/pki/crl", "natural")


class PkiApi(SyncTransport):
    """Operations of `pki`, for programs that wait."""

    def ca_certificate(self) -> bytes:
        """What devices trust: the certificates that the broker's and every device's chain to. There
        are two while one authority takes another's place.
        """
        return self._call(_getCaCertificate, answer=bytes)

    def revocation_list(self, *, authority: str | UnsetType = UNSET) -> bytes:
        """The devices' certificates that were revoked before their time (RFC 5280), in DER, or in
        PEM where Accept says application/x-pem-file.

        It is for brokers and proxies that aren't the platform's own, which asks its database. A
        list is a minute old at most when it is given out, and says until when it may be used.
        Where nobody says whose, it is that of the oldest authority, in PEM those of all.

        authority: Whose list, as certificates that it has signed say it.
        """
        return self._call(_getRevocationList, query={"authority": authority}, answer=bytes)


class AsyncPkiApi(AsyncTransport):
    """Operations of `pki`, for asynchronous programs."""

    async def ca_certificate(self) -> bytes:
        """What devices trust: the certificates that the broker's and every device's chain to. There
        are two while one authority takes another's place.
        """
        return await self._call(_getCaCertificate, answer=bytes)

    async def revocation_list(self, *, authority: str | UnsetType = UNSET) -> bytes:
        """The devices' certificates that were revoked before their time (RFC 5280), in DER, or in
        PEM where Accept says application/x-pem-file.

        It is for brokers and proxies that aren't the platform's own, which asks its database. A
        list is a minute old at most when it is given out, and says until when it may be used.
        Where nobody says whose, it is that of the oldest authority, in PEM those of all.

        authority: Whose list, as certificates that it has signed say it.
        """
        return await self._call(_getRevocationList, query={"authority": authority}, answer=bytes)
