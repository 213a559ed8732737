"""Pictures that say what they are: a number as black and white blocks along the upper edge, which
survives compression, and text in a small font below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 320, 192
BITS = 32
_MARKS = (1, 0, 1, 0)  # before the bits: what is white here, and what is black
_CELL = WIDTH // (BITS + len(_MARKS))
_WHITE, _BLACK = 235, 16
_LEAST_CONTRAST = 80
_SCALE = 3

Luma = NDArray[np.uint8]

# Three columns, five rows, the upper one first.
_ROWS = {
    "0": (7, 5, 5, 5, 7), "1": (2, 6, 2, 2, 7), "2": (7, 1, 7, 4, 7), "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1), "5": (7, 4, 7, 1, 7), "6": (7, 4, 7, 5, 7), "7": (7, 1, 2, 2, 2),
    "8": (7, 5, 7, 5, 7), "9": (7, 5, 7, 1, 7), "-": (0, 0, 7, 0, 0), ":": (0, 2, 0, 2, 0),
    ".": (0, 0, 0, 0, 2), "C": (7, 4, 4, 4, 7), "F": (7, 4, 7, 4, 4), "°": (2, 5, 2, 0, 0),
}  # fmt: skip


def draw(number: int, lines: Sequence[str]) -> NDArray[Any]:
    """An I420 picture. What the font lacks is left out."""
    rows, columns = np.arange(HEIGHT) // 8, np.arange(WIDTH) // 8 + number
    luma = (np.add.outer(rows, columns) % 64 + 64).astype(np.uint8)
    bits = [*_MARKS, *(number >> (BITS - 1 - at) & 1 for at in range(BITS))]
    for at, bit in enumerate(bits):
        luma[: _CELL * 2, at * _CELL : (at + 1) * _CELL] = _WHITE if bit else _BLACK
    for at, line in enumerate(lines):
        _write(luma, line, top=40 + at * 8 * _SCALE)
    return np.concatenate([luma, np.full((HEIGHT // 2, WIDTH), 128, np.uint8)])


def number_in(luma: Luma) -> int | None:
    """The number in a decoded picture; None where there is none."""
    cells = luma[_CELL // 2 : _CELL * 3 // 2, : _CELL * (BITS + len(_MARKS))]
    means = cells.reshape(len(cells), -1, _CELL)[:, :, 2:-2].mean(axis=(0, 2))
    white, black = (means[0] + means[2]) / 2, (means[1] + means[3]) / 2
    if white - black < _LEAST_CONTRAST:
        return None
    number = 0
    for mean in means[len(_MARKS) :]:
        number = number << 1 | bool(mean > (white + black) / 2)
    return number


def _write(luma: Luma, text: str, *, top: int) -> None:
    left = 16
    for character in text:
        for row, bits in enumerate(_ROWS.get(character, (0,) * 5)):
            for column in range(3):
                if bits >> (2 - column) & 1:
                    y, x = top + row * _SCALE, left + column * _SCALE
                    luma[y : y + _SCALE, x : x + _SCALE] = _WHITE
        left += 4 * _SCALE
