"""What is done with an index as a whole: tell its state, find its faults, go back a generation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from speechrag.errors import (
    IndexDamaged,
    IndexError_,
    IndexIncompatible,
    IndexLocked,
    IndexMissing,
)
from speechrag.index.generation import Generation, HasDigest, open_current, open_generation
from speechrag.index.live import (
    BUILDING_PREFIX,
    CURRENT_FILE,
    list_generations,
    point_current,
    read_current,
)
from speechrag.index.lock import OTHER_FOLDER, write_lock
from speechrag.index.manifest import (
    NAME_SOURCES,
    REBUILD,
    REBUILD_FULL,
    check_files,
    read_manifest,
)
from speechrag.index.vector_store import Fault, RemoteVectors, is_remote
from speechrag.index.vectors import FaissStore
from speechrag.types import Encoder

log = logging.getLogger(__name__)


def rollback(index_dir: Path, remote: RemoteVectors | None = None) -> str:
    """Make the newest sound generation before the live one live, and return its name.

    Raises:
        IndexMissing: There is none before it.
        IndexLocked: A build is running.
        StoreError: The engine that keeps the vectors does not answer; nothing has changed.
    """
    if not list_generations(index_dir):
        raise IndexMissing(f"{index_dir} 里还没有索引。", NAME_SOURCES)
    with write_lock(index_dir):
        live = read_current(index_dir)
        names = list_generations(index_dir)
        older = [name for name in names if live is None or name < live]
        for name in reversed(older):
            try:
                generation = open_generation(index_dir / name, remote=remote)
                generation.load()
                generation.close()
            except IndexDamaged as error:
                log.warning("%s", error.message)
                continue
            if remote is not None:
                remote.publish(index_dir / name)
            point_current(index_dir, name)
            return name
    which = f"比 {live} 更早的" if live else ""
    raise IndexMissing(f"{index_dir} 里没有{which}完好的一代。", REBUILD)


def status(
    index_dir: Path, remote: RemoteVectors | None = None, recall: float | None = None
) -> dict[str, Any]:
    """What the live generation holds; the document of `speechrag status --json`.

    Args:
        index_dir: Where the generations stand.
        remote: The engine that keeps vectors outside the folders, where one does.
        recall: What searches are to reach; None leaves the index as it was built.

    Raises:
        IndexMissing: There is no index.
        IndexDamaged: None of its generations is sound.
    """
    generation = open_current(index_dir, remote=remote)
    if recall is not None:
        generation.aim(recall)
    manifest, info = generation.manifest, generation.info
    files = [file for file in generation.directory.rglob("*") if file.is_file()]
    document = {
        "generation": generation.name,
        "encoder": manifest.encoder,
        "n_speeches": manifest.n_speeches,
        "n_passages": manifest.n_passages,
        "bytes": sum(file.stat().st_size for file in files),
        "created": manifest.created,
        "healthy": not generation.notices,
        "n_files": info.n_files,
        "n_skipped": len(generation.store.skipped()),
        "sources": list(info.sources),
        "store": _describe_store(generation, remote),
        "generations": list_generations(index_dir),
        "notices": list(generation.notices),
    }
    generation.close()
    return document


def _describe_store(generation: Generation, remote: RemoteVectors | None) -> dict[str, Any]:
    if remote is not None and is_remote(generation.directory):
        return remote.describe(generation.directory)
    body = generation.body
    recall = body.measured_recall if isinstance(body, FaissStore) else None
    return {"engine": "faiss", "kind": body.description, "recall_at_10": recall}


def diagnose(
    index_dir: Path,
    encoder: Encoder | None = None,
    tokenizer: HasDigest | None = None,
    remote: RemoteVectors | None = None,
) -> list[Fault]:
    """Every fault of an index: of each generation's files, of `CURRENT`, of what it fits."""
    names = list_generations(index_dir)
    if index_dir.is_file():
        return [Fault("no-index", f"{index_dir} 是一个文件，不能作索引目录。", OTHER_FOLDER)]
    if not names:
        return [Fault("no-index", f"{index_dir} 里还没有索引。", "speechrag index 文件夹")]
    faults = []
    live = read_current(index_dir)
    if live is None or live not in names:
        what = f"指向不存在的一代 {live}" if live else "缺失或损坏"
        message = f"{index_dir / CURRENT_FILE} {what}。"
        faults.append(Fault("current", message, REBUILD))
    for name in names:
        faults.extend(_diagnose_generation(index_dir / name, name == live))
    leftovers = sorted(entry.name for entry in index_dir.glob(f"{BUILDING_PREFIX}*"))
    if leftovers and not _is_being_built(index_dir):
        message = f"有中断的重建留下的目录：{'、'.join(leftovers)}。"
        faults.append(Fault("leftovers", message, f"{REBUILD}（会清掉它们）"))
    if remote is not None:
        found = remote.faults(index_dir, live)
        is_idle = not any("leftovers" in f.name for f in found) or not _is_being_built(index_dir)
        faults += [f for f in found if is_idle or "leftovers" not in f.name]
    if not faults:
        try:
            open_current(index_dir, encoder, tokenizer, remote).close()
        except IndexIncompatible as error:
            faults.append(Fault("incompatible", error.message, error.hint))
    return faults


def _diagnose_generation(directory: Path, is_live: bool) -> Sequence[Fault]:
    remedy = REBUILD_FULL if is_live else f"不影响使用；删去 {directory} 即可"
    try:
        manifest, _info = read_manifest(directory)
        faults = [Fault("damaged", fault, remedy) for fault in check_files(directory, manifest)]
        if not faults:
            open_generation(directory, verify=False).close()
    except (IndexDamaged, IndexIncompatible) as error:
        return [Fault("damaged", error.message, remedy)]
    return faults


def _is_being_built(index_dir: Path) -> bool:
    try:
        with write_lock(index_dir):
            return False
    except IndexLocked:
        return True
    except IndexError_:
        return False
