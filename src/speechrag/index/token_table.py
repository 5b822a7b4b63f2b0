"""The token vectors of a static model, as model2vec keeps them: int8 rows, a float32 scale each.

What is asked of many rows at once is worked out from the int8 rows, a few at a time, so that what
is made of them stays in the processor's cache.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import EncoderError
from speechrag.types import Vectors

REINSTALL = "Install speechrag again, or name another encoder in speechrag.yaml."

_SUM_TEXTS = 16
_PRODUCT_ROWS = 256
_ONE_THREAD = 65_536 * 4  # multiplications up to which OpenBLAS's gemm keeps to one thread
_LEAST_BLOCK = 16  # rows; a question of over 64 tokens may take more threads

Ids = NDArray[np.int32]
Floats = NDArray[np.float32]
_Number = TypeVar("_Number", np.int32, np.int64)


class TokenTable:
    """A vector for each token of a vocabulary.

    Args:
        embeddings: int8, shape (n_tokens, dim).
        scales: float32, shape (n_tokens,); 0 for tokens without a vector (punctuation).
    """

    def __init__(self, embeddings: NDArray[np.int8], scales: Floats) -> None:
        self._embeddings = embeddings
        self._scales = scales
        self._lengths = np.zeros(len(scales), np.float32)  # of the rows met so far

    @classmethod
    def open(cls, file: Path) -> TokenTable:
        """Read the two tensors of a model2vec file; EncoderError where it is damaged."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(str(file), framework="numpy") as tensors:
                embeddings = tensors.get_tensor("embeddings")
                scales = tensors.get_tensor("weights")
        except (OSError, SafetensorError) as exc:
            raise EncoderError(f"{file}: {exc}", REINSTALL) from exc
        if embeddings.ndim != 2 or scales.shape != (len(embeddings),):
            raise EncoderError(
                f"{file}: embeddings {embeddings.shape} and weights {scales.shape} do not agree.",
                REINSTALL,
            )
        return cls(embeddings, scales.astype(np.float32))

    def __len__(self) -> int:
        """Tokens of the vocabulary."""
        return len(self._scales)

    @property
    def dim(self) -> int:
        """Columns of the vectors."""
        return int(self._embeddings.shape[1])

    def have_rows(self, ids: Ids) -> NDArray[np.bool_]:
        """Which tokens have a vector."""
        has: NDArray[np.bool_] = self._scales[ids] > 0
        return has

    def with_rows(self) -> list[int]:
        """All tokens that have a vector, rising."""
        return np.flatnonzero(self._scales > 0).tolist()

    def rows(self, ids: Ids) -> Vectors:
        """The vectors of tokens: float32, shape (len(ids), dim)."""
        rows: Vectors = self._embeddings.take(ids, axis=0).astype(np.float32)
        rows *= self._scales[ids, None]
        return rows

    def directions(self, ids: Ids) -> Vectors:
        """The vectors of tokens brought to unit length, which needs no scale."""
        rows: Vectors = self._embeddings.take(ids, axis=0).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def products(self, ids: Ids, others: Vectors) -> Floats:
        """The products of tokens with other vectors: float32, shape (len(others), len(ids))."""
        products = np.empty((len(ids), len(others)), np.float32)
        for start in range(0, len(ids), _PRODUCT_ROWS):
            part = slice(start, start + _PRODUCT_ROWS)
            rows = self._embeddings.take(ids[part], axis=0).astype(np.float32)
            multiply_rows(rows, others, products[part])
        # Scaling the products costs a tenth of scaling the rows.
        scaled: Floats = np.multiply(products.T, self._scales[ids], order="C")
        return scaled

    def lengths(self, ids: Ids) -> Floats:
        """The lengths of the vectors of tokens: float32, shape (len(ids),)."""
        lengths: Floats = self._lengths[ids]
        if not lengths.all():  # threads that meet here write the same numbers
            rows = self._embeddings.take(ids, axis=0).astype(np.float32)
            lengths = np.sqrt(np.einsum("rd,rd->r", rows, rows)) * self._scales[ids]
            self._lengths[ids] = lengths
        return lengths

    def sums(self, ids: Ids, starts: NDArray[np.int64]) -> Vectors:
        """The sum of each text's vectors, from its tokens `ids[starts[i]:starts[i + 1]]`.

        A few texts at a time: their tokens' counts, times the scales, times the int8 rows. That is
        a tenth of the time of gathering float32 rows and adding them up.

        Returns:
            float32, shape (len(starts) - 1, dim).
        """
        n = len(starts) - 1
        out = np.zeros((n, self.dim), np.float32)
        if n == 1:  # a question
            rows = self._embeddings.take(ids, axis=0).astype(np.float32)
            np.einsum("t,td->d", self._scales[ids], rows, out=out[0])
            return out
        kept = self._scales[ids] > 0
        row = np.repeat(np.arange(n), np.diff(starts))[kept]
        ids = ids[kept]
        bounds = np.searchsorted(row, np.arange(0, n + _SUM_TEXTS, _SUM_TEXTS))
        place_of = np.empty(len(self._scales), np.int64)
        for number, (low, high) in enumerate(itertools.pairwise(bounds.tolist())):
            first = number * _SUM_TEXTS
            size = min(_SUM_TEXTS, n - first)
            used = distinct_rising(ids[low:high])
            place_of[used] = np.arange(len(used))
            places = place_of[ids[low:high]]
            cells = (row[low:high] - first) * len(used) + places
            counts = np.bincount(cells, minlength=size * len(used)).astype(np.float32)
            counts = counts.reshape(size, len(used)) * self._scales[used]
            rows = self._embeddings[used].astype(np.float32)
            np.matmul(counts, rows, out=out[first : first + size])
        return out


def distinct_rising(values: NDArray[_Number]) -> NDArray[_Number]:
    """What `np.unique` gives; for these sizes sorting is several times as fast as its hashing."""
    values = np.sort(values)
    is_first = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=is_first[1:])
    return values[is_first]


def multiply_rows(rows: Vectors, others: Vectors, out: Floats) -> None:
    """`rows @ others.T` into `out`, in blocks that OpenBLAS multiplies in one thread.

    Above that it wakes its others, which makes 0.2 ms of work 5 ms where the processors are busy,
    and one question wait for another.

    Args:
        rows: float32, shape (n_rows, dim).
        others: float32, shape (n_others, dim).
        out: float32, shape (n_rows, n_others), rows one after the other in memory.
    """
    n_others, dim = others.shape
    size = max(_LEAST_BLOCK, _ONE_THREAD // (dim * max(n_others, 1)))
    n_blocks = len(rows) // size
    n_whole = n_blocks * size
    blocks = out[:n_whole].reshape(n_blocks, size, n_others)
    np.matmul(rows[:n_whole].reshape(n_blocks, size, dim), others.T, out=blocks)
    np.matmul(rows[n_whole:], others.T, out=out[n_whole:])
