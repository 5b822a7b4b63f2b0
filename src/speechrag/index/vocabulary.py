"""The distinct terms of an index: sorted UTF-8 in one file, found by binary search.

A dictionary of 10^6 terms takes a second to read from JSON and 150 MB of memory; this is mapped
from the file and ready at once (docs/adr/0004-lexical-engine.md).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array, save_array

N_TERMS_KEPT = 10_000
"""Terms whose numbers are remembered: each is asked for in every field of a question."""


class Vocabulary:
    """Terms numbered by their order as UTF-8 bytes (which is their order by code point).

    Args:
        blob: All terms, one after the other, UTF-8.
        offsets: int64, shape (n_terms + 1,): where each begins in the blob.
    """

    def __init__(self, blob: bytes | mmap.mmap, offsets: NDArray[np.int64]) -> None:
        self._blob = blob
        self._offsets = offsets
        self._met: dict[str, int | None] = {}

    @classmethod
    def from_sorted(cls, terms: Sequence[bytes]) -> Vocabulary:
        """A vocabulary of terms that are already sorted and distinct."""
        lengths = np.fromiter(map(len, terms), dtype=np.int64, count=len(terms))
        return cls(b"".join(terms), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    @classmethod
    def open(cls, directory: Path) -> Vocabulary:
        """Map the vocabulary kept in a folder."""
        offsets = open_array(directory / "terms.npy")
        with (directory / "terms.bin").open("rb") as file:
            if offsets[-1] == 0:
                return cls(b"", offsets)
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), offsets)

    def save(self, directory: Path) -> None:
        """Write the two files into a folder."""
        (directory / "terms.bin").write_bytes(self._blob[:])
        save_array(directory / "terms.npy", self._offsets)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __iter__(self) -> Iterator[bytes]:
        blob, offsets = self._blob[:], self._offsets.tolist()
        for number in range(len(self)):
            yield blob[offsets[number] : offsets[number + 1]]

    def term(self, number: int) -> str:
        """The term of a number."""
        return self._term(number).decode()

    def number(self, term: str) -> int | None:
        """The number of a term, or None where it is not one; some 10 µs for 10^6 terms."""
        met = self._met
        if term in met:
            return met[term]
        if len(met) >= N_TERMS_KEPT:
            met = self._met = {}
        number = met[term] = self._search(term)
        return number

    def numbers(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """The numbers of many terms, -1 for what is none: shape (len(terms),).

        All terms there are are looked at once, which beats looking each up from some hundreds on.
        """
        wanted: dict[bytes, list[int]] = {}
        for place, term in enumerate(terms):
            wanted.setdefault(term.encode("utf-8", "surrogatepass"), []).append(place)
        found = np.full(len(terms), -1, dtype=np.int64)
        for number, known in enumerate(self):
            if known in wanted:
                found[wanted[known]] = number
        return found

    def _search(self, term: str) -> int | None:
        wanted = term.encode("utf-8", "surrogatepass")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._term(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._term(low) == wanted else None

    def containing(self, part: str) -> list[str]:
        """Every term that contains `part`, in order."""
        wanted = part.encode("utf-8", "surrogatepass")
        found: list[int] = []
        at = self._blob.find(wanted) if wanted else -1
        while at >= 0:
            number = int(np.searchsorted(self._offsets, at, side="right")) - 1
            end = int(self._offsets[number + 1])
            if at + len(wanted) <= end:
                found.append(number)
                at = self._blob.find(wanted, end)
            else:  # it straddles two terms
                at = self._blob.find(wanted, at + 1)
        return [self.term(number) for number in found]

    def _term(self, number: int) -> bytes:
        return self._blob[self._offsets[number] : self._offsets[number + 1]]
