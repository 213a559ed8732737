"""What is there for all, taken by many: whoever is alone may have much of it, and a newcomer always
finds some.

An asker may hold at most twice what is free, and never more than its cap. Alone that is two thirds
of all; whoever comes next finds a third free and gets two thirds of that, and so on: what is left
shrinks, and is never nothing because of one who came before. As askers leave, the others' shares
grow again. Nobody is counted, no share is computed ahead, nothing has to be taken back.

Source: the dynamic thresholds by which switches share a memory among their ports (Choudhury and
Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998), with factor 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar

Asker = TypeVar("Asker", bound=Hashable)

FACTOR = 2


class Shares(Generic[Asker]):
    """So many in all, and how many of them each asker holds; `each` is the most for one."""

    def __init__(self, in_all: int, *, each: int | None = None) -> None:
        self._in_all = in_all
        self._each = in_all if each is None else each
        self._held: Counter[Asker] = Counter()
        self._taken = 0

    @property
    def free(self) -> int:
        return self._in_all - self._taken

    def held(self, asker: Asker) -> int:
        return self._held[asker]

    def has_reached_cap(self, asker: Asker, amount: int = 1) -> bool:
        """Whether it may not have more even where nobody else asks."""
        return self._held[asker] + amount > self._each

    def may_take(self, asker: Asker, amount: int = 1) -> bool:
        held = self._held[asker] + amount
        return amount <= self.free and held <= self._each and held <= FACTOR * self.free

    def take(self, asker: Asker, amount: int = 1) -> bool:
        """Whether there was as much for it; then it holds that until it gives it back."""
        if not self.may_take(asker, amount):
            return False
        self._held[asker] += amount
        self._taken += amount
        return True

    def give_back(self, asker: Asker, amount: int = 1) -> None:
        left = self._held[asker] - amount
        if left:
            self._held[asker] = left
        else:
            del self._held[asker]
        self._taken -= amount

    def largest(self) -> tuple[Asker, int] | None:
        """Who holds most, and how many."""
        found = self._held.most_common(1)
        return found[0] if found else None
