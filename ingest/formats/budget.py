"""What a body may become. Every reader asks before it makes anything, not after.

What is repeated may be sent once: a dictionary, a base name, a compressed zero. So neither what was
sent nor what is finished says how much is made in between. A body that exceeds its budget is
refused whole: `TooManyElements`, which is 413.

Seconds are counted where a reader can be ended in the middle: by reader_processes.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.pipeline.decode import TooManyElements

# No table of readings has more, and each costs its own however few rows there are.
COLUMNS_MAX = 1_000
# Values of JSON for each reading that a body may hold, names not counted: each becomes an object of
# up to a hundred bytes.
VALUES_PER_READING = 32
# What columns may take while they are read, in bodies' greatest lengths: numbers take more in
# columns than as text, and text is there twice when it is put together.
UNPACKED_BODIES = 4


@dataclass(slots=True)
class Budget:
    """`readings_max` readings; `bytes_max` bytes of text and metadata, counted as often as they
    stand in a reading: what a body without compression could hold of them."""

    readings_max: int
    bytes_max: int
    taken: int = 0

    def readings(self, count: int) -> None:
        if count > self.readings_max:
            raise TooManyElements(
                f"a request holds at most {self.readings_max} readings, not {count}"
            )

    def columns(self, count: int) -> None:
        if count > COLUMNS_MAX:
            raise TooManyElements(f"a table has at most {COLUMNS_MAX} columns, not {count}")

    def values(self, body: bytes) -> None:
        """Of JSON, whatever they are: there is a comma or a bracket before each but the first."""
        count = body.count(b",") + body.count(b"{") + body.count(b"[")
        most = self.readings_max * VALUES_PER_READING
        if count > most:
            raise TooManyElements(f"a request holds at most {most} values in all, not {count}")

    def lines(self, count: int) -> None:
        """Of text, empty ones included."""
        most = self.readings_max * VALUES_PER_READING
        if count > most:
            raise TooManyElements(f"a request holds at most {most} lines in all, not {count}")

    def unpacked(self, size: int) -> None:
        """Columns of so many bytes, as the body itself says."""
        most = self.bytes_max * UNPACKED_BODIES
        if size > most:
            raise TooManyElements(f"unpacked, the columns take more than {most} bytes")

    def take(self, size: int) -> None:
        """So many more bytes of text or metadata, in readings."""
        self.taken += size
        if self.taken > self.bytes_max:
            raise TooManyElements(
                f"text and metadata of all readings take more than {self.bytes_max} bytes"
            )
