"""Which files the sources hold, and which of them have changed since the last generation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from speechrag.corpus.sources import SourceFile, iter_sources
from speechrag.index.store_tables import FileRow
from speechrag.types import Skipped

RACY_NS = 2_000_000_000
"""A file changed this shortly before the last build may have changed again in the same tick."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file in a source, or what is known beforehand not to be readable (`skipped`)."""

    path: Path
    row: FileRow
    skipped: Skipped | None = None


def list_files(sources: Sequence[Path]) -> list[Found]:
    """Every file below the sources, in the order of their names.

    Raises:
        SourceError: A source does not exist.
    """
    found: dict[str, Found] = {}
    for item in iter_sources(sources):
        if isinstance(item, Skipped):
            found.setdefault(item.file, Found(Path(), FileRow(item.file, "", 0, 0), item))
        else:
            found.setdefault(item.name, _describe(item))
    return [found[name] for name in sorted(found)]


def _describe(file: SourceFile) -> Found:
    try:
        stat = file.path.stat()
    except OSError as error:
        return Found(file.path, FileRow(file.name, "", 0, 0), _unreadable(file.name, error))
    return Found(file.path, FileRow(file.name, "", stat.st_size, stat.st_mtime_ns))


def _unreadable(name: str, error: OSError) -> Skipped:
    return Skipped(name, f"文件读不出来：{error.strerror or error}", "请检查文件的权限。")


def identify(found: Found, known: FileRow | None, built_ns: int) -> Found:
    """The same with its digest: the known one where size and time say it is unchanged.

    Args:
        found: A file as it is now.
        known: What the last generation knows under its name.
        built_ns: When that generation's build began.
    """
    row = found.row
    if found.skipped is not None:
        return found
    if known is not None and known.sha256:
        same = (row.size, row.mtime_ns) == (known.size, known.mtime_ns)
        if same and row.mtime_ns < built_ns - RACY_NS:
            return replace(found, row=replace(row, sha256=known.sha256))
    try:
        with found.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return replace(found, skipped=_unreadable(row.name, error))
    return replace(found, row=replace(row, sha256=digest))
