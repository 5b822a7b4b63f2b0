"""Arrays on disk: .npy files, memory-mapped when opened; nothing is ever unpickled."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_READING_HEADERS = threading.Lock()
"""numpy reads a header with `ast`, which CPython 3.11 may refuse to two threads at once."""


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write one array; refuses object arrays, which would have to be pickled."""
    with path.open("wb") as file:
        np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def open_array(path: Path) -> NDArray[Any]:
    """Open one array read-only, mapped from the file."""
    with _READING_HEADERS:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def create_array(path: Path, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[Any]:
    """A new array in a file, mapped for writing (in memory only where it is empty)."""
    if 0 in shape:
        empty = np.zeros(shape, dtype=dtype)
        save_array(path, empty)
        return empty
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
    # On a full disk, writing to a page without a place on it would kill the process (SIGBUS).
    with path.open("r+b") as file:
        _reserve(file.fileno(), path.stat().st_size)
    return array


def _reserve(descriptor: int, n_bytes: int) -> None:
    """Have the disk set room aside for a file, where the system can."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, n_bytes)


def save_json(path: Path, value: object) -> None:
    """Write one JSON document, UTF-8, keys in order."""
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def open_json(path: Path) -> Any:
    """Read one JSON document."""
    return json.loads(path.read_text(encoding="utf-8"))
