"""Which generations there are, and which is live: one folder each, and one file that names one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from speechrag.index.manifest import MANIFEST_FILE

CURRENT_FILE = "CURRENT"
PREFIX = "gen-"
BUILDING_PREFIX = ".building-"
N_KEPT = 3
"""Generations that stay, the live one among them."""


def list_generations(index_dir: Path) -> list[str]:
    """The names of all generations, oldest first."""
    try:
        names = [entry.name for entry in os.scandir(index_dir) if entry.is_dir()]
    except OSError:
        return []
    return sorted(name for name in names if _is_generation(name))


def _is_generation(name: str) -> bool:
    return name.startswith(PREFIX) and name.removeprefix(PREFIX).isdigit()


def read_current(index_dir: Path) -> str | None:
    """The name of the live generation; None where `CURRENT` is missing or says nothing sound."""
    try:
        name = (index_dir / CURRENT_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if _is_generation(name) else None


class Live(NamedTuple):
    """What tells one live generation from the next.

    A name alone does not: an index that was deleted and built again begins at the same one.
    """

    name: str | None
    built: tuple[int, int] | None  # its manifest's inode and time; None where it has none


def look_at_live(index_dir: Path) -> Live:
    """What is live now; opens no generation."""
    name = read_current(index_dir)
    try:
        manifest = (index_dir / (name or "") / MANIFEST_FILE).stat()
    except OSError:
        return Live(name, None)
    return Live(name, (manifest.st_ino, manifest.st_mtime_ns))


def promote(building: Path, index_dir: Path, publish: Callable[[Path], None] | None = None) -> str:
    """Make a finished folder the live generation, and return its name.

    The order is what makes it safe: everything is on the disk before the folder has its name, and
    the folder has its name before `CURRENT` says it. `publish` is called between the two; where it
    fails the folder goes.
    """
    sync_tree(building)
    names = list_generations(index_dir)
    number = int(names[-1].removeprefix(PREFIX)) + 1 if names else 1
    name = f"{PREFIX}{number:06d}"
    os.rename(building, index_dir / name)
    sync_path(index_dir)
    if publish is not None:
        try:
            publish(index_dir / name)
        except BaseException:
            shutil.rmtree(index_dir / name, ignore_errors=True)
            raise
    point_current(index_dir, name)
    return name


def point_current(index_dir: Path, name: str) -> None:
    """Make a generation live, by one rename."""
    temporary = index_dir / f"{CURRENT_FILE}.new"
    with temporary.open("w", encoding="utf-8") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, index_dir / CURRENT_FILE)
    sync_path(index_dir)


def sync_tree(directory: Path) -> None:
    """Have every file and folder below reach the disk."""
    for folder, _folders, files in os.walk(directory):
        for file in files:
            sync_path(Path(folder) / file)
        sync_path(Path(folder))


def sync_path(path: Path) -> None:
    """Have one file or folder reach the disk (folders: where the system can)."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def prune(index_dir: Path, keep: int = N_KEPT) -> None:
    """Delete all but the live generation and the newest others; what will not go stays whole."""
    live = read_current(index_dir)
    others = [name for name in list_generations(index_dir) if name != live]
    for name in others[: max(len(others) - (keep - 1), 0)]:
        # Renamed first, so that it is never half a generation under its own name; on Windows the
        # rename fails while a reader has it open.
        doomed = index_dir / f"{BUILDING_PREFIX}{name}"
        with contextlib.suppress(OSError):
            os.rename(index_dir / name, doomed)
            shutil.rmtree(doomed, ignore_errors=True)


def clear_leftovers(index_dir: Path) -> None:
    """Delete what interrupted builds left; only for the holder of the lock."""
    for entry in list(os.scandir(index_dir)):
        if entry.name.startswith(BUILDING_PREFIX):
            shutil.rmtree(entry.path, ignore_errors=True)
    (index_dir / f"{CURRENT_FILE}.new").unlink(missing_ok=True)
