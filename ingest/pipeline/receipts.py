"""What everyone is told of their message, after the commit."""

from __future__ import annotations

import msgspec
import numpy as np

from ingest.pipeline.compare import StoreOutcome


class ItemError(msgspec.Struct, frozen=True):
    """Why the element at `index` of the message was not stored."""

    index: int
    code: str
    message: str


class Receipt(msgspec.Struct):
    """What became of one message. accepted + duplicates + quarantined is the number of its
    readings: a structured payload is as many as it has values, or one where it was refused
    whole."""

    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    errors: list[ItemError] = []

    @property
    def total(self) -> int:
        return self.accepted + self.duplicates + self.quarantined

    def plus(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.quarantined + other.quarantined,
            self.errors + other.errors,
        )


def receipts(count: int, outcome: StoreOutcome) -> list[Receipt]:
    """One for each of so many messages, in order; errors by the index of their element."""
    accepted = np.bincount(outcome.accepted, minlength=count).tolist()
    duplicates = np.bincount(outcome.duplicates, minlength=count).tolist()
    answers = [Receipt(*counts) for counts in zip(accepted, duplicates, strict=True)]
    for element in sorted(outcome.rejections, key=lambda element: element.index):
        receipt, why = answers[element.message], element.rejection
        receipt.quarantined += 1
        receipt.errors.append(ItemError(element.index, why.reason, why.message))
    return answers
