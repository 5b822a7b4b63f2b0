"""Groups of nearly identical passages, so that a list of hits shows each wording once.

Two passages are nearly identical when nine tenths of the longer one's stretches of four characters
stand in the other, spacing and punctuation aside. Pairs worth comparing are found by MinHash
(Broder 1997) with banding; each pair is then compared in full, so that a sketch decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from speechrag.index.tokens import fold_key

SHINGLE_CHARS = 4
MIN_SHARE = 0.9
"""Of the larger set of shingles that must be shared."""

N_BANDS, N_PER_BAND = 8, 4
"""A pair that shares 0.9 (Jaccard 0.82) meets in some band with probability 0.99; 0.5, in 0.10."""


def _odd_numbers(seed: int, count: int) -> NDArray[np.uint64]:
    """Odd 64-bit factors for multiplicative hashing (splitmix64, Steele and others 2014)."""
    state = seed
    numbers = []
    for _ in range(count):
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) % 2**64
        numbers.append((mixed ^ (mixed >> 31)) | 1)
    return np.asarray(numbers, dtype=np.uint64)


_FACTORS = _odd_numbers(1997, N_BANDS * N_PER_BAND)
_POWERS = _odd_numbers(2014, SHINGLE_CHARS)


def sketch_texts(texts: Sequence[str]) -> NDArray[np.uint64]:
    """What is kept of texts to find their near copies: uint64, shape (len(texts), N_BANDS).

    Texts with equal keys have equal sketches. Some 30 µs for 200 characters.
    """
    if not texts:
        return np.zeros((0, N_BANDS), dtype=np.uint64)
    shingles, starts = _all_shingles(texts)
    least = np.empty((len(texts), len(_FACTORS)), dtype=np.uint64)
    for number, factor in enumerate(_FACTORS):
        hashes = shingles * factor
        hashes ^= hashes >> np.uint64(32)
        least[:, number] = np.minimum.reduceat(hashes, starts)
    bands = least.reshape(-1, N_BANDS, N_PER_BAND) * _FACTORS[:N_PER_BAND]
    return np.asarray(bands.sum(axis=2, dtype=np.uint64))


def group_rows(
    sketches: NDArray[np.uint64],
    text_of: Callable[[int], str],
    known: NDArray[np.int32] | None = None,
    told: Callable[[int, int], None] | None = None,
) -> NDArray[np.int32]:
    """The group of each row, int32: the least row among the passages nearly identical to it.

    Args:
        sketches: Shape (n, N_BANDS).
        text_of: The text of a row; asked only of rows that share a band.
        known: The group of each row in an earlier run, or -1: two rows known then are
            nearly identical exactly if they were then.
        told: Called with how many rows' worth of the work is done, and the number of rows.
    """
    groups = _Groups(len(sketches))
    n_rows, n_bands = sketches.shape
    for band in range(n_bands):
        if told is not None:
            told(n_rows * band // n_bands, n_rows)
        column = sketches[:, band]
        order = np.argsort(column, kind="stable")
        same = column[order][1:] == column[order][:-1]
        first = -1
        for at in np.flatnonzero(same).tolist():
            if at == 0 or not same[at - 1]:
                first = int(order[at])
            here, before = int(order[at + 1]), int(order[at])
            for other in {first, before}:
                if groups.find(here) != groups.find(other) and _alike(here, other, text_of, known):
                    groups.join(here, other)
    return groups.array()


def _alike(a: int, b: int, text_of: Callable[[int], str], known: NDArray[np.int32] | None) -> bool:
    if known is not None and known[a] >= 0 and known[b] >= 0:
        return bool(known[a] == known[b])
    return share(text_of(a), text_of(b)) >= MIN_SHARE


def share(a: str, b: str) -> float:
    """The share of the larger text's distinct shingles that the other holds too, in [0, 1]."""
    ours, theirs = np.unique(_shingles(a)), np.unique(_shingles(b))
    common = np.intersect1d(ours, theirs, assume_unique=True)
    return len(common) / max(len(ours), len(theirs))


def _shingles(text: str) -> NDArray[np.uint64]:
    """A number for each stretch of four characters of a text's key; one for a shorter text."""
    return _all_shingles([text])[0]


def _all_shingles(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The shingles of all texts, one after the other, and where those of each begin."""
    keys = [fold_key(text, ignore_punctuation=True) or text or " " for text in texts]
    codes = np.frombuffer("".join(keys).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter(map(len, keys), np.int64, len(keys))
    counts = np.maximum(lengths - SHINGLE_CHARS + 1, 1)
    starts = np.cumsum(counts) - counts
    # where each shingle begins among the characters of all keys
    at = np.arange(int(counts.sum())) + np.repeat(np.cumsum(lengths) - lengths - starts, counts)
    widths = np.repeat(np.minimum(lengths, SHINGLE_CHARS), counts)
    total = codes[at] * _POWERS[0]
    for place in range(1, SHINGLE_CHARS):
        if len(lengths) and int(lengths.min()) >= SHINGLE_CHARS:
            total += codes[at + place] * _POWERS[place]
        else:
            wide = widths > place
            total[wide] += codes[at[wide] + place] * _POWERS[place]
    total ^= total >> np.uint64(29)
    return np.asarray(total), starts


class _Groups:
    """Disjoint sets of rows, each named by its least row."""

    def __init__(self, n_rows: int) -> None:
        self._parent = list(range(n_rows))

    def find(self, row: int) -> int:
        parent = self._parent
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.find(a), self.find(b)))
        self._parent[high] = low

    def array(self) -> NDArray[np.int32]:
        return np.asarray([self.find(row) for row in range(len(self._parent))], dtype=np.int32)
