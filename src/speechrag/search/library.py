"""The library as a whole: building it, adding to it, and serving the newest generation of it."""

from __future__ import annotations

import logging
import re
import shutil
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from speechrag.config import Settings
from speechrag.corpus.clean import parse_file
from speechrag.errors import IndexDamaged, IndexError_, IndexMissing, SourceError
from speechrag.index.build import build_index
from speechrag.index.encoders import load_encoder
from speechrag.index.live import Live, list_generations, look_at_live
from speechrag.index.milvus.vectors import open_remote
from speechrag.index.plan import Redo, remembered_sources
from speechrag.index.progress import BuildReport, Progress
from speechrag.index.tokens import Tokenizer
from speechrag.search.engine import Engine
from speechrag.search.roles import assign_roles, roles_digest
from speechrag.types import Encoder, ParsedFile

log = logging.getLogger(__name__)

_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def build_library(
    sources: Sequence[Path] | None,
    settings: Settings,
    *,
    full: bool = False,
    redo: Collection[Redo] = (),
    encoder: Encoder | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> BuildReport:
    """Build or update the index of `settings.index`.

    Args:
        sources: Files and folders; None takes those of the last build, or `settings.seeds`.
        settings: Which encoder and user terms to use.
        full: Take nothing over from the last build.
        redo: What to do again though nothing calls for it.
        encoder: An encoder that is loaded already.
        progress: Called with each step.

    Raises:
        SourceError: A source does not exist.
        IndexLocked: Another process is building.
        IndexDamaged: Sources were not given, and no generation can say which they were.

    """
    encoder = encoder or load_encoder(settings.encoder, allow_download=settings.allow_download)
    return build_index(
        sources or sources_of(settings),
        settings.index,
        encoder,
        Tokenizer(settings.user_terms),
        full=full,
        redo=redo,
        progress=progress,
        assign_roles=assign_roles,
        reader_version=roles_digest(),
        remote=open_remote(settings),
    )


def sources_of(settings: Settings) -> list[Path]:
    """The sources of the last build; `settings.seeds` where nothing was ever built.

    Raises:
        IndexDamaged: There are generations and none can say: another folder must not replace them.

    """
    if not list_generations(settings.index):
        return [settings.seeds]
    return remembered_sources(settings.index)


def inspect_file(path: Path) -> ParsedFile:
    """What would become of one file, roles included; nothing is stored."""
    parsed = parse_file(path)
    return replace(parsed, speeches=tuple(assign_roles(speech) for speech in parsed.speeches))


class LiveLibrary:
    """The newest generation, for a server that outlives rebuilds. Safe to use from several threads.

    Args:
        settings: Where the index and the speeches are.

    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._swapping = threading.Lock()
        # With what was live when it was opened; where that is damaged it is an earlier one's.
        self._opened: tuple[Live, Engine] | None = None

    def engine(self) -> Engine:
        """The engine of the live generation; a request keeps the one it was given.

        Where the index has gone or no generation of it is sound any more, the one that was
        opened before goes on answering.

        Raises:
            IndexMissing: Nothing was built yet.
            IndexDamaged: No generation is sound.
            IndexIncompatible: The live one was built with another encoder or format.

        """
        live = look_at_live(self.settings.index)
        opened = self._opened
        if opened is None or opened[0] != live:
            with self._swapping:
                opened = self._opened
                if opened is None or opened[0] != live:
                    opened = self._opened = live, self._open(opened[1] if opened else None)
        return opened[1]

    def _open(self, before: Engine | None) -> Engine:
        if before is None:
            return Engine.open(self.settings)
        try:
            return Engine.open(self.settings, before.encoder)
        except (IndexMissing, IndexDamaged) as error:
            log.warning("%s 继续用已打开的 %s。", error.message, before.generation.name)
            return before

    def rebuild(self, progress: Callable[[Progress], None] | None = None) -> BuildReport:
        """Update the index from the sources of the last build; the old one serves meanwhile."""
        encoder = self._opened[1].encoder if self._opened else None
        return build_library(None, self.settings, encoder=encoder, progress=progress)

    def folders(self) -> list[Path]:
        """The folders that the speeches are read from; `settings.seeds` first, if it is one."""
        try:
            sources = sources_of(self.settings)
        except IndexError_:
            sources = []
        seeds = self.settings.seeds
        folders = [source for source in sources if source.is_dir()] or [seeds]
        return sorted(folders, key=lambda folder: folder.resolve() != seeds.resolve())

    def add_files(self, paths: Sequence[Path]) -> list[Path]:
        """Copy files into the folder of speeches; a name that is taken gets a number.

        Raises:
            SourceError: A file cannot be copied.

        """
        folder = self.folders()[0]
        folder.mkdir(parents=True, exist_ok=True)
        return [_copy_into(folder, path) for path in paths]


def _copy_into(folder: Path, path: Path) -> Path:
    name = _UNSAFE_IN_NAMES.sub("_", path.name).strip(" .") or "讲话.txt"
    target = folder / name
    number = 2
    while target.exists():
        target = folder / f"{Path(name).stem}({number}){Path(name).suffix}"
        number += 1
    try:
        shutil.copyfile(path, target)
    except OSError as exc:
        raise SourceError(
            f"文件“{name}”没能存入 {folder}({exc.strerror})。",
            "请检查文件夹的写权限和磁盘空间。",
        ) from exc
    return target
