"""Which files of the given files and folders are to be read, and under which names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from speechrag.corpus.sniff import READ_EXTENSIONS
from speechrag.errors import SourceError
from speechrag.types import Skipped

_QUIET_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"})
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tar", ".tgz"})
_INDEX_MARKS = ("CURRENT", "gen-*")
"""What a folder that `speechrag index` wrote holds; its files are no speeches."""


class SourceFile(NamedTuple):
    """A file to be read, and the name under which the library knows it."""

    path: Path
    name: str


def iter_sources(paths: Sequence[Path]) -> Iterator[SourceFile | Skipped]:
    """The files to read, folders searched to the bottom, in a stable order.

    A file in a folder is named by its path inside that folder, with forward slashes; a file given
    by itself by its bare name. Where two would have the same name, the later one keeps the path as
    given. A file reached twice comes once.

    Silently left out: hidden files and folders, Office lock files (~$…), README.*, the system's
    own files, folders that are an index of speechrag. Reported as `Skipped`: files of other kinds.

    Raises:
        SourceError: One of the paths does not exist (before anything is yielded).
    """
    for wanted in paths:
        if not wanted.exists():
            raise SourceError(
                f"找不到文件或文件夹：{printable(str(wanted))}", "请检查路径是否写对、是否已移走。"
            )
    seen: set[str] = set()
    names: set[str] = set()
    for given in paths:
        inside: Iterator[Path | Skipped] = _walk(given, set()) if given.is_dir() else iter([given])
        for path in inside:
            if isinstance(path, Skipped):
                yield path
                continue
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            name = path.relative_to(given).as_posix() if given.is_dir() else path.name
            name = printable(name if name not in names else path.as_posix())
            names.add(name)
            yield SourceFile(path, name) if _is_read(path) else _skipped(path, name)


def printable(name: str) -> str:
    """A file name as valid text: names in another encoding (from old archives) are often GBK."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def _walk(folder: Path, entered: set[str]) -> Iterator[Path | Skipped]:
    real = os.path.realpath(folder)
    if real in entered or any(next(folder.glob(mark), None) for mark in _INDEX_MARKS):
        return
    entered.add(real)
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as exc:
        yield Skipped(
            printable(str(folder)), f"打不开文件夹（{exc.strerror}）", "请检查是否有读取权限。"
        )
        return
    for entry in entries:
        if _is_quiet(entry.name):
            continue
        if entry.is_dir():
            yield from _walk(entry, entered)
        elif entry.is_file():
            yield entry
        elif entry.is_symlink() and _is_read(entry):
            yield Skipped(
                printable(str(entry)), "这个链接所指的文件不存在", "请补上那个文件，或删去链接。"
            )


def _is_quiet(name: str) -> bool:
    lower = name.lower()
    return (
        lower.startswith((".", "~$", "~wrl", "readme."))
        or lower in _QUIET_NAMES
        or lower == "readme"
        or lower.endswith((".tmp", ".bak", "~"))
    )


def _is_read(path: Path) -> bool:
    return path.suffix.lower() in READ_EXTENSIONS


def _skipped(path: Path, name: str) -> Skipped:
    extension = path.suffix.lower()
    hint = "请把其中的文字另存为 .docx 或 .txt 后再试；不是讲稿的话不必理会。"
    if extension in _PICTURES:
        hint = "这是图片；请先做文字识别（OCR），再把文字存为 .docx 或 .txt。"
    elif extension in _ARCHIVES:
        hint = "这是压缩包；请先解压，再把里面的文稿放进文件夹。"
    return Skipped(name, f"不支持的格式 {printable(extension) or '(无扩展名)'}", hint)
