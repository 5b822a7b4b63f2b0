"""What a build that cannot end tells the person."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from speechrag.errors import EmptySource, IndexError_
from speechrag.types import Skipped


def as_index_error(index_dir: Path, error: OSError | sqlite3.Error) -> IndexError_:
    """The error for an index that cannot be written, named by its cause."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return IndexError_(
            f"写索引时磁盘已满（{index_dir}）。原有的索引没有变动。", "请腾出空间后再试。"
        )
    return IndexError_(
        f"写索引时出错：{error}。原有的索引没有变动。", "请检查目录的权限、磁盘和剩余空间。"
    )


def nothing_found(sources: Sequence[Path], skipped: Sequence[Skipped]) -> EmptySource:
    """The error for sources without a single speech: an empty index never replaces another."""
    told = [f"{item.file}:{item.reason}" for item in skipped]
    detail = ";".join(told[:5]) or "没有文件"
    return EmptySource(
        f"{'、'.join(map(str, sources))} 里没有读得出讲话的文件（{detail}）。原有的索引没有变动。",
        "请检查路径；支持 .docx .doc .wps .rtf .pdf .html .txt .md。",
    )
