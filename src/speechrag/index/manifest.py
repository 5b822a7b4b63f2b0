"""What a generation says of itself: its counts, how it was built, and a digest of each file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from speechrag.errors import IndexDamaged, IndexIncompatible
from speechrag.types import Manifest

FORMAT = 3
"""Counted up when what is written changes; see docs/file-format.md."""

READABLE_FORMATS = (1, 2, 3)
"""What this program answers from; the next build writes `FORMAT`."""

MANIFEST_FILE = "manifest.json"

REBUILD = "请运行：speechrag index"
NAME_SOURCES = "请运行：speechrag index 文件夹"
REBUILD_FULL = "请运行：speechrag index --full"


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """How a generation was built, so that the next can be built from it.

    `sources` are absolute paths; `parser` is the digest of the code that reads files, `text` the
    version of the text that is encoded for a passage, `records` the shape of the stored records,
    `user_terms` what the tokenizer was told to keep whole (None: not noted down).
    """

    sources: tuple[str, ...]
    parser: str
    text: int
    records: str
    n_files: int
    n_contexts: int
    started_ns: int
    user_terms: tuple[str, ...] | None = None


def write_manifest(directory: Path, manifest: Manifest, info: BuildInfo) -> None:
    """Write `manifest.json`, with a digest over itself."""
    text = _render({"manifest": asdict(manifest), "build": asdict(info)})
    (directory / MANIFEST_FILE).write_text(text, encoding="utf-8")


def read_manifest(directory: Path) -> tuple[Manifest, BuildInfo]:
    """Read and check `manifest.json`.

    Raises:
        IndexDamaged: It is missing, or not what was written.
        IndexIncompatible: It is of another format version.
    """
    path = directory / MANIFEST_FILE
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text)
        del document["sha256"]
        written_format = document["manifest"]["format"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"{path} 缺失或读不出来。", REBUILD_FULL) from error
    if text != _render(document):
        raise IndexDamaged(f"{path} 与它自己的校验值不符（内容被改动或损坏）。", REBUILD_FULL)
    if written_format not in READABLE_FORMATS:
        raise IndexIncompatible(
            f"{directory} 是第 {written_format} 版格式，本程序写第 {FORMAT} 版，"
            f"读第 {READABLE_FORMATS[0]} 至 {READABLE_FORMATS[-1]} 版。",
            REBUILD_FULL,
        )
    build: dict[str, Any] = document["build"]
    build["sources"] = tuple(build["sources"])
    if build.get("user_terms") is not None:
        build["user_terms"] = tuple(build["user_terms"])
    return Manifest(**document["manifest"]), BuildInfo(**build)


def _render(content: dict[str, Any]) -> str:
    """The text of the file: the content with a digest over it, in one certain form."""
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
    document = {**content, "sha256": digest}
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def check_files(directory: Path, manifest: Manifest) -> Iterator[str]:
    """What is wrong with a generation's files, in order of name; nothing when all is sound."""
    names = sorted(manifest.files)
    # hashlib gives other threads their turn: two cores hash at twice the speed.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        digests = pool.map(lambda name: file_digest(directory / name), names)
        for name, digest in zip(names, digests, strict=True):
            if digest is None:
                yield f"{directory / name} 缺失或读不出来。"
            elif digest != manifest.files[name]:
                yield f"{directory / name} 与清单里的校验值不符（内容被改动或损坏）。"


def digest_files(directory: Path, told: Callable[[int, int], None] | None = None) -> dict[str, str]:
    """The SHA-256 of every file below a folder, by its path there.

    Args:
        directory: The folder.
        told: Called with how many megabytes are done, and how many there are.

    Raises:
        OSError: A file cannot be read.
    """
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in paths]
    digests, n_done = {}, 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for path, size, digest in zip(paths, sizes, pool.map(_digest, paths), strict=True):
            digests[path.relative_to(directory).as_posix()] = digest
            n_done += size
            if told is not None:
                told(n_done // 1_000_000, sum(sizes) // 1_000_000)
    return digests


def file_digest(path: Path) -> str | None:
    """SHA-256 of a file; None where it cannot be read."""
    try:
        return _digest(path)
    except OSError:
        return None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
