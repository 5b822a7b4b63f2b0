"""What a build has to do: which files are new or changed, what may be taken over, and why not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from speechrag.errors import IndexDamaged, IndexError_, IndexMissing, StoreError
from speechrag.index.encoding import TEXT_VERSION
from speechrag.index.generation import Generation, open_current
from speechrag.index.live import list_generations, read_current
from speechrag.index.manifest import FORMAT, NAME_SOURCES, read_manifest
from speechrag.index.prepare import Action, Tokenizes
from speechrag.index.reasons import Reason
from speechrag.index.records import records_digest
from speechrag.index.scan import Found, identify, list_files
from speechrag.index.store_tables import FileRow
from speechrag.index.vector_store import RemoteVectors
from speechrag.index.vector_store import is_remote as has_remote_vectors
from speechrag.types import Encoder, Skipped


class Redo(StrEnum):
    """What a person may have done again though nothing calls for it."""

    EVERYTHING = "full"
    SPLIT = "resplit"
    ENCODE = "reencode"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build has to do.

    `files` are all files by name. Of those unchanged, with what the earlier generation knows of
    them: `kept` have their speeches taken over, `split` are split again from the text it keeps.
    So are files that it knows by another name, for a name is part of its speeches. Those in `skips`
    could not be read then and have not changed since. `reasons` says what has to be done and why,
    and is empty where the live generation is up to date.
    """

    sources: tuple[Path, ...]
    reader: str
    started_ns: int  # before the first file was looked at
    files: tuple[Found, ...]
    kept: dict[str, FileRow]
    split: dict[str, FileRow]
    skips: dict[str, Skipped]
    before: dict[str, FileRow]  # all files of the earlier generation, changed or not
    reasons: tuple[Reason, ...]

    def action(self, found: Found) -> Action | None:
        """Where a file's speeches come from; None where it has none."""
        name = found.row.name
        if found.skipped is not None or name in self.skips:
            return None
        if name in self.kept:
            return Action.KEEP
        return Action.SPLIT if name in self.split else Action.READ


def make_plan(
    sources: Sequence[Path],
    previous: Generation | None,
    encoder: Encoder,
    tokenizer: Tokenizes,
    reader: str,
    redo: Collection[Redo] = (),
    *,
    can_split: bool = True,
    is_remote: bool = False,
) -> Plan:
    """Compare the files of the sources, and what a build is done with, with a generation.

    Args:
        sources: Files and folders, absolute.
        previous: The generation to take rows from.
        encoder: What the build encodes with.
        tokenizer: What the build tokenizes with.
        reader: The digests of the code that reads and splits files, from `reader_digest`.
        redo: What to do again in any case.
        can_split: Whether a file can be split again without being read.
        is_remote: Whether the vectors go to another engine than files.

    Raises:
        SourceError: A source does not exist.
    """
    started_ns = time.time_ns()
    found = list_files(sources)
    paths = tuple(sources)
    if previous is None:
        files = tuple(identify(item, None, 0) for item in found)
        why = Reason("full" if Redo.EVERYTHING in redo else "first")
        return Plan(paths, reader, started_ns, files, {}, {}, {}, {}, (why,))
    rows = {row.name: row for row in previous.store.files()}
    skipped = {row.name: (row, why) for row, why in previous.store.skipped()}
    known = rows | {name: row for name, (row, _why) in skipped.items()}
    files = tuple(
        identify(item, known.get(item.row.name), previous.info.started_ns) for item in found
    )
    same = {
        item.row.name
        for item in files
        if item.row.name in known and known[item.row.name].sha256 == item.row.sha256
    }
    ways = _reading(previous, reader, redo, can_split=can_split)
    reasons = [] if ways.reason is None else [Reason(ways.reason, len(same & set(rows)))]
    reasons += _misfits(previous, encoder, tokenizer, paths, redo)
    if has_remote_vectors(previous.directory) != is_remote:
        reasons.append(Reason("store"))
    now = {item.row.name for item in files}
    all_are_read = ways.unchanged is Action.READ
    moved = {} if all_are_read or not can_split else _moved(files, rows, set(known))
    reasons += _differences(set(known), now, same, moved, all_are_read=all_are_read)
    unchanged = same if not all_are_read else set()
    taken = {name: rows[name] for name in sorted(unchanged & set(rows))}
    return Plan(
        sources=paths,
        reader=reader,
        started_ns=started_ns,
        files=files,
        kept=taken if ways.unchanged is Action.KEEP else {},
        split=moved | (taken if ways.unchanged is Action.SPLIT else {}),
        skips={name: skipped[name][1] for name in sorted(unchanged & set(skipped))},
        before=rows,
        reasons=tuple(reasons),
    )


class _Ways(NamedTuple):
    unchanged: Action  # what becomes of a file that has not changed
    reason: str | None  # where that is not to keep it


def _reading(
    previous: Generation, reader: str, redo: Collection[Redo], *, can_split: bool
) -> _Ways:
    """What has to be done with files that have not changed."""
    reading, _, splitting = reader.partition("-")
    was_reading, _, was_splitting = previous.info.parser.partition("-")
    if was_reading != reading or previous.info.text != TEXT_VERSION:
        return _Ways(Action.READ, "reader")
    if was_splitting != splitting:
        if can_split:
            return _Ways(Action.SPLIT, "splitter")
        return _Ways(Action.READ, "splitter_read")
    if Redo.SPLIT in redo and can_split:
        return _Ways(Action.SPLIT, "resplit")
    return _Ways(Action.KEEP, None)


def _misfits(
    previous: Generation,
    encoder: Encoder,
    tokenizer: Tokenizes,
    sources: Sequence[Path],
    redo: Collection[Redo],
) -> list[Reason]:
    """What a build is done with that the earlier one was not."""
    manifest = previous.manifest
    reasons = []
    if manifest.tokenizer_digest != tokenizer.digest:
        reasons.append(Reason("tokenizer"))
    if manifest.encoder_digest != encoder.digest:
        reasons.append(Reason("encoder", before=manifest.encoder, after=encoder.name))
    elif Redo.ENCODE in redo:
        reasons.append(Reason("reencode"))
    if manifest.format != FORMAT:
        reasons.append(Reason("format", before=str(manifest.format), after=str(FORMAT)))
    if previous.notices:
        reasons.append(Reason("damaged"))
    if tuple(map(str, sources)) != previous.info.sources:
        reasons.append(Reason("sources"))
    return reasons


def _moved(
    files: Sequence[Found], rows: Mapping[str, FileRow], known: Collection[str]
) -> dict[str, FileRow]:
    """New files that hold what a file of the earlier generation holds, by name, with that one.

    What is read of a file depends on its bytes and on its extension alone. One that is gone goes
    before one that is still there, and each that is gone is taken once, as far as they go.
    """
    still = {item.row.name for item in files}
    held: dict[tuple[str, str], list[FileRow]] = {}
    for row in sorted(rows.values(), key=lambda row: (row.name in still, row.name), reverse=True):
        held.setdefault((row.sha256, _extension(row.name)), []).append(row)
    moved = {}
    for item in files:
        name, digest = item.row.name, item.row.sha256
        alike = held.get((digest, _extension(name))) if digest and name not in known else None
        if alike:
            moved[name] = alike.pop() if len(alike) > 1 else alike[0]
    return moved


def _extension(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _differences(
    before: set[str],
    now: set[str],
    same: set[str],
    moved: Mapping[str, FileRow],
    *,
    all_are_read: bool,
) -> list[Reason]:
    """How the files differ from those of the earlier generation, by their names."""
    n_renamed = len({row.name for row in moved.values()} - now)
    counts = {
        "changed": 0 if all_are_read else len(now & before - same),
        "renamed": n_renamed,
        "copied": len(moved) - n_renamed,
        "new": len(now - before) - len(moved),
        "gone": len(before - now) - n_renamed,
    }
    return [Reason(key, n) for key, n in counts.items() if n]


def open_previous(index_dir: Path, remote: RemoteVectors | None = None) -> Generation | None:
    """The live generation to take rows from; None where there is none that can be used.

    Raises:
        StoreError: The engine that keeps the vectors does not answer, or refuses.
    """
    try:
        generation = open_current(index_dir, remote=remote)
    except StoreError:
        raise  # nothing could be written there either
    except IndexError_:
        return None
    if generation.info.records != records_digest():
        generation.close()
        return None
    return generation


def remembered_sources(index_dir: Path) -> list[Path]:
    """The sources of the live generation, or of the newest that says.

    Raises:
        IndexMissing: There is none.
        IndexDamaged: There are some, and none can be read.
    """
    live, names = read_current(index_dir), list_generations(index_dir)
    for name in (live, *reversed(names)):
        with suppress(IndexError_):
            if name is not None:
                return [Path(source) for source in read_manifest(index_dir / name)[1].sources]
    if names:
        raise IndexDamaged(
            f"{index_dir} 里各代索引的清单都已损坏，不知道上次读的是哪些文件夹。", NAME_SOURCES
        )
    raise IndexMissing(f"{index_dir} 里还没有索引，不知道该读哪些文件夹。", NAME_SOURCES)


READING_MODULES = frozenset(
    "assembly commonchars decode legacy_word legacy_word_lists legacy_word_package likelihood "
    "markdown misread numerals ooxml page_furniture page_rules pdf read resync rtf rtf_story "
    "sniff sources webpage word word_chunks word_lists word_package".split()
)
"""The modules of `speechrag.corpus` that make a file a `Document`; a test follows the imports."""


def reader_digest(version: str) -> str:
    """Changes with the code that reads and splits files: what it made before is made again.

    Two digests with a hyphen between: of what makes a file a `Document`, and of all that comes
    after (with `version`), which can be done again from the document that is kept.
    """
    reading, splitting = hashlib.sha256(), hashlib.sha256(version.encode())
    folder = Path(__file__).parent.parent / "corpus"
    for path in sorted(folder.glob("*.py")):
        digest = reading if path.stem in READING_MODULES else splitting
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"{reading.hexdigest()}-{splitting.hexdigest()}"
