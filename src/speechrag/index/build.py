"""Building a generation of the index from folders of speeches, reusing what has not changed."""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from speechrag.corpus.sources import SourceFile
from speechrag.errors import EmptySource, IndexDamaged, IndexError_
from speechrag.index.collect import RowCollector, Tokenizes
from speechrag.index.encoding import TEXT_VERSION
from speechrag.index.generation import Generation, open_generation
from speechrag.index.live import BUILDING_PREFIX, clear_leftovers, promote, prune
from speechrag.index.lock import write_lock
from speechrag.index.manifest import FORMAT, REBUILD_FULL, BuildInfo, file_digest, write_manifest
from speechrag.index.plan import (
    Plan,
    make_plan,
    open_previous,
    reader_digest,
    remembered_sources,
)
from speechrag.index.progress import BuildReport, Progress, ProgressMeter, Stopwatch
from speechrag.index.reading import Parse, ParseMany, parse_each, parse_in_workers
from speechrag.index.records import records_digest
from speechrag.index.store import FileRow, PassageStore
from speechrag.index.store_writer import StoreWriter
from speechrag.index.vector_store import RemoteVectors
from speechrag.types import Encoder, Manifest, ParsedFile, Skipped, Speech


def build_index(
    sources: Sequence[Path],
    index_dir: Path,
    encoder: Encoder,
    tokenizer: Tokenizes,
    *,
    full: bool = False,
    progress: Callable[[Progress], None] | None = None,
    parse: Parse | None = None,
    parse_many: ParseMany | None = None,
    assign_roles: Callable[[Speech], Speech] | None = None,
    reader_version: str = "",
    remote: RemoteVectors | None = None,
) -> BuildReport:
    """Build the next generation and make it live; the live one serves until that moment.

    Args:
        sources: Files and folders; none: those of the live generation.
        index_dir: Where the generations stand.
        encoder: Gives the vectors.
        tokenizer: Gives the tokens.
        full: Take nothing over from the live generation.
        progress: Called with every step.
        parse: Reads one file, in this process; by default files are read in worker processes.
        parse_many: Reads many; instead of `parse`.
        assign_roles: Gives the passages of a speech their roles.
        reader_version: Whatever else determines what becomes of a file; with the code of
            `speechrag.corpus`, a change of it has every file read again.
        remote: The engine that keeps the vectors; None: files in the generation's folder.

    Raises:
        IndexLocked: Another process is building.
        IndexMissing: No sources were given and there is no generation to take them from.
        SourceError: A source does not exist, or no file in them can be read.
        IndexError_: The folder cannot be written to, or the disk is full; the live
            generation is as it was.
        StoreError: The engine that keeps the vectors does not answer, or refuses; likewise.
    """
    watch, meter = Stopwatch(), ProgressMeter(progress)
    read = parse_many or (parse_each(parse) if parse else parse_in_workers)
    try:
        with write_lock(index_dir):
            clear_leftovers(index_dir)
            previous = None if full else open_previous(index_dir, remote)
            paths = [Path(os.path.abspath(source)) for source in sources]
            meter.step("scan")
            with watch.timing("read"):
                plan = make_plan(
                    paths or remembered_sources(index_dir),
                    previous,
                    encoder,
                    tokenizer,
                    reader_digest(reader_version),
                    is_remote=remote is not None,
                )
            build = _Build(index_dir, plan, encoder, tokenizer, previous, watch, meter, remote)
            return build.run(read, assign_roles)
    except (OSError, sqlite3.Error) as error:
        raise _as_index_error(index_dir, error) from error


def _as_index_error(index_dir: Path, error: OSError | sqlite3.Error) -> IndexError_:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return IndexError_(
            f"写索引时磁盘已满（{index_dir}）。原有的索引没有变动。", "请腾出空间后再试。"
        )
    return IndexError_(
        f"写索引时出错：{error}。原有的索引没有变动。", "请检查目录的权限、磁盘和剩余空间。"
    )


class _Build:
    """One build, under the lock."""

    def __init__(
        self,
        index_dir: Path,
        plan: Plan,
        encoder: Encoder,
        tokenizer: Tokenizes,
        previous: Generation | None,
        watch: Stopwatch,
        meter: ProgressMeter,
        remote: RemoteVectors | None,
    ) -> None:
        self._index_dir = index_dir
        self._plan = plan
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._previous = previous
        self._watch = watch
        self._meter = meter
        self._remote = remote
        self._skipped: list[tuple[FileRow, Skipped]] = []

    def run(self, read: ParseMany, assign_roles: Callable[[Speech], Speech] | None) -> BuildReport:
        plan, previous = self._plan, self._previous
        if previous is not None and not plan.reasons:
            if self._remote is not None:
                self._remote.publish(previous.directory)
                self._remote.sweep(self._index_dir)
            return self._report(previous, previous.manifest.n_passages)
        building = self._index_dir / f"{BUILDING_PREFIX}{os.getpid()}"
        building.mkdir()
        try:
            with (
                closing(self._row_collector(building)) as rows,
                closing(self._store_writer(building)) as writer,
            ):
                self._add_files(read, assign_roles, writer, rows)
                if writer.n_speeches == 0:
                    raise self._nothing_found()
                self._write(writer, rows)
                name = self._finish(building, writer, rows)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        prune(self._index_dir)
        if self._remote is not None:
            self._remote.sweep(self._index_dir)
        generation = open_generation(self._index_dir / name, verify=False)
        report = self._report(generation, rows.n_reused)
        generation.close()
        if previous is not None:
            previous.close()
        return report

    def _row_collector(self, building: Path) -> RowCollector:
        previous = self._previous
        return RowCollector(building, self._encoder, self._tokenizer, previous, self._watch)

    def _store_writer(self, building: Path) -> StoreWriter:
        return StoreWriter(building, self._previous.store if self._previous else None)

    def _add_files(
        self,
        read: ParseMany,
        assign_roles: Callable[[Speech], Speech] | None,
        writer: StoreWriter,
        rows: RowCollector,
    ) -> None:
        plan = self._plan
        old_store = self._previous.store if self._previous else None
        if rows.takes_whole_files:
            rows.reserve(list(plan.kept.values()))
        outcomes = read([SourceFile(item.path, item.row.name) for item in plan.changed()])
        for number, item in enumerate(plan.files, 1):
            name = item.row.name
            if name in plan.skips:
                self._skipped.append((item.row, plan.skips[name]))
            elif item.skipped is not None:
                self._skipped.append((item.row, item.skipped))
            elif name in plan.kept and old_store is not None:
                self._keep(plan.kept[name], item.row, old_store, writer, rows)
            else:
                with self._watch.timing("read"):
                    outcome = next(outcomes)
                    if assign_roles is not None and isinstance(outcome, ParsedFile):
                        speeches = tuple(map(assign_roles, outcome.speeches))
                        outcome = replace(outcome, speeches=speeches)
                self._add(item.row, outcome, writer, rows)
            self._meter.step("read", number, len(plan.files))

    def _add(
        self, row: FileRow, outcome: ParsedFile | Skipped, writer: StoreWriter, rows: RowCollector
    ) -> None:
        if isinstance(outcome, Skipped):
            self._skipped.append((row, outcome))
            return
        with self._watch.timing("write"):
            writer.add_file(row, outcome)
        for speech in outcome.speeches:
            rows.add_speech(speech)

    def _keep(
        self,
        old: FileRow,
        row: FileRow,
        store: PassageStore,
        writer: StoreWriter,
        rows: RowCollector,
    ) -> None:
        with self._watch.timing("write"):
            writer.copy_file(old, row)
        if rows.takes_whole_files:
            rows.add_file(old)
        else:
            for speech in store.speeches_of(old):
                rows.add_speech(speech)

    def _write(self, writer: StoreWriter, rows: RowCollector) -> None:
        self._meter.step("write")
        with self._watch.timing("write"):
            for row, skipped in self._skipped:
                writer.add_skipped(row, skipped)
            writer.finish()
        rows.finish()

    def _finish(self, building: Path, writer: StoreWriter, rows: RowCollector) -> str:
        store = PassageStore.open(building)
        rows.write_groups(store)
        store.close()
        rows.write_vectors(self._remote)
        self._meter.step("check")
        with self._watch.timing("write"):
            manifest = self._manifest(building, writer)
            info = BuildInfo(
                sources=tuple(map(str, self._plan.sources)),
                parser=self._plan.reader,
                text=TEXT_VERSION,
                records=records_digest(),
                n_files=writer.n_files,
                n_contexts=rows.n_contexts,
                started_ns=self._plan.started_ns,
            )
            write_manifest(building, manifest, info)
            validate(building, self._remote)
            publish = self._remote.publish if self._remote is not None else None
            return promote(building, self._index_dir, publish)

    def _manifest(self, building: Path, writer: StoreWriter) -> Manifest:
        corpus = "\n".join(f"{item.row.name}\t{item.row.sha256}" for item in self._plan.files)
        digests = {}
        for path in sorted(building.rglob("*")):
            if path.is_file():
                digest = file_digest(path)
                assert digest is not None
                digests[path.relative_to(building).as_posix()] = digest
        return Manifest(
            format=FORMAT,
            encoder=self._encoder.name,
            encoder_digest=self._encoder.digest,
            dim=self._encoder.dim,
            tokenizer_digest=self._tokenizer.digest,
            corpus_digest=hashlib.sha256(corpus.encode("utf-8", "surrogatepass")).hexdigest(),
            n_speeches=writer.n_speeches,
            n_passages=writer.n_rows,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            files=digests,
        )

    def _nothing_found(self) -> EmptySource:
        skipped = [f"{item.file}:{item.reason}" for _row, item in self._skipped]
        detail = ";".join(skipped[:5]) or "没有文件"
        return EmptySource(
            f"{'、'.join(map(str, self._plan.sources))} 里没有读得出讲话的文件（{detail}）。"
            "原有的索引没有变动。",
            "请检查路径；支持 .txt .md .html .docx .pdf。",
        )

    def _report(self, generation: Generation, n_reused: int) -> BuildReport:
        manifest = generation.manifest
        return BuildReport(
            generation=generation.name,
            n_files=generation.info.n_files,
            n_speeches=manifest.n_speeches,
            n_passages=manifest.n_passages,
            skipped=tuple(skipped for _row, skipped in generation.store.skipped()),
            n_reused_files=len(self._plan.kept),
            n_reused_passages=n_reused,
            seconds=self._watch.total(),
            reasons=self._plan.reasons,
        )


def validate(directory: Path, remote: RemoteVectors | None = None) -> None:
    """Whether a generation that was just written answers: counts agree and probe queries run.

    Raises:
        IndexDamaged: It does not.
    """
    generation = open_generation(directory, verify=False, remote=remote)
    try:
        n_rows = generation.manifest.n_passages
        if (generation.body.n_vectors, generation.context.n_vectors) != (
            n_rows,
            generation.info.n_contexts,
        ):
            raise IndexDamaged(f"{directory} 的向量数与段落数不符。", REBUILD_FULL)
        for row in {0, n_rows // 2, n_rows - 1} if n_rows else set():
            _probe(generation, row)
    finally:
        generation.close()


def _probe(generation: Generation, row: int) -> None:
    """A passage must be found by its own vector, and its text must be there."""
    vector = generation.body.vectors(np.asarray([row]))
    scores, rows = generation.body.search(vector, 1)
    itself = float(vector[0] @ vector[0])
    if rows[0, 0] < 0 or (generation.body.is_exact and scores[0, 0] < itself - 0.01):
        raise IndexDamaged(f"{generation.directory} 的试查询没有找到第 {row} 段。", REBUILD_FULL)
    if not generation.store.text(row):
        raise IndexDamaged(f"{generation.directory} 的第 {row} 段是空的。", REBUILD_FULL)
