"""What is measured between a paragraph of a draft and a passage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from speechrag.draft.records import Evidence
from speechrag.draft.runs import KeyedText, KeyRun
from speechrag.types import Vectors

MIN_SENTENCE_CHARS = 10  # letters; shorter ones (好不好？) share their words with anything
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
        cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)]
        if len(cosines) < 2:
            return cls()
        # The median and the median deviation: a library of like speeches has many close pairs.
        mean = float(np.median(cosines))
        spread = 1.4826 * float(np.median(np.abs(cosines - mean)))
        return cls(mean, max(spread, 1e-3))

    @classmethod
    def of_store(cls, store: Any) -> Calibration:
        """From a vector store, by the same rows each time."""
        if store.n_vectors == 0:
            return cls()
        rows = np.unique(np.linspace(0, store.n_vectors - 1, N_SAMPLE).astype(np.int64))
        return cls.of_vectors(store.vectors(rows))

    def of(self, cosine: float) -> float:
        """Standard deviations above two unrelated passages."""
        return (cosine - self.mean) / self.deviation


def measure(
    draft: KeyedText,
    passage: KeyedText,
    runs: list[KeyRun],
    cosine: float,
    calibration: Calibration,
) -> Evidence:
    """The evidence between a paragraph and a passage whose common runs are known."""
    counted = [draft.n_counted(run.start, run.end) for run in runs]
    return Evidence(
        longest_run=max(counted, default=0),
        verbatim_share=sum(counted) / draft.n_letters if draft.n_letters else 0.0,
        cosine=calibration.of(cosine),
        overlap=_share(draft.grams, passage.grams),
        sentence_overlap=max(
            (_share(grams, passage.grams) for grams in sentence_grams(draft)), default=0.0
        ),
    )


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
