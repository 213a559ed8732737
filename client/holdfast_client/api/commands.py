# Written by `make client` from docs/openapi.json. Changes are lost; client/generator is the place.
"""What devices are told to do, and what they answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from holdfast_client.api.shared import CommandRunPage, CommandRunRead
from holdfast_client.endpoint import Endpoint
from holdfast_client.transport import (
    AsyncTransport,
    SyncTransport,
    each_of_pages,
    each_of_pages_async,
)

if TYPE_CHECKING:
    from typing import Literal
else:
    from holdfast_client.words import Literal


_listAllCommandRuns = Endpoint("listAllCommandRuns", "GET", "/api/v1/command-runs", "natural")


class CommandRunsApi(SyncTransport):
    """Operations of `command_runs`, for programs that wait."""

    def list_all(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandRunPage:
        """Runs over all groups, newest first.

        Needs the permission `commands:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return self._call(
            _listAllCommandRuns,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=CommandRunPage,
        )

    def each_all(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> Iterator[CommandRunRead]:
        """Every item of every page of `list_all`."""
        return each_of_pages(
            lambda cursor: self.list_all(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )


class AsyncCommandRunsApi(AsyncTransport):
    """Operations of `command_runs`, for asynchronous programs."""

    async def list_all(
        self,
        *,
        limit: int | UnsetType = UNSET,
        cursor: str | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> CommandRunPage:
        """Runs over all groups, newest first.

        Needs the permission `commands:read`.

        limit: The most items on a page.
        cursor: `nextCursor` of the page before; left out for the first page.
        sort: A field to sort by, with - before it for descending order; newest first if left out.
        include_total: Count all items that match as `total`; costs a scan of them.
        """
        return await self._call(
            _listAllCommandRuns,
            query={"limit": limit, "cursor": cursor, "sort": sort, "includeTotal": include_total},
            answer=CommandRunPage,
        )

    def each_all(
        self,
        *,
        limit: int | UnsetType = UNSET,
        sort: Literal["createdAt", "-createdAt"] | UnsetType = UNSET,
        include_total: bool | UnsetType = UNSET,
    ) -> AsyncIterator[CommandRunRead]:
        """Every item of every page of `list_all`."""
        return each_of_pages_async(
            lambda cursor: self.list_all(
                limit=limit, sort=sort, include_total=include_total, cursor=cursor
            )
        )
