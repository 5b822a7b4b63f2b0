"""What is measured between a paragraph of a draft and a passage."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speechrag.draft.records import Closeness, Evidence
from speechrag.draft.runs import KeyedText, KeyRun
from speechrag.types import Vectors

MIN_SENTENCE_CHARS = 16  # letters; shorter ones share their words with some passage by chance
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

    def of(self, cosines: Vectors) -> Vectors:
        """Standard deviations above two unrelated texts."""
        return (cosines - np.float32(self.mean)) / np.float32(self.deviation)


def sample_rows(n_rows: int) -> NDArray[np.int64]:
    """Row numbers taken evenly from a store, the same each time."""
    return np.unique(np.linspace(0, max(0, n_rows - 1), N_SAMPLE).astype(np.int64))[:n_rows]


def measure(
    draft: KeyedText,
    passage: KeyedText,
    runs: list[KeyRun],
    closeness: Closeness,
    sentences: Sequence[frozenset[str]],
) -> Evidence:
    """The evidence between a paragraph and a passage.

    Args:
        draft: The paragraph.
        passage: The passage.
        runs: Their common runs.
        closeness: Of the two, as `Background` measures it.
        sentences: `sentence_grams(draft)`.
    """
    counted = [draft.n_counted(run.start, run.end) for run in runs]
    return Evidence(
        longest_run=max(counted, default=0),
        verbatim_share=sum(counted) / draft.n_letters if draft.n_letters else 0.0,
        copied_sentence=max(_copied_sentences(draft, runs), default=0),
        cosine=closeness.cosine,
        surroundings=closeness.surroundings,
        coverage=closeness.coverage,
        overlap=_share(draft.grams, passage.all_grams),
        sentence_overlap=max(_share(grams, passage.all_grams) for grams in sentences),
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
