"""/.well-known/jwks.json: whoever is shown a token of ours can verify it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, get

from app.accounts.sessions.access_tokens import public_key
from app.core.documentation import described
from app.core.http import dependencies as deps
from app.core.http.operation import operation


class PublicKey(msgspec.Struct):
    """An Ed25519 key (RFC 8037)."""

    kty: Annotated[str, described("Key type.", "OKP")]
    crv: Annotated[str, described("Curve.", "Ed25519")]
    use: Annotated[str, described("What it is for: signatures.", "sig")]
    alg: Annotated[str, described("Algorithm of the signatures.", "EdDSA")]
    kid: Annotated[str, described("Key id, as in the header of a token.", "I029e3WT_A0")]
    x: Annotated[
        str, described("The key, base64url.", "mycTbxejVdMb3cyFWF0PQwAV_BX6TG3ZTVygLUWPG-c")
    ]


class PublicKeys(msgspec.Struct):
    """A JSON Web Key Set (RFC 7517)."""

    keys: Annotated[list[PublicKey], described("Those in use.")]


class PublicKeyController(Controller):
    path = "/.well-known/jwks.json"
    tags = ("Operations",)

    @get(**operation("getPublicKeys", may="anyone", is_unlimited=True))
    async def jwks(self, platform: deps.Platform) -> PublicKeys:
        """The keys with which our access tokens are verified (RFC 7517): those that sign, or will
        within minutes, first."""
        published = [public_key(each) for each in platform.signing_keys.published]
        return msgspec.convert({"keys": published}, PublicKeys)
