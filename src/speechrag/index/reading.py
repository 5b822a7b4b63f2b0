"""How a build has its files read: in worker processes, or one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from speechrag.corpus.sources import SourceFile
from speechrag.errors import SourceError
from speechrag.types import ParsedFile, Skipped

Parse = Callable[[Path, str], ParsedFile]
ParseMany = Callable[[Iterable[SourceFile]], Iterator[ParsedFile | Skipped]]
"""Files to what became of each, in the same order."""


def parse_in_workers(files: Iterable[SourceFile]) -> Iterator[ParsedFile | Skipped]:
    """Read files in processes that may be ended, on all cores."""
    from speechrag.corpus.worker import ParserPool

    with ParserPool() as pool:
        yield from pool.imap("speechrag.index.reading:parse_source", list(files))


def parse_source(file: SourceFile) -> ParsedFile:
    """Read one file, in a worker."""
    from speechrag.corpus.clean import parse_file

    return parse_file(file.path, file.name)


def parse_each(parse: Parse) -> ParseMany:
    """Read files one after the other in this process; what fails is reported, not raised."""

    def parse_many(files: Iterable[SourceFile]) -> Iterator[ParsedFile | Skipped]:
        for file in files:
            try:
                yield parse(file.path, file.name)
            except SourceError as error:
                yield Skipped(file.name, error.message, error.hint)
            except Exception as error:  # noqa: BLE001 - one file must not end the build
                reason = f"读取时出错：{type(error).__name__}: {error}"
                yield Skipped(file.name, reason, "请把这个文件另存为 .docx 或 .txt 再试。")

    return parse_many
