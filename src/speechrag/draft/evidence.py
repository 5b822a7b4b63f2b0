"""What is measured between a paragraph of a draft and a passage."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from speechrag.draft.records import Evidence
from speechrag.draft.runs import KeyedText, KeyRun
from speechrag.index.vector_store import VectorStore
from speechrag.types import Vectors

MIN_SENTENCE_CHARS = 16  # letters; shorter ones share their words with some passage by chance
N_FITTED = 227  # passages of the library of the labelled pairs
N_SAMPLE = 400  # passages that the calibration compares with each other: 80,000 pairs

SENTENCE_END = re.compile(r"[。！？!?；;\n]+[”’」』）)》]*")


@dataclass(frozen=True, slots=True)
class Calibration:
    """How like each other two unrelated passages of a library are, by this encoder.

    Cosines of different encoders are not comparable; standard deviations above the mean of
    unrelated pairs are.
    """

    mean: float = 0.0
    deviation: float = 1.0

    @classmethod
    def of_vectors(cls, vectors: Vectors) -> Calibration:
        """From the vectors of passages taken evenly from a library, unit norm, shape (n, dim)."""
        return cls.of_cosines((vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)])

    @classmethod
    def of_cosines(cls, cosines: Vectors) -> Calibration:
        """From the cosines of pairs most of which are unrelated."""
        if cosines.size < 2:
            return cls()
        # The median and the median deviation: a library of like speeches has many close pairs.
        mean = float(np.median(cosines))
        spread = 1.4826 * float(np.median(np.abs(cosines - mean)))
        return cls(mean, max(spread, 1e-3))

    @classmethod
    def of_store(cls, store: VectorStore) -> Calibration:
        """From a vector store, by the same rows each time, corrected for its size.

        The nearest of many unrelated passages is nearer than the nearest of few: for normal
        deviates by sqrt(2 ln n) deviations. The thresholds were fitted among `N_FITTED` passages.
        """
        plain = cls.of_vectors(sample_rows(store))
        n = max(store.n_vectors, N_FITTED)
        excess = math.sqrt(2 * math.log(n)) - math.sqrt(2 * math.log(N_FITTED))
        return cls(plain.mean + excess * plain.deviation, plain.deviation)

    @classmethod
    def of_stores(cls, body: VectorStore, context: VectorStore) -> Calibration:
        """From the passages of a library and its titles and headings."""
        if not body.n_vectors or not context.n_vectors:
            return cls()
        return cls.of_cosines(sample_rows(body) @ sample_rows(context).T)

    def of(self, cosine: float) -> float:
        """Standard deviations above two unrelated texts."""
        return (cosine - self.mean) / self.deviation


def sample_rows(store: VectorStore) -> Vectors:
    """Rows taken evenly from a store, the same each time."""
    last = max(0, store.n_vectors - 1)
    rows = np.unique(np.linspace(0, last, N_SAMPLE).astype(np.int64))
    return store.vectors(rows[: store.n_vectors])


def measure(
    draft: KeyedText,
    passage: KeyedText,
    runs: list[KeyRun],
    cosine: float,
    context: float,
    sentences: Sequence[frozenset[str]],
) -> Evidence:
    """The evidence between a paragraph and a passage.

    Args:
        draft: The paragraph.
        passage: The passage.
        runs: Their common runs.
        cosine: Calibrated.
        context: The calibrated cosine of the paragraph and the passage's title and headings.
        sentences: `sentence_grams(draft)`.
    """
    counted = [draft.n_counted(run.start, run.end) for run in runs]
    return Evidence(
        longest_run=max(counted, default=0),
        verbatim_share=sum(counted) / draft.n_letters if draft.n_letters else 0.0,
        copied_sentence=max(_copied_sentences(draft, runs), default=0),
        cosine=cosine,
        context=context,
        overlap=_share(draft.grams, passage.grams),
        sentence_overlap=max(_share(grams, passage.grams) for grams in sentences),
    )


def _copied_sentences(draft: KeyedText, runs: Sequence[KeyRun]) -> Iterator[int]:
    """Letters of each sentence that lies in one run."""
    for start, end in sentence_spans(draft.text):
        low, high = bisect_left(draft.offsets, start), bisect_left(draft.offsets, end)
        if any(run.start <= low and high <= run.end for run in runs):
            yield draft.n_counted(low, high)


def sentence_grams(keyed: KeyedText) -> list[frozenset[str]]:
    """The letter pairs of each sentence long enough to say something."""
    sentences = [keyed.text[a:b] for a, b in sentence_spans(keyed.text)]
    parts = [KeyedText(sentence) for sentence in sentences]
    long = [part.grams for part in parts if part.n_letters >= MIN_SENTENCE_CHARS]
    return long or [keyed.grams]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a paragraph, blank ones left out; a semicolon ends one, too."""
    spans = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if any(c.isalnum() for c in text[a:b])]


def _share(grams: frozenset[str], held: frozenset[str]) -> float:
    return len(grams & held) / len(grams) if grams else 0.0
