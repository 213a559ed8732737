"""What other areas do in the transaction that stores a batch: alerting, counting, events.

What a step writes is committed with the batch, or not at all. A batch that concerns no step is
stored as if there were none: in one statement, where it is small.
"""

from __future__ import annotations

from typing import Protocol

from db.connections.types import Connection
from ingest.pipeline.compare import StoredReadings


class TransactionStep(Protocol):
    def concerns(self, readings: StoredReadings) -> bool:
        """Whether there is anything to do for these; asked before the transaction, without waiting.

        They are all that the batch may store: some may turn out to be stored already.
        """
        ...

    async def run(self, connection: Connection, stored: StoredReadings) -> None:
        """Do it inside the transaction, as iot_ingest, for what was really stored; not called for
        nothing.

        The readings are not visible to anyone else yet. An error takes the batch back: nothing is
        stored and nothing acknowledged, and the inbox tries again. Everybody's commit waits for it,
        so be quick; and it may be run again for the same readings, after a transaction that did not
        come to its end.
        """
        ...
