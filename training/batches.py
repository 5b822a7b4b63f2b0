"""Draw batches: one source a batch, same-document rows together, queries glossed into English."""

import queue
import threading
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from training.dataset import Ids, Ragged, Source
from training.lexicon import Lexicon
from training.model import Batch

# Rows drawn together: neighbours in a source come from one document, so a batch holds hard
# negatives from the same speech.
BLOCK = 4
GLOSSED_SHARE = 0.35  # of the queries wholly in English
MIXED_SHARE = 0.20
DROPOUT = 0.1


def hash_texts(texts: Ragged) -> NDArray[np.int64]:
    """A 63-bit order-blind fingerprint of each text's tokens."""
    mixed = (texts.ids.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    sums = np.add.reduceat(mixed, np.minimum(texts.starts[:-1], len(mixed) - 1))
    return sums.astype(np.int64)


def drop_tokens(texts: Ragged, keep: NDArray[np.bool_]) -> Ragged:
    """Texts without the tokens where `keep` is false; a text never loses all of its tokens."""
    keep = keep.copy()
    keep[texts.starts[:-1]] |= np.add.reduceat(keep, texts.starts[:-1]) == 0
    totals = np.concatenate([[0], np.cumsum(keep)])
    return Ragged(texts.ids[keep], totals[texts.starts])


class Glosser:
    """Replaces Chinese tokens by English glosses, for whole batches at once."""

    def __init__(self, lexicon: Lexicon, chinese: NDArray[np.bool_]) -> None:
        lengths = np.array([len(phrase) for phrase in lexicon.phrases])
        self._starts = np.concatenate([[0], np.cumsum(lengths)])
        self._flat = np.concatenate(lexicon.phrases)
        self._first = lexicon.first
        self._counts = np.diff(lexicon.first)
        self._odds = np.full((len(self._counts), max(self._counts)), 2.0)
        for token in np.flatnonzero(self._counts):
            begin, end = lexicon.first[token], lexicon.first[token + 1]
            self._odds[token, : end - begin] = lexicon.odds[begin:end]
        self._chinese = chinese

    def gloss(self, texts: Ragged, share: NDArray[np.float64], rng: np.random.Generator) -> Ragged:
        """Replace about `share[i]` of text i's tokens; all that have a gloss where it is 1."""
        lengths = np.diff(texts.starts)
        rate = np.repeat(share, lengths)
        has = self._counts[texts.ids] > 0
        replaced = has & (rng.random(len(texts.ids)) < rate)
        # a name with no gloss usually has no place in an English question
        idle = (rate == 1.0) & self._chinese[texts.ids] & (rng.random(len(rate)) < 0.7)
        kept = replaced | ~idle
        draws = rng.random(len(texts.ids))
        choice = (draws[:, None] > self._odds[texts.ids]).sum(1)
        choice = np.minimum(choice, np.maximum(self._counts[texts.ids] - 1, 0))
        phrase = np.where(replaced, self._first[texts.ids] + choice, 0)
        size = np.where(replaced, self._starts[phrase + 1] - self._starts[phrase], 1)
        size = np.where(kept, size, 0)
        ends = np.cumsum(size)
        within = np.arange(ends[-1]) - np.repeat(ends - size, size)
        source = np.repeat(np.arange(len(size)), size)
        new = np.where(
            replaced[source],
            self._flat[np.where(replaced[source], self._starts[phrase[source]] + within, 0)],
            texts.ids[source],
        ).astype(np.int32)
        totals = np.concatenate([[0], ends])
        starts = totals[texts.starts]
        return self._refill(texts, Ragged(new, starts))

    @staticmethod
    def _refill(before: Ragged, after: Ragged) -> Ragged:
        """Texts that lost everything are left as they were."""
        empty = np.flatnonzero(np.diff(after.starts) == 0)
        if not len(empty):
            return after
        rows = [after.ids[after.starts[i] : after.starts[i + 1]] for i in range(len(after))]
        for i in empty:
            rows[i] = before.ids[before.starts[i] : before.starts[i + 1]]
        starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        return Ragged(np.concatenate(rows), starts)


class Sampler:
    """An endless stream of batches, sources drawn by weight, each shuffled by blocks.

    Where a source has near misses, half of its batch are these.
    """

    def __init__(
        self,
        sources: dict[str, Source],
        weights: dict[str, float],
        glosser: Glosser,
        glossed: frozenset[str],
        batch_size: int,
        seed: int,
        near_misses: dict[str, Ids] | None = None,
    ) -> None:
        self._near_misses = near_misses or {}
        self._names = [name for name in sources if weights.get(name, 0) > 0]
        odds = np.array([weights[name] for name in self._names])
        self._odds = odds / odds.sum()
        self._sources = sources
        self._glosser = glosser
        self._glossed = glossed
        self._batch_size = batch_size
        self._rng = np.random.default_rng(seed)
        self._order: dict[str, NDArray[np.int64]] = {}

    def _rows(self, name: str) -> NDArray[np.int64]:
        n = len(self._sources[name])
        near = self._near_misses.get(name)
        size = min(self._batch_size if near is None else self._batch_size // 2, n)
        waiting = self._order.get(name, np.zeros(0, np.int64))
        if len(waiting) < size:
            blocks = np.arange(-(-n // BLOCK))
            self._rng.shuffle(blocks)
            rows = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
            waiting = np.concatenate([waiting, rows[rows < n]])
        self._order[name] = waiting[size:]
        rows = waiting[:size]
        if near is None:
            return rows
        beside = near[rows]
        beside = np.setdiff1d(beside[beside >= 0], rows)
        return np.concatenate([rows, beside])

    def draw(self) -> tuple[str, Batch]:
        """The next source's name and batch."""
        rng = self._rng
        name = self._names[int(rng.choice(len(self._names), p=self._odds))]
        source = self._sources[name]
        rows = self._rows(name)
        left, right = source.queries.take(rows), source.passages.take(rows)
        left_hash, right_hash = hash_texts(left), hash_texts(right)
        if name in self._glossed:
            draws = rng.random(len(rows))
            mixed = rng.uniform(0.2, 0.7, len(rows))
            share = np.where(draws < GLOSSED_SHARE + MIXED_SHARE, mixed, 0.0)
            share[draws < GLOSSED_SHARE] = 1.0
            left = self._glosser.gloss(left, share, rng)
        if np.diff(left.starts).mean() > 4:
            left = drop_tokens(left, rng.random(len(left.ids)) > DROPOUT)
        if np.diff(right.starts).mean() > 4:
            right = drop_tokens(right, rng.random(len(right.ids)) > DROPOUT)
        return name, self._compact(left, right, left_hash, right_hash)

    @staticmethod
    def _compact(
        left: Ragged, right: Ragged, left_hash: NDArray[np.int64], right_hash: NDArray[np.int64]
    ) -> Batch:
        tokens, inverse = np.unique(np.concatenate([left.ids, right.ids]), return_inverse=True)
        same = (left_hash[:, None] == left_hash) | (right_hash[:, None] == right_hash)
        np.fill_diagonal(same, False)
        return Batch(
            tokens=torch.from_numpy(tokens.astype(np.int64)),
            left=torch.from_numpy(inverse[: len(left.ids)]),
            left_starts=torch.from_numpy(left.starts[:-1].astype(np.int64)),
            right=torch.from_numpy(inverse[len(left.ids) :]),
            right_starts=torch.from_numpy(right.starts[:-1].astype(np.int64)),
            same=torch.from_numpy(same),
        )

    def stream(self, n_batches: int) -> Iterator[tuple[str, Batch]]:
        """`n_batches` batches, prepared a few ahead on another thread."""
        ready: queue.Queue[tuple[str, Batch]] = queue.Queue(maxsize=4)

        def work() -> None:
            for _ in range(n_batches):
                ready.put(self.draw())

        threading.Thread(target=work, daemon=True).start()
        for _ in range(n_batches):
            yield ready.get()
