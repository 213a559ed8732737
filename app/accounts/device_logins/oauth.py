"""/oauth: what programs ask, by the names of RFC 8628 (device authorization) and RFC 7009
(revocation). Their forms, their errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from litestar import Controller, Request, Response, post
from litestar.status_codes import HTTP_200_OK, HTTP_400_BAD_REQUEST

from app.accounts.auth.authentication import client_of, network_of_client
from app.accounts.device_logins.service import KEY_DAYS, revoke_shown
from app.accounts.device_logins.store import (
    INTERVAL_SECONDS,
    LIFETIME_SECONDS,
    DeviceLogins,
    shown_code,
)
from app.core.errors import Malformed
from app.core.http import dependencies as deps
from app.core.http.operation import ApiOperation, RequestBody
from app.permissions import ALL_PERMISSIONS

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_OPT = ApiOperation(
    may="anyone", accepts=RequestBody(media_types=("application/x-www-form-urlencoded",))
).opt
_FIELDS_MAX, _TEXT_MAX = 10, 2000
_ERRORS = {
    "pending": "authorization_pending",
    "too early": "slow_down",
    "denied": "access_denied",
    "expired": "expired_token",
}
_UNCACHED = {"Cache-Control": "no-store"}

AnyRequest = Request[Any, Any, Any]


class OAuthController(Controller):
    path = "/oauth"
    include_in_schema = False
    opt = _OPT

    @post("/device", status_code=HTTP_200_OK)
    async def begin(self, request: AnyRequest, platform: deps.Platform) -> Response[dict[str, Any]]:
        """A code to keep, and one to show to a person with the address where it is typed."""
        form = await _form(request)
        name, scope = form.get("client_id", ""), form.get("scope", "").split()
        if not name or len(name) > 60 or not name.isprintable():
            return _refused("invalid_client")
        if set(scope) - ALL_PERMISSIONS:
            return _refused("invalid_scope")
        client = client_of(request.scope)
        code, user_code = await DeviceLogins(platform.redis, platform.keys).begin(
            client=name,
            scopes=sorted(set(scope)) or None,
            address=client.address,
            agent=client.agent[:200],
            network=network_of_client(request.scope),
        )
        place = f"{platform.settings.server.public_url}/console/-/device"
        return _answered(
            {
                "device_code": code,
                "user_code": shown_code(user_code),
                "verification_uri": place,
                "verification_uri_complete": f"{place}#{shown_code(user_code)}",
                "expires_in": LIFETIME_SECONDS,
                "interval": INTERVAL_SECONDS,
            }
        )

    @post("/token", status_code=HTTP_200_OK)
    async def token(self, request: AnyRequest, platform: deps.Platform) -> Response[dict[str, Any]]:
        """The API key, once the person has said yes."""
        form = await _form(request)
        if form.get("grant_type") != GRANT:
            return _refused("unsupported_grant_type")
        found = await DeviceLogins(platform.redis, platform.keys).poll(form.get("device_code", ""))
        if (error := _ERRORS.get(found)) is not None:
            return _refused(error)
        return _answered(
            {"access_token": found, "token_type": "Bearer", "expires_in": KEY_DAYS * 86_400}
        )

    @post("/revoke", status_code=HTTP_200_OK)
    async def revoke(self, request: AnyRequest, platform: deps.Platform) -> Response[None]:
        """The API key that is sent is good no more; the same answer for what never was one."""
        form = await _form(request)
        await revoke_shown(platform, form.get("token", ""))
        return Response(None, status_code=HTTP_200_OK)


async def _form(request: AnyRequest) -> dict[str, str]:
    """Raises Malformed."""
    try:
        body = await request.body()
        fields = parse_qs(body.decode(), max_num_fields=_FIELDS_MAX) if len(body) < 8192 else {}
    except ValueError:
        raise Malformed("the body is no form of few fields") from None
    return {name: texts[0] for name, texts in fields.items() if len(texts[0]) <= _TEXT_MAX}


def _answered(body: dict[str, Any]) -> Response[dict[str, Any]]:
    return Response(body, status_code=HTTP_200_OK, headers=_UNCACHED)


def _refused(error: str) -> Response[dict[str, Any]]:
    return Response({"error": error}, status_code=HTTP_400_BAD_REQUEST, headers=_UNCACHED)
