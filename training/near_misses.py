"""Hard negatives: for each query the passages that BM25 takes for right and that are not.

Rows of the same source are near misses of each other, so a batch that holds a row beside its near
miss has, for each, a passage with the same words that answers another question (Karpukhin and
others, "Dense Passage Retrieval", EMNLP 2020). What it brought is in the model's card.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from training.dataset import Ids, Ragged, Source

# Where the words of a query say something of its passage; not where one is in other words.
SOURCES = (
    "political.question",
    "political.clause",
    "political.heading",
    "political.title",
    "political.sentence",
    "broadcast_news.title",
    "broadcast_news.question",
    "broadcast_news.clause",
    "questions.padded",
    "glossary.swapped",
)

# The best of all often answers as well; below the tenth the words are chance.
_FIRST, _LAST = 2, 10
_K1, _B = 1.5, 0.75
_MAX_SHARE = 0.05  # words of more passages than that tell none of them from another
_CHUNK = 1000
# A passage with so many of a row's own passage's words is a copy of it, not a near miss.
_SAME_SHARE = 0.6


def load_near_misses(
    sources: dict[str, Source], cache: Path, made_from: str, n_tokens: int, seed: int
) -> dict[str, Ids]:
    """`mine_near_misses` of every source it is good for; kept in `cache` under `made_from`."""
    path = cache / f"near-{made_from}-{seed}.npz"
    if not path.exists():
        rng = np.random.default_rng(seed)
        found = {
            name: mine_near_misses(sources[name], n_tokens, rng)
            for name in SOURCES
            if name in sources
        }
        np.savez(path, **found)  # type: ignore[arg-type]
    arrays = np.load(path)
    return {name: arrays[name] for name in arrays.files}


def mine_near_misses(source: Source, n_tokens: int, rng: np.random.Generator) -> Ids:
    """A row of `source` for each of its rows: int32, shape (len(source),); -1 where there is none.

    One of the second to the tenth best of BM25 for the row's query, drawn at random, whose passage
    is not the row's own, nor a copy of it.
    """
    queries = _counts(source.queries, n_tokens)
    queries.data[:] = 1
    passages = _counts(source.passages, n_tokens)
    weights = _bm25(passages)
    words = passages.copy()
    words.data[:] = 1
    n_words = np.asarray(words.sum(axis=1)).ravel()
    by_word = weights.T.tocsr()
    found = np.full(len(source), -1, np.int32)
    for start in range(0, len(source), _CHUNK):
        scores = (queries[start : start + _CHUNK] @ by_word).tocsr()
        for at in range(scores.shape[0]):
            row = start + at
            low, high = scores.indptr[at : at + 2]
            places, values = scores.indices[low:high], scores.data[low:high]
            best = places[np.argsort(-values, kind="stable")[:_LAST]]
            shared = (words[best] @ words[row].T).toarray().ravel()
            fewer = np.minimum(n_words[best], n_words[row])
            other = best[(best != row) & (shared < _SAME_SHARE * fewer)][_FIRST - 1 :]
            if len(other):
                found[row] = rng.choice(other)
    return found


def _counts(texts: Ragged, n_tokens: int) -> csr_matrix:
    """How often each text holds each token, shape (len(texts), n_tokens)."""
    ones = np.ones(len(texts.ids), np.float32)
    # a copy: adding up the repetitions would reorder the texts' own arrays
    counts = csr_matrix((ones, texts.ids, texts.starts), shape=(len(texts), n_tokens), copy=True)
    counts.sum_duplicates()
    return counts


def _bm25(counts: csr_matrix) -> csr_matrix:
    """Each token's BM25 score in each passage; common tokens have none."""
    n_rows, n_tokens = counts.shape
    holders = np.bincount(counts.indices, minlength=n_tokens)
    idf = np.log(1 + (n_rows - holders + 0.5) / (holders + 0.5))
    idf[holders > max(_MAX_SHARE * n_rows, 20)] = 0
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    norms: NDArray[np.float64] = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1e-9))
    scores = counts.copy()
    tf = counts.data
    scores.data = (
        idf[counts.indices] * tf / (tf + np.repeat(norms, np.diff(counts.indptr)))
    ).astype(np.float32)
    scores.eliminate_zeros()
    return scores
