"""Which collections in Milvus are a generation's, and which are a library's."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from speechrag.errors import IndexDamaged
from speechrag.index.arrays import open_json
from speechrag.index.manifest import REBUILD_FULL
from speechrag.index.milvus.collections import VectorIndex
from speechrag.index.vector_store import REMOTE_FILE

OWNER_FILE = ".milvus-library"
"""In the index's folder: what marks this library's collections among others in one Milvus."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a generation's vectors are: the content of `milvus.json`."""

    uri: str
    alias: str
    passages: str
    contexts: str
    dim: int
    n_passages: int
    n_contexts: int
    kind: str
    n_lists: int
    context_kind: str
    context_n_lists: int

    @classmethod
    def read(cls, directory: Path) -> Placement:
        """From a generation's folder.

        Raises:
            IndexDamaged: The file is not what was written.
        """
        try:
            return cls(**open_json(directory / REMOTE_FILE))
        except (OSError, ValueError, TypeError) as error:
            raise IndexDamaged(f"{directory / REMOTE_FILE} 读不出来。", REBUILD_FULL) from error

    @property
    def index(self) -> VectorIndex:
        """The kind of index over the passages' vectors."""
        return VectorIndex(self.kind, self.n_lists)

    @property
    def context_index(self) -> VectorIndex:
        """The kind of index over the contexts' vectors."""
        return VectorIndex(self.context_kind, self.context_n_lists)


def owner_of(index_dir: Path) -> str:
    """Eight characters that mark this library's collections; "nobody" where it has none."""
    try:
        return (index_dir / OWNER_FILE).read_text(encoding="ascii").strip()
    except OSError:
        return "nobody"


def claim_owner(index_dir: Path) -> str:
    """The same, made where there is none yet; only for the holder of the lock."""
    path = index_dir / OWNER_FILE
    if not path.is_file():
        path.write_text(secrets.token_hex(4) + "\n", encoding="ascii")
    return owner_of(index_dir)
