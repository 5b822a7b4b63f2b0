"""What a question's word gains by its best match among a passage's words: two learnt curves.

After K-NRM (Xiong and others, "End-to-End Neural Ad-hoc Ranking with Kernel Pooling", SIGIR 2017),
with the token vectors as they are, triangles in the place of its Gaussians, and each word's best
match in the place of its sum over all. The pools say how much of the question, by weight, has a
best match of about each cosine, once anywhere in the passage and once within its best sentence; a
curve says what each cosine is worth. Fitted by `python -m training.train_kernels` on questions
that the encoder was not trained on, rising throughout by constraint: what was learnt is that a
related word (0.5) is worth nearly as much as the word itself, and where nothing begins to count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from speechrag.search.late import Floats, Ids, TokenRows, as_multiplier
from speechrag.search.query import Query, find_topic
from speechrag.types import Vectors

KNOTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
BESIDE_TOPIC = 0.5  # what a word counts that asks, and is not asked about

# Log odds at the knots: printed by training.train_kernels.
CURVES: dict[str, tuple[float, ...]] = {
    "passage": (0.00, 2.76, 5.86, 8.93, 10.54, 11.27, 11.53, 11.53, 11.53),
    "sentence": (0.00, 0.37, 1.54, 4.51, 6.28, 6.97, 6.97, 6.97, 6.97),
}


def kernel_scores(pools: Floats) -> Floats:
    """What the curves make of pools: float32, shape (n_passages,), log odds.

    Args:
        pools: As `pool_matches` gives them.
    """
    values = np.array([CURVES[name] for name in CURVES], np.float32)
    scores: Floats = np.einsum("pck,ck->p", pools, values)
    return scores


def pool_matches(
    encoder: TokenRows,
    query: Query,
    passages: Sequence[Sequence[Ids]],
    idf: Callable[[str], float],
) -> Floats:
    """How the question's words are matched: float32, shape (n_passages, 2, len(KNOTS)).

    First of each whole passage, then of the sentence that matches best. A word's weight, the root
    of its norm times its rarity (half where it only asks), goes to the two knots beside its best
    cosine; a pool adds up to 1, and to 0 where nothing can be compared.

    Args:
        encoder: Gives the token vectors.
        query: The question.
        passages: The tokens of each sentence of each passage.
        idf: The inverse document frequency of a word in the library, ≥ 0.
    """
    pools = np.zeros((len(passages), len(CURVES), len(KNOTS)), np.float32)
    asked, weights, plain = _asked(encoder, query, idf)
    sentences = [ids for sentences in passages for ids in sentences if len(ids)]
    owner = np.repeat(
        np.arange(len(passages)), [sum(1 for ids in some if len(ids)) for some in passages]
    )
    if not sentences or weights.sum() <= 0:
        return pools
    best = _best_cosines(encoder, asked, sentences)
    overall = best @ plain
    for at in np.unique(owner).tolist():
        mine = np.flatnonzero(owner == at)
        pools[at, 0] = _pool(best[mine].max(axis=0), weights)
        pools[at, 1] = _pool(best[mine[overall[mine].argmax()]], weights)
    return pools


def _asked(
    encoder: TokenRows, query: Query, idf: Callable[[str], float]
) -> tuple[Vectors, Floats, Floats]:
    """The unit vectors of the question's tokens and two kinds of weights.

    The first are those in a pool, which add up to 1; by the second, norm times the root of the
    rarity, the best sentence is told.
    """
    ids, topic = encoder.token_ids([query.text, find_topic(query)])
    rows = encoder.token_rows(ids)
    norms = np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
    rarity = np.array([max(idf(name), 0.0) for name in encoder.token_names(ids)], np.float32)
    weights = np.sqrt(norms) * rarity * np.where(np.isin(ids, topic), 1.0, BESIDE_TOPIC)
    weights = (weights / max(weights.sum(), 1e-9)).astype(np.float32)
    return rows / norms[:, None], weights, (norms * np.sqrt(rarity)).astype(np.float32)


def _best_cosines(encoder: TokenRows, asked: Vectors, sentences: Sequence[Ids]) -> Floats:
    """Each sentence's best cosine with each token asked: shape (n_sentences, n_asked), in [0, 1].

    Args:
        encoder: Gives the token vectors.
        asked: Unit vectors, shape (n_asked, dim).
        sentences: Their tokens, none without any.
    """
    known, places = np.unique(np.concatenate(sentences), return_inverse=True)
    vectors = as_multiplier(encoder)
    lengths = np.maximum(vectors.token_lengths(known), 1e-9)
    cosines = np.clip(vectors.token_products(known, asked) / lengths, 0, 1)
    starts = np.cumsum([0, *map(len, sentences[:-1])])
    best = np.maximum.reduceat(cosines.take(places, axis=1), starts, axis=1)
    return np.ascontiguousarray(best.T, np.float32)


def _pool(cosines: Floats, weights: Floats) -> Floats:
    """Each weight shared between the knots on both sides of its cosine: shape (len(KNOTS),)."""
    knots = np.array(KNOTS)
    below = np.clip(np.searchsorted(knots, cosines, side="right") - 1, 0, len(knots) - 2)
    share = (cosines - knots[below]) / (knots[below + 1] - knots[below])
    pool = np.bincount(below, weights * (1 - share), len(knots))
    pool += np.bincount(below + 1, weights * share, len(knots))
    return pool.astype(np.float32)
