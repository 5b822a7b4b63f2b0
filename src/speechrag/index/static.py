"""The built-in encoder: a static embedding model, read without torch.

A text's vector is the mean of its tokens' rows, unit norm; punctuation has zero rows. The files are
what sentence-transformers' `StaticEmbedding` and `Normalize` load; the rows are those of
`token_table`.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import EncoderError
from speechrag.index.nearest_words import CommonWords
from speechrag.index.segment import Segmenter
from speechrag.index.token_table import REINSTALL, TokenTable, distinct_rising
from speechrag.index.tokens import CONTEXT_CHARS, fold
from speechrag.types import Vectors

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController
    from tokenizers import Tokenizer

WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
DIGEST_FILE = "digest.txt"

# At a time, so that rows gathered stay in the processor's cache; memory is bounded by it.
_BATCH_TEXTS = 512
# From here on building the array segmenter pays: 0.3 s, and 0.15 ms a passage less, and
# `tokenizers`, which takes 0.2 s to load, is not needed at all (benchmarks/encoding.py).
_MANY_CHARS = 50_000
_BULK_TEXTS = 256  # fewer at a time are questions
_FEW_TEXTS = 16  # for fewer the array segmenter is slower, even where it is there
# Questions being answered: each is encoded, and then its tokens are asked for.
_N_QUESTIONS_KEPT = 16
_MAX_CHARS_KEPT = 1_000

Ids = NDArray[np.int32]


class StaticEncoder:
    """A folder with `tokenizer.json` and `model.safetensors`, as an `Encoder`.

    Texts are folded to Simplified first (`tokens.fold`); the tokenizer folds width and case.

    Args:
        path: The model's folder.
        name: What the settings call it.

    Raises:
        EncoderError: A file is missing or does not belong to the others.
    """

    def __init__(self, path: Path, name: str = "builtin") -> None:
        self.name = name
        self._path = path
        self._table = TokenTable.open(path / WEIGHTS_FILE)
        self._n_chars = 0  # of all the batches so far: a build comes with one after the other
        self._common = CommonWords(self._table, self._name_of)
        self._tokenize_question = lru_cache(_N_QUESTIONS_KEPT)(self._tokenize_one)

    @property
    def dim(self) -> int:
        """Columns of the vectors."""
        return self._table.dim

    @cached_property
    def digest(self) -> str:
        """SHA-256 over tokenizer and weights; read from `digest.txt` where the model has one."""
        stated = self._path / DIGEST_FILE
        if stated.is_file():
            return stated.read_text("ascii").strip()
        digest = hashlib.sha256()
        for file in (TOKENIZER_FILE, WEIGHTS_FILE):
            digest.update((self._path / file).read_bytes())
        return digest.hexdigest()

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        file = self._path / TOKENIZER_FILE
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as exc:  # tokenizers raises no narrower class
            raise EncoderError(f"{file}: {exc}", REINSTALL) from exc
        if tokenizer.get_vocab_size() != len(self._table):
            sizes = (
                f"{tokenizer.get_vocab_size()} tokens, {WEIGHTS_FILE} has {len(self._table)} rows"
            )
            raise EncoderError(f"{file} has {sizes}.", REINSTALL)
        return tokenizer

    @cached_property
    def _segmenter(self) -> Segmenter:
        return Segmenter(self._path / TOKENIZER_FILE, fold, CONTEXT_CHARS)

    def warm_up(self) -> None:
        """Load the tokenizer now (0.3 s) instead of with the first text."""
        self._tokenizer.get_vocab_size()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions: float32, shape (len(texts), dim); zeros where no token is known."""
        return self._encode(texts, in_bulk=self._is_bulk(texts))

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages: float32, shape (len(texts), dim); zeros where no token is known."""
        return self._encode(texts, in_bulk=self._is_bulk(texts))

    def encode_with_tokens(
        self, texts: Sequence[str], parts: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Ids]]:
        """`encode_passages`, and the `token_ids` of parts of the texts, which are cut only once.

        Args:
            texts: What to encode.
            parts: Stretches (start, end) of each text, rising and apart.
        """
        if not self._is_bulk(texts):
            vectors = self._encode(texts, in_bulk=False)
            return vectors, self.token_ids(_stretches(texts, parts))
        vectors = np.zeros((len(texts), self.dim), np.float32)
        tokens: list[Ids] = []
        with self._one_thread():
            for start in range(0, len(texts), _BATCH_TEXTS):
                batch = slice(start, start + _BATCH_TEXTS)
                vectors[batch], found = self._encode_batch(texts[batch], parts[batch])
                tokens += found
        return vectors, tokens

    def _encode_batch(
        self, texts: Sequence[str], parts: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Ids]]:
        strings = _stretches(texts, parts)
        found = self._segmenter.segment_parts(texts, parts)
        if found is None:
            return self._unit_sums(*self._tokenize(list(map(fold, texts)))), self.token_ids(strings)
        ids, starts, among = found
        tokens = self._distinct(ids, among[:, 0], among[:, 1])
        untold = np.flatnonzero(among[:, 0] < 0).tolist()
        for at, alone in zip(untold, self.token_ids([strings[at] for at in untold]), strict=True):
            tokens[at] = alone
        return self._unit_sums(ids, starts), tokens

    def _encode(self, texts: Sequence[str], *, in_bulk: bool) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        with self._one_thread() if len(texts) >= _BULK_TEXTS else nullcontext():
            for start in range(0, len(texts), _BATCH_TEXTS):
                batch = texts[start : start + _BATCH_TEXTS]
                ids, starts = self._segment(batch, in_bulk=in_bulk)
                vectors[start : start + _BATCH_TEXTS] = self._unit_sums(ids, starts)
        return vectors

    def _unit_sums(self, ids: Ids, starts: NDArray[np.int64]) -> Vectors:
        """Each text's rows added up and brought to unit norm."""
        vectors = self._table.sums(ids, starts)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(norms > 0, norms, 1)
        return vectors

    def _is_bulk(self, texts: Sequence[str]) -> bool:
        if len(texts) < _BULK_TEXTS:
            return False
        self._n_chars += sum(map(len, texts))
        return self._n_chars >= _MANY_CHARS

    def _segment(self, texts: Sequence[str], *, in_bulk: bool) -> tuple[Ids, NDArray[np.int64]]:
        """The tokens of texts, one after the other, and where each text's begin."""
        if len(texts) == 1 and not in_bulk and len(texts[0]) <= _MAX_CHARS_KEPT:
            ids = self._tokenize_question(texts[0])
            return ids, np.array([0, len(ids)])
        is_there = "_segmenter" in vars(self) and len(texts) >= _FEW_TEXTS
        found = self._segmenter.segment(texts) if in_bulk or is_there else None
        return found or self._tokenize([fold(text) for text in texts])

    @cached_property
    def _libraries(self) -> ThreadpoolController:
        from threadpoolctl import ThreadpoolController

        return ThreadpoolController()

    def _one_thread(self) -> AbstractContextManager[object]:
        """Have numpy multiply in this thread alone.

        The products are small, and a second thread has to be waited for: on cores that worker
        processes keep busy that takes nine tenths of the time (docs/index-builds.md).
        """
        limit: AbstractContextManager[object] = self._libraries.limit(limits=1, user_api="blas")
        return limit

    def _tokenize_one(self, text: str) -> Ids:
        ids = self._tokenize([fold(text)])[0]
        ids.setflags(write=False)
        return ids

    def _tokenize(self, texts: Sequence[str]) -> tuple[Ids, NDArray[np.int64]]:
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        parts = [encoding.ids for encoding in found]
        starts = np.cumsum([0, *map(len, parts)])
        return np.fromiter((i for part in parts for i in part), np.int32, starts[-1]), starts

    def token_vectors(self, text: str) -> list[tuple[str, tuple[int, int], Vectors]]:
        """Each token as the text has it, its offsets in the text, and its share of the vector.

        The shares add up to the text's unit vector, so the cosine of two texts is exactly the sum
        over their pairs of shares. Tokens without a row (punctuation, unknown) are left out.
        """
        encoding = self._tokenizer.encode(fold(text), add_special_tokens=False)
        ids = np.asarray(encoding.ids, np.int32)
        rows = self.token_rows(ids)
        norm = float(np.linalg.norm(rows.sum(axis=0))) or 1.0
        return [
            (text[start:end], (start, end), row / norm)
            for (start, end), row in zip(encoding.offsets, rows, strict=True)
            if row.any()
        ]

    def token_ids(self, texts: Sequence[str]) -> list[Ids]:
        """The distinct tokens of each text that have a row: rising int32 numbers."""
        ids, starts = self._segment(texts, in_bulk=self._is_bulk(texts))
        if len(texts) == 1:
            return [distinct_rising(ids[self._table.have_rows(ids)])]
        return self._distinct(ids, starts[:-1], starts[1:])

    def _distinct(self, ids: Ids, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> list[Ids]:
        """The distinct tokens with a row of stretches of `ids`, rising; an empty one for (-1, -1).

        Stretches rise and are apart.
        """
        told = np.flatnonzero(starts >= 0)
        sizes = (ends - starts)[told]
        shifts = starts[told] - np.cumsum(sizes) + sizes
        place = np.arange(int(sizes.sum())) + np.repeat(shifts, sizes)
        kept = self._table.have_rows(ids[place])
        pairs = distinct_rising((np.repeat(told, sizes)[kept] << 32) | ids[place][kept])
        bounds = np.searchsorted(pairs, np.arange(len(starts) + 1) << 32)
        distinct = (pairs & 0xFFFFFFFF).astype(np.int32)
        return [distinct[a:b] for a, b in itertools.pairwise(bounds.tolist())]

    def token_norms(self, parts: Sequence[Ids]) -> NDArray[np.float32]:
        """The length of the sum of each part's rows: float32, shape (len(parts),)."""
        norms = np.zeros(len(parts), np.float32)
        with self._one_thread() if len(parts) >= _BULK_TEXTS else nullcontext():
            for start in range(0, len(parts), _BATCH_TEXTS):
                batch = parts[start : start + _BATCH_TEXTS]
                starts = np.cumsum([0, *map(len, batch)])
                sums = self._table.sums(np.concatenate(batch), starts)
                norms[start : start + len(batch)] = np.linalg.norm(sums, axis=1)
        return norms

    def token_rows(self, ids: Ids) -> Vectors:
        """The rows of tokens: float32, shape (len(ids), dim); a row's norm is its weight."""
        return self._table.rows(ids)

    def token_products(self, ids: Ids, others: Vectors) -> Vectors:
        """The products of tokens' rows with other vectors: float32, (len(others), len(ids))."""
        return self._table.products(ids, others)

    def token_lengths(self, ids: Ids) -> Vectors:
        """The lengths of tokens' rows: float32, shape (len(ids),)."""
        return self._table.lengths(ids)

    def token_names(self, ids: Ids) -> list[str]:
        """The tokens as the vocabulary writes them."""
        return list(map(self._name_of, ids.tolist()))

    def _name_of(self, token: int) -> str:
        return self._tokenizer.id_to_token(token) or ""

    def common_words(self, script: str) -> tuple[Sequence[str], Vectors]:
        """The common words of a script, "zh" or "en", and their unit vectors, (n_words, dim)."""
        return self._common.of(script)

    def nearest_tokens(self, text: str, k: int, script: str = "zh") -> list[tuple[str, float]]:
        """Up to k common words of the vocabulary nearest to a text, with cosines, falling.

        Args:
            text: A word or a phrase, in any script; it is never among those found.
            k: How many.
            script: "zh" (words of two characters or more) or "en" (three letters or more).

        """
        vector = self.encode_queries([text])[0]
        if not vector.any() or k < 1:
            return []
        return self._common.nearest(vector, k, script, without=fold(text).lower().strip())


def _stretches(texts: Sequence[str], parts: Sequence[Sequence[tuple[int, int]]]) -> list[str]:
    return [text[a:b] for text, each in zip(texts, parts, strict=True) for a, b in each]
