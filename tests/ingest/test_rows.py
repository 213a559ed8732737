"""The table of readings: whatever is taken out of it or put together, each row keeps what is its
own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from db.readings.columns import Flags
from ingest.pipeline.rejection import Reason, Rejection
from ingest.pipeline.rows import Rows, joined
from ingest.pipeline.values import ValueColumns


@dataclass(frozen=True)
class Owner:
    """Whom a row is about, as far as refusing it needs to know."""

    device_id: UUID


OWNERS = [Owner(UUID(int=number)) for number in range(3)]
VALUES = st.one_of(
    st.floats(allow_nan=False),
    st.integers(-(2**70), 2**70),
    st.just(10**400),
    st.booleans(),
    st.text(max_size=3),
)
ROWS = st.lists(
    st.tuples(st.sampled_from(OWNERS), VALUES, st.none() | st.dictionaries(st.text(), st.none())),
    max_size=12,
)

Row = tuple[Owner, Any, dict[str, None] | None]


def masks(size: int) -> st.SearchStrategy[Flags]:
    return st.lists(st.booleans(), min_size=size, max_size=size).map(
        lambda flags: np.array(flags, bool)
    )


def table(rows: list[Row], *, message: int = 0) -> Rows[Owner]:
    made = Rows.of(
        OWNERS,
        np.array([OWNERS.index(owner) for owner, _, _ in rows], np.intp),
        np.arange(len(rows)),
        values=ValueColumns.of([value for _, value, _ in rows]),
        metadata={at: each for at, (_, _, each) in enumerate(rows) if each is not None},
    )
    index = np.arange(len(rows))
    return replace(made, message=np.full(len(rows), message, np.intp), index=index)


def content(rows: Rows[Owner]) -> list[Row]:
    return [
        (rows.sensor_of(row), rows.value_sent(row), rows.metadata.get(row))
        for row in range(len(rows))
    ]


@given(rows=ROWS)
def test_a_value_is_what_was_sent_and_of_its_type(rows: list[Row]) -> None:
    found = [value for _, value, _ in content(table(rows))]
    assert found == [value for _, value, _ in rows]
    assert list(map(type, found)) == [type(value) for _, value, _ in rows]


@given(rows=ROWS, data=st.data())
def test_rows_that_are_taken_keep_what_they_have(rows: list[Row], data: st.DataObject) -> None:
    chosen = data.draw(st.permutations(range(len(rows))))[: data.draw(st.integers(0, len(rows)))]
    taken = table(rows).take(np.array(chosen, np.intp))
    assert content(taken) == [rows[row] for row in chosen]
    assert taken.index.tolist() == list(chosen)


@given(parts=st.lists(ROWS, min_size=1, max_size=4))
def test_tables_that_are_joined_stand_behind_each_other(parts: list[list[Row]]) -> None:
    tables = [table(rows, message=number) for number, rows in enumerate(parts)]
    whole = joined(tables)
    assert content(whole) == [row for rows in parts for row in rows]
    assert whole.message.tolist() == [number for number, rows in enumerate(parts) for _ in rows]


@given(rows=ROWS, data=st.data())
def test_a_refused_row_leaves_and_is_told_of_and_no_other_is_touched(
    rows: list[Row], data: st.DataObject
) -> None:
    first = table(rows, message=7)
    malformed = data.draw(masks(len(first)))
    left = first.reject(malformed, Reason.MALFORMED, lambda row: f"row {row}")
    large = data.draw(masks(len(left)))
    last = left.reject(large, Reason.OUT_OF_RANGE, "too much")
    told = {row: Rejection(Reason.MALFORMED, f"row {row}") for row in np.flatnonzero(malformed)}
    told |= {row: Rejection(Reason.OUT_OF_RANGE, "too much") for row in left.index[large]}
    assert [(each.index, each.rejection) for each in last.rejections] == list(told.items())
    for each in last.rejections:
        assert (each.message, each.device_id) == (7, rows[each.index][0].device_id)
    assert content(last) == [row for index, row in enumerate(rows) if index not in told]
    assert last.index.tolist() == [index for index in range(len(rows)) if index not in told]
    assert content(first) == rows, "a table is never changed"


def test_a_table_of_which_nothing_is_refused_is_the_same_table() -> None:
    rows = table([(OWNERS[0], 1.5, None), (OWNERS[1], "text", {})])
    assert rows.reject(np.zeros(2, bool), Reason.MALFORMED, "nothing") is rows
    assert rows.reject_each({}) is rows
    assert rows.where(np.ones(2, bool)) is rows
