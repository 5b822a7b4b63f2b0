"""How sure one may be that the passages found answer the question.

A logistic model over what the stages of the search say in absolute terms, so that the scores of
different questions can be held against one threshold. Its coefficients are fitted by
`python -m benchmarks.answers.calibrate` on questions that the library answers and on others
(benchmarks/results/answers-refusal.md).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from speechrag.answer.closeness import Closeness, Content, read_content
from speechrag.answer.facts import asked_kind, find_names, find_spans, find_years
from speechrag.index.tokens import fold
from speechrag.search.late import Floats
from speechrag.search.query import Query
from speechrag.search.rescore import split_sentences
from speechrag.types import Encoder, Hit, Vectors

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

PARTS = ("dense", "context", "late", "role")
N_NEAR = 60  # words of the language near the question
N_AROUND = 12  # words near each of its tokens
N_HITS = 5  # whose text is looked at; an answer further down is none for a person
N_MET = 12  # in which a year or a name of the question is looked for
FAR = 0.35  # cosine below which a passage has nothing like a word
SAME = 0.95  # and above which it has the word itself
LEAST = 0.1  # so that one word without any match does not undo a geometric mean
NEUTRAL = 0.5  # where an encoder cannot tell

# Feature → (mean, scale, coefficient), and the intercept: written by benchmarks.answers.calibrate.
MODEL: dict[str, tuple[float, float, float]] = {
    "dense": (0.0658, 0.0248, 0.6132),
    "context": (0.0122, 0.0080, 0.6895),
    "late": (0.2321, 0.0909, 0.6727),
    "role": (0.0230, 0.0314, 0.5406),
    "score": (0.2974, 0.0861, -0.6568),
    "second": (0.2919, 0.3200, -0.4226),
    "n_words": (4.8529, 1.6272, 0.6283),
    "known": (0.2025, 0.0887, 0.6646),
    "known_words": (0.2307, 0.0999, 0.4731),
    "used": (0.7129, 0.1876, 0.2784),
    "far": (0.3909, 0.2627, -0.6768),
    "whole_second": (0.4651, 0.1616, -0.2166),
    "same": (0.5264, 0.3568, 0.3625),
    "sentences": (0.4251, 0.1447, -0.5516),
    "sentence": (0.3205, 0.1665, 0.3458),
    "told": (0.2179, 0.2424, 0.2784),
    "year_missing": (0.0052, 0.0719, -0.4000),
    "name_missing": (0.0952, 0.2934, -0.5177),
    "english": (0.1714, 0.3626, 0.3243),
}
INTERCEPT = 0.4551


class Terms(Protocol):
    """What a library knows of terms; the lexical index is one."""

    def dfs(self, terms: Sequence[str]) -> NDArray[np.int64]:
        """In how many passages each stands: shape (len(terms),)."""


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
        self._is_used = terms.dfs(words) > 0
        self._used = self._vectors[self._is_used]

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

    def nearest_used(self, vectors: Vectors) -> Floats:
        """The cosine of each vector with the nearest word in use, in [0, 1]."""
        if not len(self._used):
            return np.zeros(len(vectors), dtype=np.float32)
        found: Floats = np.clip((vectors @ self._used.T).max(axis=1), 0, 1)
        return found


# Built once for each engine, in a tenth of a second, and kept while the engine is in use.
_vocabularies: WeakKeyDictionary[Engine, Vocabulary] = WeakKeyDictionary()
_building = threading.Lock()


def confidence(
    query: Query, hits: Sequence[Hit], engine: Engine, shares: Sequence[float] = ()
) -> float:
    """The probability, in [0, 1], that the hits answer the question; 0 without hits.

    Args:
        query: The question, as the engine analysed it.
        hits: What the engine found, best first.
        engine: It found them.
        shares: How likely each hit is the one to read first, beside the likeliest.

    """
    if not hits:
        return 0.0
    values = measure_evidence(query, hits, engine, shares)
    logit = INTERCEPT + sum(
        coefficient * (values[name] - mean) / scale
        for name, (mean, scale, coefficient) in MODEL.items()
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def measure_evidence(
    query: Query, hits: Sequence[Hit], engine: Engine, shares: Sequence[float] = ()
) -> dict[str, float]:
    """The features of `MODEL`, from the first hits.

    dense, context, late, role: the best share of these stages in a score. score: the mean one.
    second: how likely the second hit is the one to read first, beside the first. n_words: the
    words of the question that say something; for these, weighted by their vectors' length: far:
    the share that the passage with the best words has nothing like; whole_second: how close the
    second passage comes; same: the share that stands in some hit; sentences: how close the best
    three sentences come; sentence: the cosine of the closest with the question; told: how close
    the furthest word comes of the best sentence that holds something of the kind asked for.
    known: of the words of the language nearest to the question, those that this library uses;
    known_words: the same for each of its words; used: how near the library's words come to all of
    them. year_missing, name_missing: 1 where no hit holds a year, or a name, of the question.
    english: the share of it.
    """
    first = hits[:N_HITS]
    content = read_content(query, engine.encoder)
    return {
        **{part: max(hit.parts.get(part, 0.0) for hit in first) for part in PARTS},
        "score": sum(hit.score for hit in first) / len(first),
        "second": shares[1] if len(shares) > 1 else 0.0,
        "n_words": float(len(content.weights)),
        **_known(query, engine, content),
        **_close_texts(query, hits, engine.encoder, content),
        **_missing(query, hits[:N_MET]),
        "english": 1 - query.chinese_share,
    }


def _known(query: Query, engine: Engine, content: Content) -> dict[str, float]:
    """What the library's words have to do with the question's; `NEUTRAL` where it is unknown."""
    encoder = engine.encoder
    if not isinstance(encoder, WordVectors):
        return {"known": NEUTRAL, "known_words": NEUTRAL, "used": NEUTRAL}
    with _building:
        if engine not in _vocabularies:
            _vocabularies[engine] = Vocabulary(encoder, engine.generation.lexical)
    vocabulary = _vocabularies[engine]
    whole = encoder.encode_queries([query.text])
    known = float(vocabulary.used_near(whole, N_NEAR)[0]) if whole.any() else NEUTRAL
    units, weights = content.units, content.weights
    if not len(units):
        return {"known": known, "known_words": NEUTRAL, "used": NEUTRAL}
    used = np.exp(weights @ np.log(vocabulary.nearest_used(units) + LEAST))
    shares = vocabulary.used_near(units, N_AROUND)
    return {"known": known, "known_words": float(weights @ shares), "used": float(used)}


def _close_texts(
    query: Query, hits: Sequence[Hit], encoder: Encoder, content: Content
) -> dict[str, float]:
    """How close passages and sentences come to the question's words."""
    closeness = Closeness(encoder, content)
    weights = content.weights
    wholes = closeness.match([_whole(hit) for hit in hits])
    pieces = [(text, hit) for hit in hits[:N_HITS] for text in split_sentences(hit.text)]
    texts = [text for text, _ in pieces]
    sentences = closeness.match(texts)
    order = np.argsort(-(sentences @ weights), kind="stable")
    by_passage = np.sort(wholes[:N_HITS] @ weights)
    best = wholes[int((wholes[:N_HITS] @ weights).argmax())]
    vector = encoder.encode_queries([query.text])[0]
    return {
        "far": float(weights @ (best < FAR)),
        "whole_second": float(by_passage[-2]) if len(by_passage) > 1 else 0.0,
        "same": float(weights @ (wholes.max(axis=0) > SAME)),
        "sentences": float((sentences @ weights)[order[:3]].mean()),
        "sentence": float(encoder.encode_passages([texts[order[0]]])[0] @ vector),
        "told": _told(query, pieces, sentences, closeness),
    }


def _told(
    query: Query, pieces: Sequence[tuple[str, Hit]], sentences: Floats, closeness: Closeness
) -> float:
    """The furthest word's match in the best sentence that can answer, under its headings."""
    weights = closeness.content.weights
    if not len(weights):
        return NEUTRAL
    if not asked_kind(query.text):
        return float(sentences[int((sentences @ weights).argmax())].min())
    holding = [at for at, (text, _) in enumerate(pieces) if find_spans(query.text, text)]
    if not holding:
        return 0.0
    above = [
        " ".join((pieces[at][1].speech.title, *pieces[at][1].passage.section_path))
        for at in holding
    ]
    matches = np.maximum(sentences[holding], closeness.match(above))
    return float(matches[int((matches @ weights).argmax())].min())


def _missing(query: Query, hits: Sequence[Hit]) -> dict[str, float]:
    """Whether the question names a year, or something else, that no hit does."""
    asked = fold(query.text)
    text = fold("\n".join(f"{_whole(hit)} {hit.speech.date or ''}" for hit in hits))
    names = [asked[start:end] for start, end, _ in find_names(asked)]
    return {
        "year_missing": float(any(year not in text for year in find_years(asked))),
        "name_missing": float(any(name not in text for name in names)),
    }


def _whole(hit: Hit) -> str:
    return " ".join((hit.text, *hit.passage.section_path, hit.speech.title))
