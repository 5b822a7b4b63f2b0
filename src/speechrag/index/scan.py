"""Which files the sources hold, and which of them have changed since the last generation."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechrag.errors import SourceError
from speechrag.index.manifest import file_digest
from speechrag.index.store import FileRow

RACY_NS = 2_000_000_000
"""A file changed this shortly before the last build may have changed again in the same tick."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a source: its path, and the name under which the library knows it."""

    path: Path
    row: FileRow
    error: str = ""  # why it cannot even be read


def list_files(sources: Sequence[Path], index_dir: Path) -> list[Found]:
    """Every file below the sources, by name; hidden files and the index itself left out.

    A name is the path below its source, with `/`. Where two sources hold the same name, the later
    one's carries its source's name in front.

    Raises:
        SourceError: A source does not exist.
    """
    found: dict[str, Found] = {}
    for source in sources:
        if not source.exists():
            raise SourceError(
                f"找不到 {source}。", "请检查路径;已不要的文件夹,重新给出其余的即可。"
            )
        base = source if source.is_dir() else source.parent
        for path in sorted(_walk(source, index_dir.resolve())):
            name = path.relative_to(base).as_posix()
            if name in found and found[name].path == path:
                continue
            if name in found:
                name = f"{base.resolve().name}/{name}"
            found.setdefault(name, _describe(path, name))
    return [found[name] for name in sorted(found)]


def _walk(source: Path, index_dir: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for folder, folders, files in os.walk(source):
        here = Path(folder)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and (here / name).resolve() != index_dir
        ]
        # ~$ are the lock files of Word and WPS.
        yield from (here / name for name in files if not name.startswith((".", "~$")))


def _describe(path: Path, name: str) -> Found:
    try:
        stat = path.stat()
    except OSError as error:
        return Found(path, FileRow(name, "", 0, 0), error.strerror or str(error))
    return Found(path, FileRow(name, "", stat.st_size, stat.st_mtime_ns))


def identify(found: Found, known: FileRow | None, built_ns: int) -> Found:
    """The same with its digest: the known one where size and time say it is unchanged.

    Args:
        found: A file as it is now.
        known: What the last generation knows under its name.
        built_ns: When that generation's build began.
    """
    row = found.row
    if known is not None and known.sha256:
        same = (row.size, row.mtime_ns) == (known.size, known.mtime_ns)
        if same and row.mtime_ns < built_ns - RACY_NS:
            return replace(found, row=replace(row, sha256=known.sha256))
    digest = file_digest(found.path)
    if digest is None:
        return replace(found, error=found.error or "没有读取的权限")
    return replace(found, row=replace(row, sha256=digest))
