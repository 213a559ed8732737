"""/search: things by their names."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, get

from app.core.http import dependencies as deps
from app.core.http.operation import operation
from app.core.http.parameters import parameter, repeated
from app.core.wire import one_of, split_list
from app.dashboards.search import service
from app.dashboards.search.schemas import FoundItems, FoundType

_TYPE = {"type": "string", "enum": [each.value for each in FoundType]}


class SearchController(Controller):
    path = "/search"
    tags = ("Dashboards",)

    @get(**operation("search", may="devices:read"))
    async def search(
        self,
        reader: deps.Reader,
        actor: deps.Actor,
        q: Annotated[
            str,
            parameter(
                "Beginnings of words, in any case.", "cold room", min_length=1, max_length=200
            ),
        ],
        type_: Annotated[
            list[str] | None, repeated("Of these alone", ["DEVICE"], items=_TYPE, query="type")
        ] = None,
        limit: Annotated[int, parameter("The most items.", 20, ge=1, le=50)] = 20,
    ) -> FoundItems:
        """Devices, sensors, sites, dashboards and pages of the console with all these words in
        their names, the likeliest first: the name itself, its beginning, whole words of it.

        For finding as one types. Of names that very many have in common, the first few hundred are
        looked at; lists and their `q` go through all.
        """
        types = one_of(FoundType, split_list(type_), "type")
        return await service.find(reader, actor, q, types=types, limit=limit)
