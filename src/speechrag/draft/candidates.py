"""Which passages a paragraph is compared with: the nearest in meaning, and those with its words.

A passage that repeats one clause of a long paragraph need not be near the paragraph as a whole.
Each clause is therefore asked for by its own words: a passage that repeats it holds all of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from speechrag.draft.runs import KeyedText
from speechrag.index.lexical import MAIN_FIELD
from speechrag.index.tokens import Tokenizer, fold_key
from speechrag.search.candidates import Searchable
from speechrag.types import Encoder, Vectors

N_NEAREST = 12  # passages by meaning a paragraph
N_BY_WORDS = 8  # passages by words a clause
MIN_CLAUSE_CHARS = 8  # letters: a verbatim run is no shorter
MAX_CLAUSE_CHARS = 30
MIN_COVERAGE = 0.75  # of the clause's words, by weight, that a candidate must hold
MAX_UNIT_CHARS = 400  # as long as the passages of the library: what one vector can stand for

_CLAUSE = re.compile(r"[^\uff0c\u3002\uff1b\uff1a\uff1f\uff01,;:?!\n…]+")
Rows = NDArray[np.int64]


class Library(Protocol):
    """What a draft is compared with; `search.engine.Engine` is one."""

    generation: Searchable
    encoder: Encoder
    tokenizer: Tokenizer


def split_clauses(text: str) -> list[str]:
    """The clauses of a paragraph, short ones joined with the next, long ones cut."""
    clauses: list[str] = []
    waiting = ""
    for match in _CLAUSE.finditer(text):
        waiting += match[0]
        if len(fold_key(waiting, ignore_punctuation=True)) >= MIN_CLAUSE_CHARS:
            n_parts = -(-len(waiting) // MAX_CLAUSE_CHARS)
            size = -(-len(waiting) // n_parts)
            clauses += [waiting[i : i + size] for i in range(0, len(waiting), size)]
            waiting = ""
    if waiting and clauses:
        clauses[-1] += waiting
    elif waiting:
        clauses.append(waiting)
    return clauses


@dataclass(frozen=True, slots=True)
class _Term:
    """A word's weight and the passages that hold it, rising: in their text, and above it."""

    idf: float
    body: NDArray[np.int32]
    above: tuple[NDArray[np.int32], ...]


class WordFinder:
    """Finds passages by the words of a clause; each word's passages are looked up once."""

    def __init__(self, library: Library) -> None:
        self._lexical = library.generation.lexical
        self._tokenizer = library.tokenizer
        self._known: dict[str, _Term] = {}

    def rows(self, clause: str, k: int = N_BY_WORDS, min_coverage: float = MIN_COVERAGE) -> Rows:
        """The passages that hold most of a clause's words, weighted by rarity; most first.

        Words that no passage holds do not count.

        Args:
            clause: A few words.
            k: How many at most.
            min_coverage: The share of the words' weight that a passage has to hold, in (0, 1].
        """
        terms = [term for term in self._terms(clause) if len(term.body)]
        total = sum(term.idf for term in terms)
        if not total:
            return np.zeros(0, dtype=np.int64)
        # Who lacks all of the rarest words that together weigh more than may be lacking is out.
        terms.sort(key=lambda term: len(term.body))
        lacking, rarest = 0.0, []
        for term in terms:
            rarest.append(term.body)
            lacking += term.idf
            if lacking > (1 - min_coverage) * total:
                break
        rows = np.unique(np.concatenate(rarest)).astype(np.int64)
        held = np.zeros(len(rows), dtype=np.float32)
        for term in terms:
            held[_are_in(rows, term.body)] += np.float32(term.idf)
        enough = np.flatnonzero(held >= np.float32(min_coverage * total))
        return rows[enough[np.lexsort((rows[enough], -held[enough]))[:k]]]

    def coverage(self, text: str, rows: Rows) -> NDArray[np.float32]:
        """Share of a text's words, by rarity, that each row's passage or its headings hold.

        Words that no passage holds are the rarest of all. Shape (len(rows),), in [0, 1].
        """
        held = np.zeros(len(rows), dtype=np.float32)
        total = 0.0
        for term in self._terms(text):
            total += term.idf
            here = _are_in(rows, term.body)
            for above in term.above:
                here |= _are_in(rows, above)
            held[here] += np.float32(term.idf)
        return held / np.float32(total or 1.0)

    def _terms(self, text: str) -> list[_Term]:
        """The distinct words of a text."""
        found = []
        for word in dict.fromkeys(self._tokenizer.tokenize(text)):
            if word not in self._known:
                rows = {
                    name: self._lexical.postings(word, name)[0] for name in self._lexical.fields
                }
                body = rows.pop(MAIN_FIELD)
                above = tuple(held for held in rows.values() if len(held))
                self._known[word] = _Term(self._lexical.idf(word), body, above)
            found.append(self._known[word])
        return found


def _are_in(rows: Rows, sorted_rows: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which rows are among others, which rise."""
    if not len(sorted_rows):
        return np.zeros(len(rows), dtype=np.bool_)
    at = np.minimum(np.searchsorted(sorted_rows, rows), len(sorted_rows) - 1)
    return np.asarray(sorted_rows[at] == rows, dtype=np.bool_)


def nearest_rows(
    library: Library, texts: Sequence[str], k: int = N_NEAREST
) -> tuple[list[Rows], list[Vectors]]:
    """The passages nearest in meaning to each text, and each text's vectors, in one search.

    A text longer than a passage is looked for in parts; its vectors have shape (n_parts, dim).
    """
    parts = [cut_evenly(without_formulas(text)) for text in texts]
    flat = [part for pieces in parts for part in pieces]
    vectors = library.encoder.encode_passages(flat)
    found = np.full((len(flat), k), -1, dtype=np.int64)
    told = np.flatnonzero(vectors.any(axis=1))  # nothing is near a text without known words
    if len(told):
        found[told] = library.generation.body.search(vectors[told], k)[1]
    rows: list[Rows] = []
    kept: list[Vectors] = []
    at = 0
    for pieces in parts:
        end = at + len(pieces)
        near = np.unique(found[at:end])
        rows.append(near[near >= 0])
        kept.append(vectors[at:end])
        at = end
    return rows, kept


def without_formulas(text: str) -> str:
    """The text with blanks for formulaic phrases, which would make all openings alike."""
    keyed = KeyedText(text)
    if not any(keyed.formulas):
        return text
    chars = list(text)
    for at, is_formula in zip(keyed.offsets, keyed.formulas, strict=True):
        if is_formula:
            chars[at] = " "
    return "".join(chars)


def cut_evenly(text: str, limit: int = MAX_UNIT_CHARS) -> list[str]:
    """The text, or its parts of about equal length cut at ends of sentences where there are any."""
    n_parts = -(-len(text) // limit)
    if n_parts <= 1:
        return [text]
    pieces: list[str] = []
    start = 0
    for number in range(1, n_parts):
        ideal = len(text) * number // n_parts
        stop = max(text.rfind(mark, start + 1, ideal + limit // 4) for mark in "。；！？\n")
        stop = ideal if stop <= start else stop + 1
        pieces.append(text[start:stop])
        start = stop
    return [piece for piece in (*pieces, text[start:]) if piece]


def gather_rows(
    library: Library, words: WordFinder, texts: Sequence[str]
) -> tuple[list[Rows], list[Vectors]]:
    """For each text the rows to compare it with, rising, and its vectors."""
    near, vectors = nearest_rows(library, texts)
    rows = []
    for text, found in zip(texts, near, strict=True):
        by_words = [words.rows(clause) for clause in split_clauses(text)]
        rows.append(np.unique(np.concatenate([found, *by_words])).astype(np.int64))
    return rows, vectors
