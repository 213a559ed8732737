"""/api-keys: what machine clients sign in with."""

from __future__ import annotations

from litestar import Controller, delete, get, post
from litestar.params import JSONBody

from app.accounts.api_keys import service
from app.accounts.api_keys.schemas import ApiKeyCreate, ApiKeyCreated, ApiKeyRead
from app.accounts.ids import ApiKeyId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.wire import Page


class ApiKeyController(Controller):
    path = "/api-keys"
    tags = ("Accounts",)

    @get(**operation("listApiKeys", may="api-keys:read", sortable=service.SORTS))
    async def list_keys(
        self, reader: deps.Reader, page_request: deps.PageRequest
    ) -> Page[ApiKeyRead]:
        """The organization's keys that are not revoked, newest first."""
        return await service.page(reader, page_request)

    @post(**operation("createApiKey", may="api-keys:write", problems=("UNPROCESSABLE",)))
    async def create_key(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        data: JSONBody[ApiKeyCreate],
        platform: deps.Platform,
        idempotent_request: deps.IdempotentRequest,
    ) -> ApiKeyCreated:
        """Create a key. This answer alone carries it."""
        return await idempotent_request.run_once(
            ApiKeyCreated, lambda: service.create(tx, actor, platform.keys, data)
        )

    @get("/{key_id:uuid}", **operation("getApiKey", may="api-keys:read"))
    async def get_key(self, reader: deps.Reader, key_id: ApiKeyId) -> ApiKeyRead:
        """One key that is not revoked."""
        return await service.get(reader, key_id)

    @delete("/{key_id:uuid}", **operation("revokeApiKey", may="api-keys:write"))
    async def delete_key(
        self, tx: deps.Tx, actor: deps.Actor, platform: deps.Platform, key_id: ApiKeyId
    ) -> None:
        """Revoke a key. It is refused from its next request on."""
        await service.revoke(tx, actor, platform.credential_cache, key_id)
