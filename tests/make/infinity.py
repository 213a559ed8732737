"""Calls the API as Grafana's Infinity data source does: its URL with the times of the panel, a GET
with the key as bearer, the rows at the root selector, a cell for each column."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx

Row = dict[str, Any]


def rows_of(
    http: httpx.Client, target: dict[str, Any], start: datetime, end: datetime
) -> list[Row]:
    """What a panel gets."""
    url = target["url"]
    for name, moment in (("__timeFrom", start), ("__timeTo", end)):
        iso = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
        url = url.replace("${" + f"{name}:date:iso" + "}", iso)
    assert "$" not in url, url
    answer = http.request(target["url_options"]["method"], url)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    if target["root_selector"]:
        found = found[target["root_selector"]]
    rows = found if isinstance(found, list) else [found]
    return [
        {each["text"]: _cell(row, each["selector"]) for each in target["columns"]} for row in rows
    ]


def _cell(row: Any, selector: str) -> Any:
    for name in selector.split("."):
        row = None if row is None else row[name]
    return row
