"""BM25 over several fields, from postings mapped from disk.

Score of a term in a field, in the Lucene variant (Kamphuis, de Vries, Boytsov, Lin: "Which BM25 do
you mean?", ECIR 2020): idf · tf / (tf + k1 · (1 - b + b · length / average length)), with
idf = ln(1 + (N - df + 0.5) / (df + 0.5)); the constant factor k1 + 1 of older forms is left out.

Term frequencies are kept rather than finished scores: a quarter less on disk, k1 and b stay
settings of the query, and a rebuild can take over the postings of unchanged passages
(docs/adr/0004-lexical-engine.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array, open_json
from speechrag.index.vocabulary import Vocabulary

if TYPE_CHECKING:
    from typing import Self

LEXICAL_VERSION = 1
MAIN_FIELD = "body"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Bm25:
    """The two constants of BM25; the defaults are Lucene's b and bm25s's k1."""

    k1: float = 1.5
    b: float = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field's postings, by term: `rows[indptr[t]:indptr[t + 1]]` hold term t, rising."""

    indptr: NDArray[np.int64]
    rows: NDArray[np.int32]
    frequencies: NDArray[np.uint16]
    lengths: NDArray[np.int32]

    def norms(self, bm25: Bm25) -> Floats:
        """k1 · (1 - b + b · length / average length) of each row."""
        average = (
            max(float(self.lengths.mean(dtype=np.float64)), 1e-9) if len(self.lengths) else 1.0
        )
        norms = bm25.k1 * (1 - bm25.b + bm25.b * self.lengths.astype(np.float64) / average)
        return norms.astype(np.float32)


class LexicalIndex:
    """Which passages hold which words, and how well a set of words fits each passage."""

    def __init__(
        self, vocabulary: Vocabulary, fields: Mapping[str, Field], bm25: Bm25 | None = None
    ) -> None:
        self._vocabulary = vocabulary
        self._fields = dict(fields)
        self._bm25 = bm25 or Bm25()
        self._norms: dict[str, Floats] = {}  # made when first asked for: as long as the library

    @classmethod
    def open(cls, directory: Path, bm25: Bm25 | None = None) -> Self:
        """Map the index kept in a folder; takes milliseconds at any size."""
        fields = {
            name: Field(
                indptr=open_array(directory / f"{name}.indptr.npy"),
                rows=open_array(directory / f"{name}.rows.npy"),
                frequencies=open_array(directory / f"{name}.tf.npy"),
                lengths=open_array(directory / f"{name}.lengths.npy"),
            )
            for name in open_json(directory / "lexical.json")["fields"]
        }
        return cls(Vocabulary.open(directory), fields, bm25)

    @classmethod
    def build(
        cls,
        directory: Path,
        fields: Mapping[str, Iterable[list[str]]],
        bm25: Bm25 | None = None,
    ) -> Self:
        """Index the tokens of passages, given field by field, into a folder, and open it."""
        from speechrag.index.postings import PostingsBuilder

        builder = PostingsBuilder(directory, tuple(fields))
        for row in zip(*fields.values(), strict=True):
            builder.add(dict(zip(fields, row, strict=True)))
        builder.finish()
        return cls.open(directory, bm25)

    @property
    def n_rows(self) -> int:
        """Passages indexed."""
        return len(next(iter(self._fields.values())).lengths)

    @property
    def vocabulary(self) -> Vocabulary:
        """The distinct terms of all fields."""
        return self._vocabulary

    @property
    def fields(self) -> Mapping[str, Field]:
        """The postings by field."""
        return self._fields

    def df(self, term: str, field: str = MAIN_FIELD) -> int:
        """How many passages hold the term."""
        return len(self.postings(term, field)[0])

    def dfs(self, terms: Sequence[str], field: str = MAIN_FIELD) -> NDArray[np.int64]:
        """The `df` of many terms: shape (len(terms),)."""
        numbers = self._vocabulary.numbers(terms)
        indptr = self._fields[field].indptr
        counts = np.zeros(len(terms), dtype=np.int64)
        known = numbers >= 0
        counts[known] = indptr[numbers[known] + 1] - indptr[numbers[known]]
        return counts

    def idf(self, term: str, field: str = MAIN_FIELD) -> float:
        """Lucene's inverse document frequency; of a term that no passage holds, the greatest."""
        return self._idf(self.df(term, field))

    def postings(
        self, term: str, field: str = MAIN_FIELD
    ) -> tuple[NDArray[np.int32], NDArray[np.uint16]]:
        """The rows that hold a term, rising, and how often each holds it."""
        number = self._vocabulary.number(term)
        held = self._fields[field]
        if number is None:
            return held.rows[:0], held.frequencies[:0]
        start, end = held.indptr[number], held.indptr[number + 1]
        return held.rows[start:end], held.frequencies[start:end]

    def terms_containing(self, part: str) -> list[str]:
        """The terms that contain a character or stretch, for questions shorter than a word."""
        return self._vocabulary.containing(part)

    def scores(
        self, terms: Mapping[str, float], field_weights: Mapping[str, float] | None = None
    ) -> Floats:
        """Every passage's score: float32, shape (n_rows,), 0 where it holds none of the terms.

        Args:
            terms: The weight of each term (1.0: as BM25 has it).
            field_weights: The weight of each field; without it, the main field alone.
        """
        scores = np.zeros(self.n_rows, dtype=np.float32)
        for name, field_weight in (field_weights or {MAIN_FIELD: 1.0}).items():
            if field_weight == 0:
                continue
            norms = self._norms_of(name)
            for term, weight in terms.items():
                rows, tf = self.postings(term, name)
                if len(rows):
                    factor = np.float32(self._idf(len(rows)) * weight * field_weight)
                    # A term's rows are distinct, so that += reaches each of them.
                    scores[rows] += factor * (tf / (tf + norms[rows]))
        return scores

    def search(
        self,
        terms: Mapping[str, float],
        k: int,
        field_weights: Mapping[str, float] | None = None,
        allowed: NDArray[np.bool_] | None = None,
    ) -> tuple[Floats, NDArray[np.int64]]:
        """The k best passages with a score above 0: scores, falling, and rows; ties by row."""
        return top_rows(self.scores(terms, field_weights), k, allowed)

    def _norms_of(self, field: str) -> Floats:
        if field not in self._norms:
            self._norms[field] = self._fields[field].norms(self._bm25)
        return self._norms[field]

    def _idf(self, df: int) -> float:
        return math.log(1 + (self.n_rows - df + 0.5) / (df + 0.5))


def top_rows(
    scores: Floats, k: int, allowed: NDArray[np.bool_] | None = None
) -> tuple[Floats, NDArray[np.int64]]:
    """The k greatest scores above 0, falling, ties by row number; fewer where there are fewer."""
    positive = scores > 0
    rows = np.flatnonzero(positive if allowed is None else positive & allowed)
    found = scores[rows]
    if k <= 0:
        return found[:0], rows[:0]
    if len(rows) > k:
        least = np.partition(found, len(found) - k)[len(found) - k]
        above = np.flatnonzero(found > least)
        level = np.flatnonzero(found == least)[: k - len(above)]
        kept = np.sort(np.concatenate([above, level]))
        rows, found = rows[kept], found[kept]
    order = np.argsort(-found, kind="stable")
    return found[order], rows[order]
