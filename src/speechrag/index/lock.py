"""One writer at a time.

The lock is the operating system's (flock, or msvcrt on Windows), by way of filelock: it ends with
the process that holds it, however that process ends, so a dead owner's lock is simply taken. Who
holds it and since when stands in a file beside it, for the person who has to wait.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from speechrag.errors import IndexError_, IndexLocked

LOCK_FILE = ".lock"
OWNER_FILE = ".lock-owner.json"
OTHER_FOLDER = "请用 --index 换一个目录。"


@contextmanager
def write_lock(index_dir: Path) -> Iterator[None]:
    """Hold the right to write to an index.

    Raises:
        IndexLocked: Another living process holds it; names it and how long it has.
        IndexError_: The folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / LOCK_FILE, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise IndexLocked(
            f"索引 {index_dir} 正由{_describe_owner(index_dir)}重建。",
            "请等它完成；若确认它已停住，结束该进程即可，锁会自动解除。",
        ) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise IndexError_(
            f"{index_dir} 不能作索引目录：它或它的上级是一个文件。", OTHER_FOLDER
        ) from error
    except OSError as error:
        raise IndexError_(
            f"索引目录 {index_dir} 不能写入：{error.strerror or error}",
            "请检查目录的权限和所在磁盘，或用 --index 换一个目录。",
        ) from error
    try:
        _write_owner(index_dir)
        yield
    finally:
        (index_dir / OWNER_FILE).unlink(missing_ok=True)
        lock.release()


def _write_owner(index_dir: Path) -> None:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now}
    try:
        (index_dir / OWNER_FILE).write_text(json.dumps(owner), encoding="utf-8")
    except OSError as error:
        raise IndexError_(
            f"索引目录 {index_dir} 不能写入：{error.strerror or error}",
            "请检查目录的权限和磁盘的剩余空间。",
        ) from error


def _describe_owner(index_dir: Path) -> str:
    try:
        owner = json.loads((index_dir / OWNER_FILE).read_text(encoding="utf-8"))
        since = datetime.datetime.fromisoformat(owner["since"])
        age = datetime.datetime.now(datetime.UTC) - since
        return f"进程 {owner['pid']}（主机 {owner['host']}，已 {int(age.total_seconds())} 秒）"
    except (OSError, ValueError, KeyError, TypeError):
        return "另一个进程"
