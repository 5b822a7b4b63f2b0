"""What searches vectors, and what keeps a generation's vectors outside its folder.

A generation's vectors lie in its folder (FAISS, vectors.py) or in an engine of their own (Milvus,
milvus/). Whichever it is, it passes the contract suites of tests/contracts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speechrag.types import Vectors

if TYPE_CHECKING:
    from speechrag.index.lexical import LexicalIndex
    from speechrag.index.store import PassageStore

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

REMOTE_FILE = "milvus.json"
"""In the folder of a generation whose vectors are in Milvus: which collections hold them."""


class VectorStore(Protocol):
    """Nearest neighbours by cosine over unit-norm rows, numbered from 0 in the order given."""

    @property
    def n_vectors(self) -> int:
        """Rows stored."""

    @property
    def dim(self) -> int:
        """Columns of the vectors."""

    @property
    def is_exact(self) -> bool:
        """Whether every row is compared, rather than some that are likely."""

    @property
    def description(self) -> str:
        """The kind of index, for people."""

    def vectors(self, rows: NDArray[np.integer[Any]]) -> Vectors:
        """The rows asked for: float32, shape (len(rows), dim)."""

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Rows]:
        """Scores (n, k), falling; and row numbers (n, k), -1 where fewer than k were found.

        Scores are cosines in [-1, 1], ties broken by row number; -inf where the row is -1. Of rows
        that `allowed` lets through, as many are found as there are, up to k, however few.
        """


class PassageVectors(VectorStore, Protocol):
    """A `VectorStore` whose rows have passage ids, and can be written and deleted by them.

    A new id gets the next row number; a known one keeps its own; the number of a deleted one is
    not given again while the store is open.
    """

    def upsert(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Write vectors under ids, over what these ids had; ValueError for another dimension."""

    def delete(self, ids: Sequence[str]) -> int:
        """Take passages out, and tell how many there were; unknown ids are passed over."""

    def rows_of(self, ids: Sequence[str]) -> Rows:
        """The row of each id, -1 where it is unknown."""

    def ids_of(self, rows: NDArray[np.integer[Any]]) -> list[str]:
        """The id of each row; KeyError where there is no such row."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with an index, and what to do about it."""

    name: str
    message: str
    remedy: str


class RemoteVectors(Protocol):
    """An engine that keeps the vectors of generations; their folders say which are theirs."""

    def write(self, directory: Path, body: Vectors, context: Vectors) -> None:
        """Store the vectors of a generation whose other parts are in its folder already."""

    def open(
        self, directory: Path, store: PassageStore, lexical: LexicalIndex
    ) -> tuple[VectorStore, VectorStore]:
        """The vectors of passages and of contexts of a generation.

        Raises:
            IndexDamaged: They are not there, or not as many as were written.
            StoreUnreachable: The engine does not answer.
        """

    def publish(self, directory: Path) -> None:
        """Tell other users of the engine that this generation is live now."""

    def sweep(self, index_dir: Path) -> None:
        """Drop what belongs to no generation of this index any more."""

    def describe(self, directory: Path) -> dict[str, Any]:
        """Where a generation's vectors are, for `speechrag status`; never a secret."""

    def faults(self, index_dir: Path, live: str | None) -> list[Fault]:
        """What is wrong with the engine or with what it keeps for this index."""

    def close(self) -> None:
        """Give the connection back."""


def is_remote(directory: Path) -> bool:
    """Whether a generation's vectors are kept outside its folder."""
    return (directory / REMOTE_FILE).is_file()
