"""FAISS indexes from files and into them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

MAPPED_MIN_BYTES = 16 * 2**20
"""Of larger files the rows are mapped: a question that looks quickly first compares few of them."""


def load_faiss() -> Any:
    """Import it where it is used: 0.3 s that a question answered by words need not pay."""
    import faiss

    return faiss


def read_index(path: Path, *, mapped: bool) -> Any:
    """A FAISS index; its rows mapped from a large file, where FAISS can open it by its path.

    Raises:
        RuntimeError: It is no index.
        OSError: It cannot be read.
    """
    faiss = load_faiss()
    name = os.fsencode(path).decode(errors="replace")
    can_map = os.name == "posix" and name == str(path)
    if mapped and can_map and path.stat().st_size >= MAPPED_MIN_BYTES:
        return faiss.read_index(name, faiss.IO_FLAG_MMAP_IFC)
    with path.open("rb") as file:  # through Python: any path will do, on any system
        return faiss.read_index(faiss.PyCallbackIOReader(file.read))


def write_index(index: Any, path: Path) -> None:
    """Write a FAISS index into a file.

    Raises:
        OSError: It cannot be written.
    """
    faiss = load_faiss()
    failed: list[OSError] = []
    with path.open("wb") as file:

        def write(data: bytes) -> int:
            try:
                return file.write(data)
            except OSError as error:  # must not be raised through C++
                failed.append(error)
                return 0

        try:
            faiss.write_index(index, faiss.PyCallbackIOWriter(write))
        except RuntimeError as error:
            raise (failed[0] if failed else error) from error
