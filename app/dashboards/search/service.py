"""Finding things by the beginnings of the words of their names, the likeliest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from app.core.actor import Actor
from app.core.errors import Malformed
from app.dashboards.search.pages import PAGES
from app.dashboards.search.schemas import FoundItem, FoundItems, FoundType
from db.connections.readers import Reader
from db.queries import search as queries
from db.queries.search import NamedThing, words_of

WORDS_MAX = 8  # each is a condition of its own
_ORDER = list(FoundType)
_PATHS = {
    FoundType.DASHBOARD: "dashboards/{}",
    FoundType.SITE: "sites/{}",
    FoundType.DEVICE: "devices/{}",
    FoundType.SENSOR: "sensors/{}",
}


async def find(
    reader: Reader, actor: Actor, text: str, *, types: Collection[FoundType], limit: int
) -> FoundItems:
    """Raises Malformed for more than WORDS_MAX words. Of text without a letter or digit nothing is
    found."""
    text, words = text.strip().lower(), words_of(text)
    if len(words) > WORDS_MAX:
        raise Malformed(f"q: ask for at most {WORDS_MAX} words at once")
    if not words:
        return FoundItems(items=[])
    wanted = [type_ for type_ in types or _ORDER if _may_see(actor, type_)]
    found = [item for item in await _found(reader, words, text) if item.type in wanted]
    if FoundType.PAGE in wanted:
        found += _pages(actor, words)
    found.sort(key=lambda item: _rank(item, words, text))
    return FoundItems(items=found[:limit])


def _may_see(actor: Actor, type_: FoundType) -> bool:
    return type_ is not FoundType.DASHBOARD or "dashboards:read" in actor.permissions


async def _found(reader: Reader, words: Sequence[str], text: str) -> list[FoundItem]:
    """By the same four statements, whatever is asked."""
    connection = await reader.connected()
    few = await queries.sites_and_dashboards(connection, words, text)
    rarest = await queries.rarest_words(connection, words)
    by_type = {
        FoundType.DASHBOARD: few["dashboard"],
        FoundType.SITE: few["site"],
        FoundType.DEVICE: await queries.owners_of(connection, "device", rarest["device"], words),
        FoundType.SENSOR: await queries.owners_of(connection, "sensor", rarest["sensor"], words),
    }
    return [_item(type_, row) for type_, rows in by_type.items() for row in rows]


def _pages(actor: Actor, words: Sequence[str]) -> Iterator[FoundItem]:
    for page in PAGES:
        own = words_of(f"{page.name} {page.words}")
        is_meant = all(any(word.startswith(each) for word in own) for each in words)
        if is_meant and page.permission in actor.permissions:
            yield FoundItem(FoundType.PAGE, None, page.name, None, page.path)


def _item(type_: FoundType, row: NamedThing) -> FoundItem:
    return FoundItem(type_, row.id, row.name, row.place, _PATHS[type_].format(row.id))


def _rank(item: FoundItem, words: Sequence[str], text: str) -> tuple[Any, ...]:
    """The name itself, its beginning, whole words of it; then by type, the shorter name first."""
    name = item.name.lower()
    own = words_of(name)
    is_less = (name != text, not name.startswith(text), not set(words) <= set(own))
    return (*is_less, _ORDER.index(item.type), len(name), name, str(item.id))
