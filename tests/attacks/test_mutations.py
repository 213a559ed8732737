"""Valid bodies with some bytes changed, thousands of them, through the processes that read: each is
read or refused with words, whatever it does to the process. `make fuzz` tries thirty thousand."""

from __future__ import annotations

import asyncio
import gzip
import os
import random
import struct
from collections import Counter
from uuid import uuid4

import numpy as np
import psutil
import pyarrow as pa
import pytest
from structlog.testing import capture_logs

from ingest.formats.parsed import Sent
from ingest.formats.reader_processes import ReaderProcesses
from ingest.formats.reading import Bounds
from ingest.pipeline.decode import NotReadings
from tests.make.hostile_bodies import ARROW, CSV, JSON, PARQUET, arrow_of, parquet_of, repeated
from tests.make.hostile_bodies import table_of as plain_table

MUTATIONS = 30_000 if "FUZZ_SECONDS" in os.environ else 500
BOUNDS = Bounds(readings_max=10_000, bytes_max=4_000_000)
PROCESSES = 2


def tables() -> list[pa.Table]:
    rows = 40
    numbers = pa.array(np.arange(rows))
    texts = pa.array([f"text {n}" for n in range(rows)])
    split = {
        "valueDouble": pa.array([1.5, None] * (rows // 2)),
        "valueText": pa.array([None, "on"] * (rows // 2)),
    }
    return [
        plain_table(rows),
        plain_table(rows, value=numbers),
        plain_table(rows, value=texts, metadata=repeated('{"a":1}', rows)),
        plain_table(rows, value=texts.dictionary_encode(), other=pa.array([[1, 2]] * rows)),
        plain_table(rows, **split).drop_columns("value"),
        plain_table(rows, sensorId=pa.nulls(rows), sensor=texts, deviceId=repeated("d", rows)),
        plain_table(rows, value=pa.array([n % 3 == 0 for n in range(rows)]), extra=numbers),
        plain_table(rows, value=pa.array([None] * rows, pa.decimal128(10, 2))),
    ]


def seeds() -> list[Sent]:
    found = []
    csv = b"timestamp,sensorId,value\n" + b"2026-01-01T00:00:00Z,s,1.5\n" * 40
    json = b"[" + b",".join([b'{"sensor":"s","timestamp":"2026-01-01T00:00:00Z"}'] * 40) + b"]"
    for table in tables():
        bodies = (arrow_of(table), arrow_of(table, "zstd"), arrow_of(table, "lz4", times=2))
        found += [Sent(body, ARROW) for body in bodies]
        found += [Sent(parquet_of(table), PARQUET), Sent(parquet_of(table, times=2), PARQUET)]
    found += [Sent(csv, CSV), Sent(gzip.compress(csv), CSV, "gzip")]
    found += [Sent(gzip.compress(json), JSON, "gzip")]
    return [*found, Sent(pa.compress(json, codec="zstd", asbytes=True), JSON, "zstd")]


def mutated(sent: Sent, choose: random.Random) -> Sent:
    """With up to three changes: a byte, a number of 32 bits, a piece twice, a piece away."""
    body = bytearray(sent.body)
    for _ in range(choose.choice((1, 1, 2, 3))):
        at = choose.randrange(len(body) or 1)
        match choose.randrange(5):
            case 0 | 1:
                body[at : at + 1] = bytes((choose.choice((0, 1, 0x7F, 0x80, 0xFF, 0x2C)),))
            case 2:
                edge = choose.choice((0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**24))
                body[at : at + 4] = edge.to_bytes(4, "little")
            case 3:
                body[at:at] = body[at : at + choose.randrange(1, 64)]
            case 4:
                del body[at : at + choose.randrange(1, 64)]
    return Sent(bytes(body), sent.media_type, sent.encoding)


@pytest.mark.parametrize("end", [77, 78], ids=["of a text", "of a list of texts"])
async def test_an_offset_that_points_elsewhere_ends_nothing(end: int) -> None:
    """Asked for its size before it is validated, such a batch ends the process that asks."""
    table = plain_table(1, sensorId=pa.array(["x" * 77]), other=pa.array([["a"] * 78]))
    # The last that looks so; one before it is the length of a buffer.
    before, offsets, behind = arrow_of(table).rpartition(struct.pack("<2i", 0, end))
    assert offsets
    elsewhere = before + struct.pack("<2i", 0, 0x7FF00000) + behind
    readers = ReaderProcesses(1, BOUNDS)
    async with readers.running():
        # In a column that nobody needs it isn't even looked at.
        expected = "NotReadings" if end == 77 else "read"
        assert await outcome(readers, Sent(elsewhere, ARROW)) == expected


async def outcome(readers: ReaderProcesses, sent: Sent) -> str:
    try:
        await readers.read(uuid4(), sent)
    except NotReadings as error:
        return "ended" if "ends the process" in str(error) else type(error).__name__
    return "read"


@pytest.mark.timeout(3600)
async def test_a_mutated_body_is_read_or_refused_whatever_it_does_to_its_process() -> None:
    choose, bodies = random.Random(20261129), seeds()
    readers, counts = ReaderProcesses(PROCESSES, BOUNDS), Counter[str]()
    before = psutil.Process().memory_info().rss
    with capture_logs() as logs:
        async with readers.running():
            for _ in range(MUTATIONS // PROCESSES):
                tried = (mutated(choose.choice(bodies), choose) for _ in range(PROCESSES))
                counts.update(await asyncio.gather(*(outcome(readers, sent) for sent in tried)))
    grown = psutil.Process().memory_info().rss - before
    faults = [line["traceback"] for line in logs if line["event"] == "a reader failed"]
    ends = Counter(line["exit_code"] for line in logs if "exit_code" in line)
    print(f"{dict(counts)}, ended by {dict(ends)}, {len(faults)} faults of ours, +{grown} bytes")
    assert sum(counts.values()) == MUTATIONS
    assert counts["read"] > 0
    assert not faults, "\n".join(faults[:3])
    assert grown < 200_000_000
