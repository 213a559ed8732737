"""/api-keys: what machine clients sign in with."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, delete, get, patch, post
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK

from app.accounts.api_keys import service
from app.accounts.api_keys.schemas import (
    ApiKeyCreate,
    ApiKeyCreated,
    ApiKeyRead,
    ApiKeyRotation,
    ApiKeyUpdate,
)
from app.accounts.ids import API_KEY, ApiKeyId
from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter
from app.core.wire import Page

CreatedBy = Annotated[
    str | None,
    parameter(
        "Made by this user or key, or by a key that was.",
        f"key_{API_KEY.replace('-', '')}",
        query="createdBy",
        max_length=64,
    ),
]


class ApiKeyController(Controller):
    path = "/api-keys"
    tags = ("Accounts",)

    @get(**operation("listApiKeys", may="api-keys:read", sortable=service.SORTS))
    async def list_keys(
        self, reader: deps.Reader, page_request: deps.PageRequest, created_by: CreatedBy = None
    ) -> Page[ApiKeyRead]:
        """The organization's keys that are not revoked, newest first.

        With createdBy, those that a user or key made and what those made in turn: of a key, all
        that would be revoked with it.
        """
        return await service.page(reader, page_request, created_by)

    @post(
        **operation(
            "createApiKey",
            may="api-keys:write",
            needs_factor=True,
            problems=("NOT_FOUND", "UNPROCESSABLE", "QUOTA_EXCEEDED"),
        )
    )
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

    @patch(
        "/{key_id:uuid}",
        **operation(
            "updateApiKey", may="api-keys:write", needs_factor=True, problems=("UNPROCESSABLE",)
        ),
    )
    async def update_key(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        key_id: ApiKeyId,
        data: JSONBody[ApiKeyUpdate],
    ) -> ApiKeyRead:
        """Change its name, or from where it may be used (JSON Merge Patch).

        From the next request on; streams that it has open end. Keys that it made keep their own
        addresses. Whoever asks must be allowed all that the key is.
        """
        return await service.change(tx, actor, platform.credential_cache, key_id, data)

    @post(
        "/{key_id:uuid}/rotate",
        **operation(
            "rotateApiKey", may="api-keys:write", needs_factor=True, problems=("QUOTA_EXCEEDED",)
        ),
        status_code=HTTP_200_OK,
    )
    async def rotate_key(
        self,
        tx: deps.Tx,
        actor: deps.Actor,
        platform: deps.Platform,
        key_id: ApiKeyId,
        data: JSONBody[ApiKeyRotation],
        idempotent_request: deps.IdempotentRequest,
    ) -> ApiKeyCreated:
        """Make the key anew: it keeps its id, its scopes and what it made. This answer alone
        carries it.

        What it was before goes on for `overlapSeconds` (a day), and no longer than that, nor does
        a key that is made with it. `formerKeys` says when each was last used: once nobody does, the
        change is complete. Whoever asks must be allowed all that the key is.
        """
        return await idempotent_request.run_once(
            ApiKeyCreated,
            lambda: service.rotate(
                tx, actor, platform.keys, platform.credential_cache, key_id, data
            ),
        )

    @delete("/{key_id:uuid}", **operation("revokeApiKey", may="api-keys:write", needs_factor=True))
    async def delete_key(
        self, tx: deps.Tx, actor: deps.Actor, platform: deps.Platform, key_id: ApiKeyId
    ) -> None:
        """Revoke a key, all keys that it made, and those that they made in turn.

        They are refused from their next request on, and what they have open ends. Whoever asks with
        a key may revoke that key itself, its descendants, and keys that may no more than it does.
        """
        await service.revoke(tx, actor, platform.credential_cache, key_id)
