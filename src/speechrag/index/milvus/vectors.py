"""The vectors of generations in Milvus: two collections each, and an alias for the live one.

A generation's folder names its collections (`milvus.json`), and readers search these by their own
names: what a reader has opened stays one generation's, whatever the alias does meanwhile. The
alias is for other users of the same Milvus, and is moved just before `CURRENT` is
(docs/adr/0012-milvus.md).
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from speechrag.config import Settings
from speechrag.errors import IndexDamaged, StoreError, StoreUnreachable
from speechrag.index.arrays import open_array, save_json
from speechrag.index.lexical import LexicalIndex
from speechrag.index.live import list_generations, read_current
from speechrag.index.manifest import REBUILD, REBUILD_FULL
from speechrag.index.milvus.client import Connection, MilvusOptions
from speechrag.index.milvus.collections import VectorIndex, create_collection
from speechrag.index.milvus.passages import MilvusPassages
from speechrag.index.milvus.placement import Placement, claim_owner, owner_of
from speechrag.index.milvus.store import BATCH_ROWS, MilvusStore
from speechrag.index.milvus.words import passage_words
from speechrag.index.store import PassageStore
from speechrag.index.vector_store import REMOTE_FILE, Fault, is_remote
from speechrag.types import Vectors

log = logging.getLogger(__name__)


class MilvusVectors:
    """A `RemoteVectors` in Milvus; connects when it is first used."""

    def __init__(self, options: MilvusOptions) -> None:
        self.options = options
        self._connection = Connection(options)

    def write(self, directory: Path, body: Vectors, context: Vectors) -> None:
        """Two new collections, and `milvus.json`, which names them."""
        store, lexical = PassageStore.open(directory), LexicalIndex.open(directory / "lexical")
        stem = f"{self.options.collection}_{claim_owner(directory.parent)}_"
        stem += f"{time.strftime('%Y%m%d%H%M%S', time.gmtime())}_{secrets.token_hex(3)}"
        index = VectorIndex.choose(self.options.index_type, len(body))
        context_index = VectorIndex.choose(self.options.index_type, len(context))
        placement = Placement(
            uri=self.options.uri,
            alias=self.options.collection,
            passages=f"{stem}_passages",
            contexts=f"{stem}_contexts",
            dim=body.shape[1],
            n_passages=len(body),
            n_contexts=len(context),
            kind=index.kind,
            n_lists=index.n_lists,
            context_kind=context_index.kind,
            context_n_lists=context_index.n_lists,
        )
        try:
            self._write_passages(
                placement, store, lexical, body, open_array(directory / "contexts.npy")
            )
            contexts = MilvusStore.create(
                self._connection, placement.contexts, context.shape[1], context_index
            )
            numbers = range(len(context))
            contexts.insert([f"c{number}" for number in numbers], numbers, context)
            contexts.flush()
        except BaseException:
            self._drop([placement.passages, placement.contexts])
            raise
        finally:
            store.close()
        save_json(directory / REMOTE_FILE, asdict(placement))

    def _write_passages(
        self,
        placement: Placement,
        store: PassageStore,
        lexical: LexicalIndex,
        body: Vectors,
        context_of: Any,
    ) -> None:
        create_collection(
            self._connection, placement.passages, placement.dim, placement.index, of_passages=True
        )
        passages = MilvusStore(self._connection, placement.passages, placement.dim, placement.index)
        ids = (passage.id for speech in store.iter_speeches() for passage in speech.passages)
        start = 0
        for words in passage_words(lexical, 10 * BATCH_ROWS):
            rows = np.arange(start, start + len(words))
            columns = {name: c.tolist() for name, c in store.filter_columns(rows).items()}
            columns |= {"context": context_of[rows].tolist(), "words": words}
            batch = [next(ids) for _ in words]
            passages.insert(batch, rows.tolist(), np.asarray(body[rows]), columns)
            start += len(words)
        passages.flush()

    def open(
        self, directory: Path, store: PassageStore, lexical: LexicalIndex
    ) -> tuple[MilvusPassages, MilvusStore]:
        """The vectors of a generation's passages and contexts, counted and loaded."""
        placement = Placement.read(directory)
        dim, index = placement.dim, placement.index
        n_passages, n_contexts = placement.n_passages, placement.n_contexts
        body = MilvusPassages(
            self._connection, placement.passages, dim, index, n_passages, store, lexical
        )
        context = MilvusStore(
            self._connection, placement.contexts, dim, placement.context_index, n_contexts
        )
        for part, expected in ((body, n_passages), (context, n_contexts)):
            self._connection.load(part.name)
            if (found := part.count()) != expected:
                message = f"Milvus 的集合 {part.name} 有 {found} 行，应有 {expected} 行。"
                raise IndexDamaged(message, REBUILD_FULL)
        return body, context

    def publish(self, directory: Path) -> None:
        """Have the alias name this generation's passages; nothing where it does already.

        Raises:
            StoreError: Another library in the same Milvus has the alias.
        """
        if not is_remote(directory):
            return
        placement = Placement.read(directory)
        target = self._alias_target()
        if target is None:
            self._connection.call("create_alias", placement.passages, self.options.collection)
        elif target != placement.passages:
            self._check_ours(target, directory.parent)
            self._connection.call("alter_alias", placement.passages, self.options.collection)

    def _check_ours(self, target: str, index_dir: Path) -> None:
        if f"_{owner_of(index_dir)}_" not in target:
            raise StoreError(
                f"Milvus 里的别名 {self.options.collection} 属于另一个文库（集合 {target}）。",
                "请在设置里另取一个 milvus.collection。",
            )

    def sweep(self, index_dir: Path) -> None:
        """Drop what generations that are gone and builds that did not end have left.

        Collections of generations older than the one before the live one leave memory; a rollback
        loads them again.
        """
        try:
            self._drop(self._leftovers(index_dir))
            live = read_current(index_dir) or ""
            for name in [name for name in list_generations(index_dir) if name < live][:-1]:
                if is_remote(index_dir / name):
                    placement = Placement.read(index_dir / name)
                    for collection in (placement.passages, placement.contexts):
                        self._connection.call("release_collection", collection)
        except (StoreError, IndexDamaged) as error:
            log.warning("%s", error.message)  # the next build tries again

    def describe(self, directory: Path) -> dict[str, Any]:
        """Where a generation's vectors are."""
        placement = Placement.read(directory)
        return {"engine": "milvus", **asdict(placement)}

    def faults(self, index_dir: Path, live: str | None) -> list[Fault]:
        """Whether Milvus answers, has what every generation needs, and nothing else of ours."""
        try:
            there = set(self._connection.call("list_collections"))
            faults = []
            for name in list_generations(index_dir):
                if is_remote(index_dir / name):
                    faults += self._generation_faults(index_dir / name, name == live, there)
            if leftovers := self._leftovers(index_dir):
                message = f"Milvus 里有中断的重建留下的集合：{'、'.join(leftovers)}。"
                faults.append(Fault("milvus-leftovers", message, f"{REBUILD}（会清掉它们）"))
        except StoreError as error:
            kind = "unreachable" if isinstance(error, StoreUnreachable) else "refused"
            return [Fault(f"milvus-{kind}", error.message, error.hint)]
        return faults

    def _generation_faults(self, directory: Path, is_live: bool, there: set[str]) -> list[Fault]:
        remedy = REBUILD_FULL if is_live else f"不影响使用；删去 {directory} 即可"
        try:
            placement = Placement.read(directory)
        except IndexDamaged:
            return []  # its digest is wrong too, which is told already
        faults = []
        parts = {
            placement.passages: placement.n_passages,
            placement.contexts: placement.n_contexts,
        }
        for name, expected in parts.items():
            if name not in there:
                message = f"{directory.name} 的集合 {name} 不在 Milvus 里。"
                faults.append(Fault("milvus-collection", message, remedy))
                continue
            found = MilvusStore(self._connection, name, placement.dim, placement.index).count()
            if found != expected:
                message = f"集合 {name} 有 {found} 行，应有 {expected} 行。"
                faults.append(Fault("milvus-count", message, remedy))
        if is_live and not faults and self._alias_target() != placement.passages:
            message = f"Milvus 里的别名 {self.options.collection} 没有指向现用的 {directory.name}。"
            faults.append(Fault("milvus-alias", message, f"{REBUILD}（会改正别名）"))
        return faults

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _alias_target(self) -> str | None:
        """The collection that the alias names; None where there is no such alias."""
        try:
            found = self._connection.call("describe_alias", self.options.collection)
        except StoreUnreachable:
            raise
        except StoreError as error:
            if "alias" in error.message:
                return None
            raise
        return str(found["collection_name"]) if found.get("collection_name") else None

    def _leftovers(self, index_dir: Path) -> list[str]:
        """This library's collections that no generation names, sorted."""
        wanted = set()
        for name in list_generations(index_dir):
            if is_remote(index_dir / name):
                placement = Placement.read(index_dir / name)
                wanted |= {placement.passages, placement.contexts}
        there = self._connection.call("list_collections")
        mark = f"_{owner_of(index_dir)}_"
        return sorted(name for name in there if mark in name and name not in wanted)

    def _drop(self, names: list[str]) -> None:
        for name in names:
            with contextlib.suppress(StoreError, IndexDamaged):
                self._connection.call("drop_collection", name)


def open_remote(settings: Settings) -> MilvusVectors | None:
    """The engine of the settings; None where vectors lie in the index's own folder.

    Raises:
        SettingsError: The settings of Milvus are not enough.
    """
    return MilvusVectors(MilvusOptions.of(settings)) if settings.store == "milvus" else None
