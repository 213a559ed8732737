"""What is found by the beginnings of words, over a whole organization. As app, inside a tenant's
transaction.

The database keeps the words of devices' and sensors' names in rows of their own (platform.words).
The rarest of the words that are typed is followed along its index, whole words before longer ones,
and the others are asked of each row: CANDIDATES end it. Sites and dashboards are few, and looked at
one by one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from db.connections.types import Connection

Kind = Literal["device", "sensor"]
CANDIDATES = 200  # of each kind
_COUNTED_MAX = 5_000  # beyond it, one word is as good as the other
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"  # sorts behind every character that may follow

_RAREST = """
SELECT (SELECT count(*) FROM (SELECT FROM platform.device_word
    WHERE word >= asked.word AND word < asked.word || $2 LIMIT $3) d) AS devices,
  (SELECT count(*) FROM (SELECT FROM platform.sensor_word
    WHERE word >= asked.word AND word < asked.word || $2 LIMIT $3) s) AS sensors
FROM unnest($1::text[]) WITH ORDINALITY AS asked (word, place) ORDER BY place
"""

# An array: no join is made of it, whatever is believed of the tables.
_ROWS: dict[Kind, str] = {
    "device": """
SELECT d.id, d.name, s.name AS place FROM platform.device d
LEFT JOIN platform.site s ON s.id = d.site_id AND s.deleted_at IS NULL
WHERE d.deleted_at IS NULL AND d.id = ANY (ARRAY({owners}))
""",
    "sensor": """
SELECT s.id, s.name, d.name AS place FROM platform.sensor s
JOIN platform.device d ON d.id = s.device_id
WHERE s.deleted_at IS NULL AND s.id = ANY (ARRAY({owners}))
""",
}

_FEW = """
SELECT id, name, NULL AS place, 'site' AS kind FROM (
  SELECT id, name FROM platform.site
  WHERE deleted_at IS NULL AND lower(name) ~ ALL ($1::text[])
  ORDER BY lower(name) <> $2, NOT starts_with(lower(name), $2), name LIMIT $3) site
UNION ALL
SELECT id, name, NULL, 'dashboard' FROM (
  SELECT id, name FROM platform.dashboard
  WHERE deleted_at IS NULL AND lower(name) ~ ALL ($1::text[])
  ORDER BY lower(name) <> $2, NOT starts_with(lower(name), $2), name LIMIT $3) dashboard
"""


class NamedThing(NamedTuple):
    """What has all the words; `place` is what it stands in: a device's site, a sensor's device."""

    id: UUID
    name: str
    place: str | None


def words_of(text: str) -> list[str]:
    """What is looked for: letters and digits, in lower case, each once."""
    return list(dict.fromkeys(_WORD.findall(text.lower())))


async def rarest_words(connection: Connection, words: Sequence[str]) -> dict[Kind, str]:
    """By kind, the word that the fewest have, of one or more."""
    rows = await connection.fetch(_RAREST, words, _LAST, _COUNTED_MAX)
    counted = list(zip(words, rows, strict=True))
    return {
        "device": min(counted, key=lambda each: int(each[1]["devices"]))[0],
        "sensor": min(counted, key=lambda each: int(each[1]["sensors"]))[0],
    }


async def owners_of(
    connection: Connection, kind: Kind, rarest: str, words: Sequence[str]
) -> list[NamedThing]:
    """At most CANDIDATES, in no order."""
    others = [word for word in words if word != rarest]
    statement = _statement(kind, len(others))
    rows = await connection.fetch(statement, _LAST, CANDIDATES, rarest, *others)
    return [NamedThing(*row) for row in rows]


async def sites_and_dashboards(
    connection: Connection, words: Sequence[str], text: str
) -> dict[str, list[NamedThing]]:
    """By kind, at most CANDIDATES of each: first those that begin with all of the text."""
    found: dict[str, list[NamedThing]] = {"site": [], "dashboard": []}
    patterns = [f"(^|[^[:alnum:]]){word}" for word in words]
    for *row, kind in await connection.fetch(_FEW, patterns, text, CANDIDATES):
        found[kind].append(NamedThing(*row))
    return found


@functools.cache
def _statement(kind: Kind, others: int) -> str:
    table, owner = f"platform.{kind}_word", f"{kind}_id"
    # IS TRUE keeps it from becoming a join: each row is looked up, or all are gathered once.
    besides = "".join(
        f" AND EXISTS (SELECT FROM {table} o WHERE o.{owner} = w.{owner}"
        f" AND o.word >= ${number} AND o.word < ${number} || $1) IS TRUE"
        for number in range(4, 4 + others)
    )
    owners = (
        f"SELECT w.{owner} FROM {table} w "  # noqa: S608 - names of our own
        f"WHERE w.word >= $3 AND w.word < $3 || $1{besides} "
        f"ORDER BY w.word, w.{owner} LIMIT $2"
    )
    return _ROWS[kind].format(owners=owners)
