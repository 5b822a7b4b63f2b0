"""How sure one may be that the passages found answer the question.

A logistic model over what the stages of the search say in absolute terms, so that the scores of
different questions can be held against one threshold. Its coefficients are fitted by
`python -m benchmarks.answers.calibrate` on answerable questions and on questions that no speech of
the library answers (benchmarks/results/answers-refusal.md).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

import numpy as np

from speechrag.answer.facts import asked_kind, find_names, find_spans
from speechrag.answer.records import FactKind
from speechrag.search.late import Floats, TokenRows
from speechrag.search.query import Query
from speechrag.search.rescore import split_sentences
from speechrag.search.stopwords import QUESTION_WORDS
from speechrag.types import Encoder, Hit, Vectors

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

PARTS = ("dense", "lexical", "context")
N_NEAR = 60  # words of the language near the question
N_AROUND = 12  # words near each of its tokens
N_HITS = 5  # whose text is looked at; an answer further down is none for a person
MIN_TOLD = 0.65  # about where a sentence that gives the fact parts from one that does not
NEUTRAL = 0.5  # where an encoder cannot tell

# Feature → (mean, scale, coefficient), and the intercept: printed by benchmarks.answers.calibrate.
MODEL: dict[str, tuple[float, float, float]] = {
    "dense": (0.0653, 0.0247, 1.0152),
    "lexical": (0.0042, 0.0065, -0.8840),
    "context": (0.0125, 0.0083, 0.4940),
    "lead": (0.1524, 0.1530, 0.2761),
    "close": (0.6106, 0.2200, 0.1761),
    "known": (0.2025, 0.0890, 0.7934),
    "known_words": (0.2327, 0.1008, 0.9721),
    "told": (-0.0036, 0.1609, 0.6179),
    "elsewhere": (0.0524, 0.2228, -0.1803),
    "english": (0.1657, 0.3594, -0.1493),
}
INTERCEPT = 0.3728


class Terms(Protocol):
    """What a library knows of a term; the lexical index is one."""

    def df(self, term: str) -> int:
        """In how many passages it stands."""


@runtime_checkable
class WordVectors(Protocol):
    """An encoder that knows the words of a language."""

    def common_words(self, script: str) -> tuple[Sequence[str], Vectors]:
        """The common words of a script, and their unit vectors, shape (n_words, dim)."""


class Vocabulary:
    """The common words of the language, and which of them a library uses.

    Args:
        encoder: Names the words and gives their unit vectors.
        terms: The library's.

    """

    def __init__(self, encoder: WordVectors, terms: Terms) -> None:
        words, self._vectors = encoder.common_words("zh")
        self._is_used = np.array([terms.df(word) > 0 for word in words], dtype=np.bool_)

    def used_near(self, vectors: Vectors, n_near: int) -> Floats:
        """Of the words nearest to each vector, those in use: shares in [0, 1], by cosine."""
        if not len(vectors) or not len(self._is_used):
            return np.full(len(vectors), NEUTRAL, dtype=np.float32)
        cosines = vectors @ self._vectors.T
        n_near = min(n_near, cosines.shape[1])
        near = np.argpartition(-cosines, n_near - 1, axis=1)[:, :n_near]
        weights = np.maximum(np.take_along_axis(cosines, near, axis=1), 1e-6)
        shares: Floats = (weights * self._is_used[near]).sum(axis=1) / weights.sum(axis=1)
        return shares


# Built once for each engine, in a fifth of a second, and kept while the engine is in use.
_vocabularies: WeakKeyDictionary[Engine, Vocabulary] = WeakKeyDictionary()
_building = threading.Lock()


def confidence(query: Query, hits: Sequence[Hit], engine: Engine) -> float:
    """The probability, in [0, 1], that the hits answer the question; 0 without hits.

    Args:
        query: The question, as the engine analysed it.
        hits: What the engine found, best first.
        engine: It found them.

    """
    if not hits:
        return 0.0
    values = measure_evidence(query, hits, engine)
    logit = INTERCEPT + sum(
        coefficient * (values[name] - mean) / scale
        for name, (mean, scale, coefficient) in MODEL.items()
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def measure_evidence(query: Query, hits: Sequence[Hit], engine: Engine) -> dict[str, float]:
    """The features of `MODEL`, from the first hits.

    dense, lexical, context: the best share of these stages in a score. lead: how far the first
    hit is ahead of the last. close: how near the nearest word of a passage is to each word of
    the question. known: of the words of the language that are nearest to the question, those
    that this library uses; known_words: the same, for each of the question's own words. told:
    for a fact question, how close a sentence comes that holds something of the kind asked for,
    less `MIN_TOLD`; 0 for others. elsewhere: 1 when it names a place or an organisation that
    the library never names.
    """
    first = hits[:N_HITS]
    units, weights = _content(query, engine.encoder)
    known, known_words = _known(query, engine, units, weights)
    close = _closeness(units, weights, [_whole(hit) for hit in first], engine.encoder)
    return {
        **{part: max(hit.parts.get(part, 0.0) for hit in first) for part in PARTS},
        "lead": first[0].score - first[-1].score,
        "close": max(close, default=max(hit.parts.get("dense", 0.0) for hit in first)),
        "known": known,
        "known_words": known_words,
        "told": _told(query, first, units, weights, engine.encoder),
        "elsewhere": float(_names_elsewhere(query, engine)),
        "english": 1 - query.chinese_share,
    }


def _whole(hit: Hit) -> str:
    return " ".join((hit.text, *hit.passage.section_path, hit.speech.title))


def _content(query: Query, encoder: Encoder) -> tuple[Vectors, Floats]:
    """The question's tokens that say something: unit vectors, and shares by their norm."""
    nothing = np.zeros((0, encoder.dim), np.float32), np.zeros(0, np.float32)
    if not isinstance(encoder, TokenRows):
        return nothing
    (ids,) = encoder.token_ids([query.text])
    names = [name.strip("▁ ").lower() for name in encoder.token_names(ids)]
    said = np.array([bool(name) and name not in QUESTION_WORDS for name in names], dtype=np.bool_)
    ids = ids[said] if said.any() else ids
    if not len(ids):
        return nothing
    rows = encoder.token_rows(ids)
    norms = np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
    return rows / norms[:, None], (norms / norms.sum()).astype(np.float32)


def _known(query: Query, engine: Engine, units: Vectors, weights: Floats) -> tuple[float, float]:
    """(share for the question, mean share for its words); `NEUTRAL` where it cannot be told."""
    encoder = engine.encoder
    if not isinstance(encoder, WordVectors):
        return NEUTRAL, NEUTRAL
    with _building:
        if engine not in _vocabularies:
            _vocabularies[engine] = Vocabulary(encoder, engine.generation.lexical)
    vocabulary = _vocabularies[engine]
    whole = encoder.encode_queries([query.text])
    known = float(vocabulary.used_near(whole, N_NEAR)[0]) if whole.any() else NEUTRAL
    if not len(units):
        return known, NEUTRAL
    return known, float(weights @ vocabulary.used_near(units, N_AROUND))


def _closeness(
    units: Vectors, weights: Floats, texts: Sequence[str], encoder: Encoder
) -> list[float]:
    """For each text: mean cosine of the question's words with the nearest of its words."""
    if not len(units) or not texts or not isinstance(encoder, TokenRows):
        return []
    found = []
    for ids in encoder.token_ids(texts):
        if not len(ids):
            found.append(0.0)
            continue
        rows = encoder.token_rows(ids)
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-9)[:, None]
        found.append(float(weights @ (units @ rows.T).max(axis=1)))
    return found


def _told(
    query: Query, hits: Sequence[Hit], units: Vectors, weights: Floats, encoder: Encoder
) -> float:
    """How close a sentence comes that holds something of the kind asked for, less `MIN_TOLD`."""
    if (query.intent is not None and not query.asks_fact) or not asked_kind(query.text):
        return 0.0
    texts = [
        f"{sentence} {' '.join(hit.passage.section_path)} {hit.speech.title}"
        for hit in hits
        for sentence in split_sentences(hit.text)
        if find_spans(query.text, sentence)
    ]
    return max(_closeness(units, weights, texts, encoder), default=0.0) - MIN_TOLD


def _names_elsewhere(query: Query, engine: Engine) -> bool:
    """Whether it names a place or an organisation of which some word stands in no passage."""
    for start, end, kind in find_names(query.text):
        if kind is FactKind.PERSON:
            continue
        words = engine.tokenizer.tokenize(query.text[start:end])
        if any(engine.generation.lexical.df(word) == 0 for word in words if len(word) > 1):
            return True
    return False
