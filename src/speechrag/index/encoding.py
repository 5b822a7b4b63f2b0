"""What is encoded for a passage, and writing the vectors row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.corpus.sentences import sentence_ends
from speechrag.types import Passage, Speech, Vectors

TEXT_VERSION = 1
"""Counted up when the functions below, or the sketches of duplicates.py, change what they give for
the same passage: then every file is read again. Kept in the manifest."""

BATCH_ROWS = 512
"""Texts encoded at a time."""


def passage_text_for_encoding(speech: Speech, passage: Passage) -> str:
    """The text whose vector stands for a passage: its own words alone.

    Headings are encoded apart (`context_text_for_encoding`), so that a ranking can weigh the two.
    """
    return speech.text[passage.start : passage.end]


def context_text_for_encoding(speech: Speech, passage: Passage) -> str:
    """The text whose vector stands for where a passage stands: title and heading path."""
    return "\n".join((speech.title, *passage.section_path))


def token_texts_for_matching(speech: Speech, passage: Passage) -> list[str]:
    """The texts whose tokens are held against a question's: each sentence; last, the headings."""
    text = passage_text_for_encoding(speech, passage)
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    return [*sentences, "\n".join(passage.section_path)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text start and end; a line break ends one, blank ones are none."""
    spans: list[tuple[int, int]] = []
    line_start = 0
    for line in text.split("\n"):
        start = 0
        for end in sentence_ends(line):
            if not line[start:end].isspace():
                spans.append((line_start + start, line_start + end))
            start = end
        line_start += len(line) + 1
    return spans


def text_key(*texts: str) -> tuple[int, int]:
    """Two 64-bit numbers that identify texts (BLAKE2b); equal texts, equal keys."""
    digest = hashlib.blake2b("\x00".join(texts).encode("utf-8", "surrogatepass"), digest_size=16)
    number = int.from_bytes(digest.digest(), "little")
    return number & (2**64 - 1), number >> 64


class VectorWriter:
    """Collects vectors in a file: encoded in batches, or taken over from an earlier generation.

    Args:
        path: A file to work in.
        dim: Columns.
        encode: Texts to float32 rows.
    """

    def __init__(self, path: Path, dim: int, encode: Callable[[Sequence[str]], Vectors]) -> None:
        self._file = path.open("w+b")
        self._path = path
        self._dim = dim
        self._encode = encode
        self._rows: list[int] = []
        self._texts: list[str] = []
        self.n_rows = 0

    def add_text(self, text: str) -> None:
        """The next row is this text's vector."""
        self._rows.append(self.n_rows)
        self._texts.append(text)
        self.n_rows += 1
        if len(self._texts) >= BATCH_ROWS:
            self.flush()

    def add_vectors(self, vectors: Vectors) -> None:
        """The next rows are these."""
        self._write(self.n_rows, vectors)
        self.n_rows += len(vectors)

    def flush(self) -> None:
        """Encode what is waiting."""
        if not self._texts:
            return
        vectors = self._encode(self._texts)
        start = 0
        for stop in range(1, len(self._rows) + 1):
            if stop == len(self._rows) or self._rows[stop] != self._rows[stop - 1] + 1:
                self._write(self._rows[start], vectors[start:stop])
                start = stop
        self._rows, self._texts = [], []

    def finish(self) -> Vectors:
        """All rows, mapped from the file."""
        self.flush()
        self._file.close()
        if self.n_rows == 0:
            return np.zeros((0, self._dim), dtype=np.float32)
        return np.memmap(self._path, dtype=np.float32, mode="r", shape=(self.n_rows, self._dim))

    def close(self) -> None:
        """Give the file up; what is not written yet need not be, and may have no room."""
        with suppress(OSError):
            self._file.close()

    def _write(self, row: int, vectors: Vectors) -> None:
        self._file.seek(row * self._dim * 4)
        self._file.write(np.ascontiguousarray(vectors, dtype=np.float32).tobytes())


class KeyTable:
    """Finds rows of an earlier generation by the keys of their texts.

    Args:
        keys: uint64, shape (n, 2).
    """

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        self._order = np.argsort(keys[:, 0], kind="stable")
        self._first = np.asarray(keys[:, 0])[self._order]
        self._second = keys[:, 1]

    def rows(self, key: tuple[int, int]) -> list[int]:
        """Every row with this key, rising."""
        low, high = np.searchsorted(self._first, np.uint64(key[0]), "left"), len(self._first)
        found = []
        for place in range(int(low), high):
            if int(self._first[place]) != key[0]:
                break
            row = int(self._order[place])
            if int(self._second[row]) == key[1]:
                found.append(row)
        return found
