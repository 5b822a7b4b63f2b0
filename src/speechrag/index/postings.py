"""Building the postings of a lexical index with bounded memory.

Rows are given one after the other, as new tokens or as rows of an earlier index that live on.
Postings are spilled to disk as they grow, and at the end each is written to the place that the
counts of its term assign to it: linear in the number of postings, whatever the library's size.
"""

from __future__ import annotations

import shutil
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import create_array, save_array, save_json
from speechrag.index.lexical import LEXICAL_VERSION
from speechrag.index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from speechrag.index.lexical import Field, LexicalIndex

SPILL_POSTINGS = 4_000_000
"""Tokens held in memory before they go to disk, and postings moved at a time: some 100 MB."""

Block = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint16]]  # terms, rows, frequencies


class PostingsBuilder:
    """Collects rows and writes a `LexicalIndex` into a folder.

    Args:
        directory: Where the index is to stand; made if it is not there.
        fields: The names of the fields; each row has tokens in each.
        previous: An earlier index whose rows may be taken over.
    """

    def __init__(
        self, directory: Path, fields: Sequence[str], previous: LexicalIndex | None = None
    ) -> None:
        self._directory = directory
        self._previous = previous
        # Terms of the earlier index keep their numbers until the end.
        self._numbers: defaultdict[str, int] = defaultdict()
        self._numbers.default_factory = self._numbers.__len__  # a new term gets the next number
        if previous is not None:
            self._numbers.update(
                (term.decode("utf-8", "surrogatepass"), number)
                for number, term in enumerate(previous.vocabulary)
            )
        self._n_rows = 0
        self._old_rows = np.full(previous.n_rows if previous else 0, -1, dtype=np.int32)
        self._spill = directory / "spill"
        self._spill.mkdir(parents=True)
        self._fields = {name: _FieldBuffer(self._spill / name) for name in fields}

    def add(self, tokens: Mapping[str, Sequence[str]]) -> None:
        """The next row, given by its tokens in each field."""
        for name, buffer in self._fields.items():
            buffer.add(self._n_rows, map(self._numbers.__getitem__, tokens[name]))
        self._n_rows += 1

    def number(self, terms: Sequence[str]) -> NDArray[np.int32]:
        """The numbers by which `add_rows` knows terms."""
        return np.fromiter(map(self._numbers.__getitem__, terms), np.int32, len(terms))

    def add_rows(
        self,
        numbers: Mapping[str, NDArray[np.int32]],
        counts: Mapping[str, NDArray[np.int32]],
    ) -> None:
        """The next rows.

        Args:
            numbers: The tokens of each field of all these rows, one row after the other.
            counts: How many tokens of each field each row has, shape (n_rows,).
        """
        n_rows = 0
        for name, buffer in self._fields.items():
            n_rows = len(counts[name])
            buffer.add_rows(self._n_rows, numbers[name], counts[name])
        self._n_rows += n_rows

    def add_previous(self, start: int, stop: int) -> None:
        """The next rows are the rows `start:stop` of the earlier index, each taken only once."""
        assert self._previous is not None
        n_rows = stop - start
        self._old_rows[start:stop] = np.arange(self._n_rows, self._n_rows + n_rows, dtype=np.int32)
        for name, buffer in self._fields.items():
            buffer.lengths.extend(self._previous.fields[name].lengths[start:stop].tolist())
        self._n_rows += n_rows

    def finish(self, told: Callable[[int, int], None] | None = None) -> None:
        """Write the index.

        Args:
            told: Called with how many postings are written, and how many there are.
        """
        n_terms = len(self._numbers)
        counts = {name: np.zeros(n_terms, dtype=np.int64) for name in self._fields}
        for name in self._fields:
            for terms, _rows, _frequencies in self._blocks(name):
                counts[name] += np.bincount(terms, minlength=n_terms)
        used = np.zeros(n_terms, dtype=bool)
        for count in counts.values():
            used |= count > 0
        all_terms = [term.encode("utf-8", "surrogatepass") for term in self._numbers]
        order = sorted(np.flatnonzero(used).tolist(), key=all_terms.__getitem__)
        Vocabulary.from_sorted([all_terms[number] for number in order]).save(self._directory)
        ranks = np.full(n_terms, -1, dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        n_postings, n_written = sum(int(count.sum()) for count in counts.values()), 0
        for name in self._fields:
            for size in self._write_field(name, counts[name][order], ranks):
                n_written += size
                if told is not None:
                    told(n_written, n_postings)
        save_json(
            self._directory / "lexical.json",
            {"version": LEXICAL_VERSION, "fields": list(self._fields), "n_rows": self._n_rows},
        )
        shutil.rmtree(self._spill)

    def _blocks(self, name: str) -> Iterator[Block]:
        """Every posting of a field, by terms' provisional numbers."""
        if self._previous is not None:
            yield from _taken_over(self._previous.fields[name], self._old_rows)
        yield from self._fields[name].blocks()

    def _write_field(
        self, name: str, counts: NDArray[np.int64], ranks: NDArray[np.int32]
    ) -> Iterator[int]:
        """Write a field; gives the number of postings after each block of them."""
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        n_postings = int(indptr[-1])
        all_rows = create_array(self._directory / f"{name}.rows.npy", np.int32, (n_postings,))
        all_tf = create_array(self._directory / f"{name}.tf.npy", np.uint16, (n_postings,))
        cursor = indptr[:-1].copy()
        for terms, rows, frequencies in self._blocks(name):
            places = _places(ranks[terms], cursor)
            all_rows[places] = rows
            all_tf[places] = frequencies
            yield len(rows)
        _sort_rows(indptr, all_rows, all_tf)
        save_array(self._directory / f"{name}.indptr.npy", indptr)
        lengths = np.frombuffer(self._fields[name].lengths, dtype=np.int32)
        save_array(self._directory / f"{name}.lengths.npy", lengths)


class _FieldBuffer:
    """The tokens of one field as they come, in memory; as postings, row by row, on disk."""

    def __init__(self, folder: Path) -> None:
        self.lengths = array("i")
        self._tokens = array("i")
        self._rows = array("q")  # those with tokens in memory, and how many each has
        self._counts = array("q")
        self._folder = folder
        self._n_spilled = 0
        folder.mkdir()

    def add(self, row: int, tokens: Iterable[int]) -> None:
        before = len(self._tokens)
        self._tokens.extend(tokens)
        count = len(self._tokens) - before
        self.lengths.append(count)
        self._rows.append(row)
        self._counts.append(count)
        self._spill_when_full()

    def add_rows(
        self, first_row: int, tokens: NDArray[np.int32], counts: NDArray[np.int32]
    ) -> None:
        self._tokens.frombytes(tokens.tobytes())
        self.lengths.frombytes(counts.tobytes())
        self._rows.extend(range(first_row, first_row + len(counts)))
        self._counts.extend(counts.tolist())
        self._spill_when_full()

    def blocks(self) -> Iterator[Block]:
        self._spill()
        for number in range(self._n_spilled):
            terms, rows, frequencies = (
                np.load(self._folder / f"{number}{part}.npy", allow_pickle=False) for part in "trf"
            )
            yield terms, rows, frequencies

    def _spill_when_full(self) -> None:
        if len(self._tokens) >= SPILL_POSTINGS:
            self._spill()

    def _spill(self) -> None:
        if not self._rows:
            return
        tokens = np.frombuffer(self._tokens, dtype=np.int32)
        rows = np.repeat(
            np.frombuffer(self._rows, dtype=np.int64), np.frombuffer(self._counts, dtype=np.int64)
        )
        pairs, counts = np.unique((rows << 32) | tokens, return_counts=True)
        frequencies = np.minimum(counts, 0xFFFF).astype(np.uint16)
        for part, values in (
            ("t", (pairs & 0xFFFFFFFF).astype(np.int32)),
            ("r", (pairs >> 32).astype(np.int32)),
            ("f", frequencies),
        ):
            save_array(self._folder / f"{self._n_spilled}{part}.npy", values)
        del tokens
        self._tokens, self._rows, self._counts = array("i"), array("q"), array("q")
        self._n_spilled += 1


def _taken_over(field: Field, new_rows: NDArray[np.int32]) -> Iterator[Block]:
    """Postings of an earlier index whose rows live on, under their new row numbers."""
    start = 0
    n_terms = len(field.indptr) - 1
    while start < n_terms:
        limit = int(field.indptr[start]) + SPILL_POSTINGS
        stop = max(start + 1, int(np.searchsorted(field.indptr, limit, side="right")) - 1)
        stop = min(stop, n_terms)
        low, high = int(field.indptr[start]), int(field.indptr[stop])
        rows = new_rows[field.rows[low:high]]
        living = rows >= 0
        sizes = np.diff(field.indptr[start : stop + 1])
        terms = np.repeat(np.arange(start, stop, dtype=np.int32), sizes)
        yield terms[living], rows[living], field.frequencies[low:high][living]
        start = stop


def _places(terms: NDArray[np.int32], cursor: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each posting of a block goes; moves each term's cursor past its postings."""
    order = np.argsort(terms, kind="stable")
    sorted_terms = terms[order]
    distinct, first, sizes = np.unique(sorted_terms, return_index=True, return_counts=True)
    rank_in_term = np.arange(len(terms)) - np.repeat(first, sizes)
    places = np.empty(len(terms), dtype=np.int64)
    places[order] = cursor[sorted_terms] + rank_in_term
    cursor[distinct] += sizes
    return places


def _sort_rows(
    indptr: NDArray[np.int64], rows: NDArray[np.int32], frequencies: NDArray[np.uint16]
) -> None:
    """Put each term's rows in rising order, where rows taken over came before new ones."""
    n_terms = len(indptr) - 1
    start = 0
    while start < n_terms:
        limit = int(indptr[start]) + SPILL_POSTINGS
        stop = max(start + 1, int(np.searchsorted(indptr, limit, side="right")) - 1)
        stop = min(stop, n_terms)
        low, high = int(indptr[start]), int(indptr[stop])
        terms = np.repeat(
            np.arange(stop - start, dtype=np.int64), np.diff(indptr[start : stop + 1])
        )
        keys = (terms << 32) | rows[low:high]
        if np.any(keys[1:] < keys[:-1]):
            order = np.argsort(keys, kind="stable")
            rows[low:high] = rows[low:high][order]
            frequencies[low:high] = frequencies[low:high][order]
        start = stop
