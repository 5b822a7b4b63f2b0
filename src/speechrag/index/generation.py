"""The index on disk: a series of immutable generations, and which of them is live.

`index/CURRENT` names one folder beside it. A generation is checked against the digests in its
manifest when it is opened; a damaged one is named, and the one before it served
(docs/adr/0005-generations.md, docs/file-format.md).
"""

from __future__ import annotations

import logging
import threading
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from speechrag.errors import (
    IndexDamaged,
    IndexIncompatible,
    IndexMissing,
)
from speechrag.index.arrays import open_array
from speechrag.index.lexical import LexicalIndex
from speechrag.index.live import (
    CURRENT_FILE,
    list_generations,
    read_current,
)
from speechrag.index.manifest import (
    REBUILD,
    REBUILD_FULL,
    BuildInfo,
    check_files,
    read_manifest,
)
from speechrag.index.passage_tokens import PassageTokens
from speechrag.index.store import PassageStore
from speechrag.index.vector_store import RemoteVectors, VectorStore, is_remote
from speechrag.index.vectors import FaissStore
from speechrag.types import Encoder, Manifest

log = logging.getLogger(__name__)


class HasDigest(Protocol):
    """A tokenizer, as far as compatibility goes."""

    @property
    def digest(self) -> str:
        """What determines its tokens."""


class Generation:
    """One generation, opened. Vectors are read when they are first asked for.

    Attributes:
        name: Its folder's name, as `gen-000007`.
        manifest: What it holds.
        info: How it was built.
        store: Speeches and passages.
        lexical: BM25 over the fields body, heading and title.
        notices: What went wrong on the way to opening it, for the person (usually nothing).
    """

    def __init__(
        self,
        directory: Path,
        manifest: Manifest,
        info: BuildInfo,
        remote: RemoteVectors | None = None,
    ) -> None:
        self.directory = directory
        self.name = directory.name
        self.manifest = manifest
        self.info = info
        self.notices: tuple[str, ...] = ()
        self.store = PassageStore.open(directory)
        self.lexical = LexicalIndex.open(directory / "lexical")
        self._opening = threading.Lock()
        self._vectors: dict[str, VectorStore] = {}
        self._remote = remote

    @property
    def body(self) -> VectorStore:
        """A vector for each passage's text; its rows are the passages' rows."""
        return self._vector_store("body.faiss")

    @property
    def context(self) -> VectorStore:
        """A vector for each distinct context (title and heading path); see `context_of`."""
        return self._vector_store("context.faiss")

    @cached_property
    def context_of(self) -> NDArray[np.int32]:
        """The row in `context` of each passage."""
        return open_array(self.directory / "contexts.npy")

    @cached_property
    def tokens(self) -> PassageTokens | None:
        """The encoder's tokens of each passage; None where it has none, and in format 1."""
        return PassageTokens.open(self.directory)

    @cached_property
    def passage_keys(self) -> NDArray[np.uint64]:
        """What identifies each passage's text and context for reuse: shape (n, 2)."""
        return open_array(self.directory / "keys.npy")

    @cached_property
    def context_keys(self) -> NDArray[np.uint64]:
        """The same for each context: shape (n_contexts, 2)."""
        return open_array(self.directory / "context_keys.npy")

    @cached_property
    def sketches(self) -> NDArray[np.uint64]:
        """What near copies are found by; see duplicates.py."""
        return open_array(self.directory / "sketches.npy")

    def load(self) -> None:
        """Read now what a search needs, since a rebuild may take the folder away at any time."""
        for _part in (self.body, self.context, self.context_of, self.tokens):
            pass

    def aim(self, recall: float) -> None:
        """Have as many vectors compared as this recall takes; see `FaissStore.aim`."""
        for vectors in (self.body, self.context):
            if isinstance(vectors, FaissStore):
                vectors.aim(recall)

    def close(self) -> None:
        """Give files back; arrays that are still referred to stay valid."""
        self.store.close()

    def _vector_store(self, file: str) -> VectorStore:
        with self._opening:
            if file not in self._vectors:
                if is_remote(self.directory):
                    self._open_remote()
                else:
                    self._vectors[file] = FaissStore.open(self.directory / file)
            return self._vectors[file]

    def _open_remote(self) -> None:
        if self._remote is None:
            raise IndexIncompatible(
                f"{self.name} 的向量在 Milvus 里，而设置里的 store 不是 milvus。",
                "请在设置里写 store: milvus 和 milvus.uri；或运行：speechrag index --full",
            )
        body, context = self._remote.open(self.directory, self.store, self.lexical)
        self._vectors = {"body.faiss": body, "context.faiss": context}


OPEN_ATTEMPTS = 100
"""Rebuilds that may overtake one opening; only builds of a few milliseconds come near it."""


def open_current(
    index_dir: Path,
    encoder: Encoder | None = None,
    tokenizer: HasDigest | None = None,
    remote: RemoteVectors | None = None,
) -> Generation:
    """Open the live generation; if it is damaged, the newest sound one before it, with a notice.

    Args:
        index_dir: Where the generations stand.
        encoder: What questions are encoded with; None: not checked.
        tokenizer: What questions are tokenized with; None: not checked.
        remote: The engine that keeps vectors outside the folders, where one does.

    Raises:
        IndexMissing: There is none.
        IndexDamaged: There is no sound one; names the first file found damaged.
        IndexIncompatible: Another format, encoder or tokenizer; names the command to run.
        StoreError: The engine that keeps the vectors does not answer, or refuses.
    """
    for _attempt in range(OPEN_ATTEMPTS):
        name = read_current(index_dir)
        try:
            return _open_soundest(index_dir, name, encoder, tokenizer, remote)
        except (IndexDamaged, IndexMissing):
            # A rebuild may have taken the folder away between two reads of ours.
            if read_current(index_dir) == name:
                raise
    raise IndexDamaged(f"{index_dir} 一直在变，打不开。", "请稍后再试。")


def _open_soundest(
    index_dir: Path,
    name: str | None,
    encoder: Encoder | None,
    tokenizer: HasDigest | None,
    remote: RemoteVectors | None,
) -> Generation:
    names = list_generations(index_dir)
    if not names:
        raise IndexMissing(f"{index_dir} 里还没有索引。", "请先运行：speechrag index 文件夹")
    notices = []
    if name is None:
        notices.append(f"{index_dir / CURRENT_FILE} 缺失或损坏，改用最新的一代。")
    tried = [old for old in reversed(names) if name is None or old <= name]
    if name is not None and name not in names:
        notices.append(f"{CURRENT_FILE} 所指的 {name} 不存在，改用其前一代。")
    damage: IndexDamaged | None = None
    for old in tried:
        try:
            generation = open_generation(index_dir / old, remote=remote)
            generation.load()
        except IndexDamaged as error:
            damage = damage or error
            notices.append(f"{error.message} 改用其前一代。")
            continue
        for notice in notices:
            log.warning(notice)
        generation.notices = tuple(notices)
        check_compatible(generation, encoder, tokenizer)
        return generation
    if damage is not None:
        raise damage
    raise IndexDamaged(f"{index_dir} 里没有可用的索引。", REBUILD_FULL)


def open_generation(
    directory: Path, *, verify: bool = True, remote: RemoteVectors | None = None
) -> Generation:
    """Open one generation's folder.

    Args:
        directory: The folder `gen-…`.
        verify: Compare every file with its digest (1.7 GB a second and core).
        remote: The engine that keeps the vectors, where they are not in the folder.

    Raises:
        IndexDamaged: A file is missing or not what was written; names it.
        IndexIncompatible: It has another format version.
    """
    manifest, info = read_manifest(directory)
    if verify:
        for fault in check_files(directory, manifest):
            raise IndexDamaged(fault, REBUILD_FULL)
    try:
        generation = Generation(directory, manifest, info, remote)
        check_counts(generation)
    except (OSError, ValueError, KeyError) as error:
        raise IndexDamaged(f"{directory} 打不开：{error}", REBUILD_FULL) from error
    return generation


def check_counts(generation: Generation) -> None:
    """Whether all parts speak of the same number of passages.

    Raises:
        IndexDamaged: They do not.
    """
    expected = generation.manifest.n_passages
    counts = {
        "speeches.sqlite": generation.store.n_passages,
        "lexical": generation.lexical.n_rows,
        "contexts.npy": len(generation.context_of),
        "groups.npy": len(generation.store.groups),
        "keys.npy": len(generation.passage_keys),
    }
    if generation.tokens is not None:
        counts["tokens.indptr.npy"] = generation.tokens.n_rows
    for part, count in counts.items():
        if count != expected:
            message = f"{generation.directory / part} 有 {count} 段，清单说有 {expected} 段。"
            raise IndexDamaged(message, REBUILD_FULL)


def check_compatible(
    generation: Generation, encoder: Encoder | None, tokenizer: HasDigest | None
) -> None:
    """Whether an index answers questions put with this encoder and tokenizer.

    Raises:
        IndexIncompatible: It does not; names the command that makes it.
    """
    manifest = generation.manifest
    if encoder is not None and manifest.encoder_digest != encoder.digest:
        raise IndexIncompatible(
            f"索引是用编码器 {manifest.encoder} 建的，现在用的是 {encoder.name}，或同名不同物。",
            f"{REBUILD}（只重新编码，不重读文件）；或在设置里把 encoder 改回 {manifest.encoder}。",
        )
    if tokenizer is not None and manifest.tokenizer_digest != tokenizer.digest:
        raise IndexIncompatible(
            "索引是用另一套分词建的（用户词典 user_terms 或 rjieba 的版本变了）。",
            f"{REBUILD}（只重新分词，不重读文件）。",
        )
