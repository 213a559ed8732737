"""The packs that ship with the product: readable files, checked like any other pack."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from app.catalogue.packs import documents
from app.catalogue.packs.checking import checked, hash_of
from app.catalogue.packs.format import PackDocument

FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class ShippedPack:
    document: PackDocument
    hash: str


@functools.cache
def shipped_packs() -> dict[str, ShippedPack]:
    """By name. Raises ValueError for a file that is no pack: a test reads them all."""
    found = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        pack, faults = checked(documents.read(file.read_bytes(), is_json=False))
        if pack is None:
            raise ValueError(f"{file.name}: {faults}")
        found[pack.name] = ShippedPack(pack, hash_of(pack))
    return found
