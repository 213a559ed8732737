"""The SQL of targets.py. What is named of one kind is one argument; they are the first ones of a
statement, in the order of KINDS. Only those kinds are in its text: one device costs no plan for
groups.

Indexes answer all of it, of those that row-level security lets PostgreSQL use: equality and ranges.
`tags @> …` or `&&` would read every device of the tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

# Of ids and names, by the names of a target's fields. Everything is a kind of its own, without an
# argument.
KINDS = (
    "customer_ids",
    "site_ids",
    "group_ids",
    "device_profile_ids",
    "device_profile_names",
    "sensor_profile_ids",
    "sensor_profile_names",
    "device_ids",
    "component_ids",
    "sensor_ids",
)
EVERYTHING = "everything"

# A tag that so many devices have is rare: the other tags of a group are looked up for each, 4 µs.
# Of tags that more have, all rows are counted in one pass, 0.4 µs each.
RARE = 5000

Kinds = tuple[str, ...]


@cache
def existing(kinds: Kinds) -> str:
    """A select of the ids that the tenant has."""
    return " UNION ALL ".join(_parts(_EXISTING, kinds))


@cache
def devices(kinds: Kinds) -> str:
    """A select of the `id` of each device, of some maybe more than once."""
    return " UNION ALL ".join(_parts(_DEVICES, kinds)) or _NO_DEVICES


@cache
def components(kinds: Kinds) -> str:
    """A select of the `id` of each component of sensor profiles."""
    parts = {kind: _components_of(of) for kind, of in _COMPONENTS.items()}
    return " UNION ALL ".join(_parts(parts, kinds))


@cache
def distinct_devices(kinds: Kinds) -> str:
    if EVERYTHING in kinds:
        return devices(kinds)
    return f"SELECT DISTINCT id FROM ({devices(kinds)}) AS device"  # noqa: S608 - no values


@cache
def sensors(kinds: Kinds) -> str:
    """A select of the `id` of each sensor."""
    select = f"SELECT s.id FROM platform.sensor s WHERE {sensor_condition(kinds)}"  # noqa: S608
    # With OFFSET 0 they are found by their own indexes, whatever order is asked for: to find the
    # first few, PostgreSQL would walk through the whole tenant in that order.
    return select if EVERYTHING in kinds else select + " OFFSET 0"


@cache
def sensor_condition(kinds: Kinds) -> str:
    """That platform.sensor `s` is meant, and there."""
    return f"s.deleted_at IS NULL AND ({' OR '.join(_parts(_SENSORS, kinds)) or 'false'})"


@cache
def page(select: str, kinds: Kinds) -> str:
    """The first of the selected ids behind one: after the kinds' arguments that one and how many."""
    arguments = 0 if EVERYTHING in kinds else len(kinds)
    return (
        f"SELECT id FROM ({select}) AS found "  # noqa: S608 - no values
        f"WHERE id > ${arguments + 1} ORDER BY id LIMIT ${arguments + 2}"
    )


def _parts(texts: Mapping[str, str], kinds: Kinds) -> list[str]:
    numbers = {kind: f"${number}" for number, kind in enumerate(kinds, 1)}
    return [texts[kind].format(**numbers) for kind in kinds if kind in texts]


_THERE = " AND deleted_at IS NULL"
_EXISTING = {
    f"{kind}_ids": f"SELECT id FROM platform.{table} "  # noqa: S608 - no values
    f"WHERE id = ANY ({{{kind}_ids}}){there}"
    for kind, table, there in (
        ("customer", "customer", ""),
        ("site", "site", _THERE),
        ("group", "device_group", _THERE),
        ("device_profile", "device_profile", ""),
        ("sensor_profile", "sensor_profile", ""),
        ("device", "device", _THERE),
        ("component", "component", _THERE),
        ("sensor", "sensor", _THERE),
    )
}

# A device is in a group that matches ANY with one of its tags, in one that matches ALL with each of
# them. Of ALL, a rare tag is begun with. Tags have rows only for devices that aren't deleted.
_IN_GROUPS = f"""
SELECT found.device_id AS id
FROM platform.device_group g
CROSS JOIN LATERAL (SELECT count(DISTINCT tag) AS tags FROM unnest(g.tags) AS tag) AS wanted
LEFT JOIN LATERAL (
  SELECT each.tag
  FROM unnest(g.tags) AS each (tag)
  CROSS JOIN LATERAL (
    SELECT count(*) AS devices
    FROM (SELECT FROM platform.device_tag t WHERE t.tag = each.tag LIMIT {RARE} + 1) AS counted
  ) AS tagged
  WHERE g.match = 'ALL' AND tagged.devices <= {RARE}
  ORDER BY tagged.devices LIMIT 1
) AS rarest ON true
CROSS JOIN LATERAL (
  SELECT t.device_id, count(*) AS tags
  FROM platform.device_tag t
  WHERE t.tag = ANY (CASE WHEN rarest.tag IS NULL THEN g.tags ELSE ARRAY[rarest.tag] END)
  GROUP BY t.device_id
) AS found
WHERE g.id = ANY ({{group_ids}}) AND g.deleted_at IS NULL AND (
  g.match = 'ANY' OR found.tags = wanted.tags OR rarest.tag IS NOT NULL AND wanted.tags = (
    SELECT count(*) FROM platform.device_tag t
    WHERE t.device_id = found.device_id AND t.tag = ANY (g.tags)))
"""  # noqa: S608 - no values

_AT_SITES = "SELECT id FROM platform.device WHERE site_id = ANY ({site_ids}) AND deleted_at IS NULL"
_OF_CUSTOMERS = (
    "SELECT id FROM platform.device WHERE customer_id = ANY ({customer_ids}) AND deleted_at IS NULL"
)
_NO_DEVICES = "SELECT id FROM platform.device WHERE false"


def _versions_of(profile: str) -> str:
    """Every version of the profiles that are named."""
    return f"SELECT id FROM platform.{profile} WHERE name = ANY ({{{profile}_names}})"  # noqa: S608


def _of_device_profiles(versions: str) -> str:
    return (
        "SELECT id FROM platform.device "  # noqa: S608 - no values
        f"WHERE device_profile_id = ANY ({versions}) AND deleted_at IS NULL"
    )


def _components_of(versions: str, column: str = "id") -> str:
    return (
        f"SELECT {column} AS id FROM platform.component "  # noqa: S608 - no values
        f"WHERE sensor_profile_id = ANY ({versions}) AND deleted_at IS NULL"
    )


_WITH_PROFILE = {
    "device_profile_ids": _of_device_profiles("{device_profile_ids}"),
    "device_profile_names": _of_device_profiles(f"ARRAY({_versions_of('device_profile')})"),
}
_COMPONENTS = {
    "sensor_profile_ids": "{sensor_profile_ids}",
    "sensor_profile_names": f"ARRAY({_versions_of('sensor_profile')})",
}
_DEVICES = {
    EVERYTHING: "SELECT id FROM platform.device WHERE deleted_at IS NULL",
    "customer_ids": _OF_CUSTOMERS,
    "site_ids": _AT_SITES,
    "group_ids": _IN_GROUPS,
    **_WITH_PROFILE,
    **{kind: _components_of(of, "device_id") for kind, of in _COMPONENTS.items()},
    "device_ids": _EXISTING["device_ids"],
    "component_ids": "SELECT device_id AS id FROM platform.component "
    "WHERE id = ANY ({component_ids}) AND deleted_at IS NULL",
    "sensor_ids": "SELECT device_id AS id FROM platform.sensor "
    "WHERE id = ANY ({sensor_ids}) AND deleted_at IS NULL",
}

# Conditions on a sensor. What is deleted has none that aren't.
_SENSORS = {
    EVERYTHING: "true",
    "customer_ids": f"s.device_id = ANY (ARRAY({_OF_CUSTOMERS}))",
    "site_ids": f"s.device_id = ANY (ARRAY({_AT_SITES}))",
    "group_ids": f"s.device_id = ANY (ARRAY({_IN_GROUPS}))",
    **{kind: f"s.device_id = ANY (ARRAY({of}))" for kind, of in _WITH_PROFILE.items()},
    **{
        kind: f"s.component_id = ANY (ARRAY({_components_of(of)}))"
        for kind, of in _COMPONENTS.items()
    },
    "device_ids": "s.device_id = ANY ({device_ids})",
    "component_ids": "s.component_id = ANY ({component_ids})",
    "sensor_ids": "s.id = ANY ({sensor_ids})",
}
