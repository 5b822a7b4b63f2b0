"""Building a generation of the index from folders of speeches, reusing what has not changed."""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from speechrag.corpus.sources import SourceFile
from speechrag.errors import EmptySource, IndexDamaged, IndexError_, IndexMissing
from speechrag.index.collect import RowCollector, Tokenizes
from speechrag.index.encoding import TEXT_VERSION
from speechrag.index.generation import Generation, open_current, open_generation
from speechrag.index.live import (
    BUILDING_PREFIX,
    clear_leftovers,
    list_generations,
    promote,
    prune,
    read_current,
)
from speechrag.index.lock import write_lock
from speechrag.index.manifest import (
    FORMAT,
    REBUILD_FULL,
    BuildInfo,
    file_digest,
    read_manifest,
    write_manifest,
)
from speechrag.index.progress import BuildReport, Progress, ProgressMeter, Stopwatch
from speechrag.index.reading import Parse, ParseMany, parse_each, parse_in_workers
from speechrag.index.records import records_digest
from speechrag.index.scan import Found, identify, list_files
from speechrag.index.store import FileRow, PassageStore
from speechrag.index.store_writer import StoreWriter
from speechrag.types import Encoder, Manifest, ParsedFile, Skipped, Speech


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build has to do.

    `files` are all files by name; those in `kept` are unchanged, with what the earlier generation
    knows of them; those in `skips` could not be read then and have not changed since.
    """

    files: tuple[Found, ...]
    kept: dict[str, FileRow]
    skips: dict[str, Skipped]
    reasons: tuple[str, ...]


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

    Raises:
        IndexLocked: Another process is building.
        IndexMissing: No sources were given and there is no generation to take them from.
        SourceError: A source does not exist, or no file in them can be read.
        IndexError_: The folder cannot be written to, or the disk is full; the live
            generation is as it was.
    """
    watch, meter = Stopwatch(), ProgressMeter(progress)
    read = parse_many or (parse_each(parse) if parse else parse_in_workers)
    try:
        with write_lock(index_dir):
            clear_leftovers(index_dir)
            previous = None if full else _open_previous(index_dir)
            paths = [Path(os.path.abspath(source)) for source in sources]
            reader = _reader_digest(reader_version)
            build = _Build(index_dir, encoder, tokenizer, previous, watch, meter)
            build.sources = paths or _remembered_sources(index_dir)
            build.reader = reader
            return build.run(read, assign_roles)
    except (OSError, sqlite3.Error) as error:
        raise _as_index_error(index_dir, error) from error


def _as_index_error(index_dir: Path, error: OSError | sqlite3.Error) -> IndexError_:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return IndexError_(
            f"写索引时磁盘已满({index_dir})。原有的索引没有变动。", "请腾出空间后再试。"
        )
    return IndexError_(
        f"写索引时出错:{error}。原有的索引没有变动。", "请检查目录的权限、磁盘和剩余空间。"
    )


class _Build:
    """One build, under the lock."""

    sources: list[Path]
    reader: str

    def __init__(
        self,
        index_dir: Path,
        encoder: Encoder,
        tokenizer: Tokenizes,
        previous: Generation | None,
        watch: Stopwatch,
        meter: ProgressMeter,
    ) -> None:
        self._index_dir = index_dir
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._previous = previous
        self._watch = watch
        self._meter = meter
        self._skipped: list[tuple[FileRow, Skipped]] = []
        self._started_ns = time.time_ns()

    def run(self, read: ParseMany, assign_roles: Callable[[Speech], Speech] | None) -> BuildReport:
        self._meter.step("scan")
        with self._watch.timing("read"):
            plan = self._plan()
        if self._previous is not None and not plan.reasons:
            return self._report(self._previous, len(plan.kept), len(plan.kept), ())
        building = self._index_dir / f"{BUILDING_PREFIX}{os.getpid()}"
        building.mkdir()
        try:
            with (
                closing(self._row_collector(building)) as rows,
                closing(self._store_writer(building)) as writer,
            ):
                self._add_files(plan, read, assign_roles, writer, rows)
                if writer.n_speeches == 0:
                    raise self._nothing_found()
                self._write(writer, rows)
                name = self._finish(building, plan, writer, rows)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        prune(self._index_dir)
        generation = open_generation(self._index_dir / name, verify=False)
        report = self._report(generation, len(plan.kept), rows.n_reused, plan.reasons)
        generation.close()
        return report

    def _row_collector(self, building: Path) -> RowCollector:
        previous = self._previous
        return RowCollector(building, self._encoder, self._tokenizer, previous, self._watch)

    def _store_writer(self, building: Path) -> StoreWriter:
        return StoreWriter(building, self._previous.store if self._previous else None)

    def _plan(self) -> Plan:
        found = list_files(self.sources)
        previous = self._previous
        if previous is None:
            identified = tuple(identify(item, None, 0) for item in found)
            return Plan(identified, {}, {}, ("没有可沿用的旧索引:全部读取。",))
        known = {row.name: row for row in previous.store.files()}
        skips = {row.name: (row, skipped) for row, skipped in previous.store.skipped()}
        built_ns = previous.info.started_ns
        files, kept, skips_kept = [], {}, {}
        same_reader = previous.info.parser == self.reader and previous.info.text == TEXT_VERSION
        for item in found:
            name = item.row.name
            before = known.get(name) or (skips[name][0] if name in skips else None)
            now = identify(item, before, built_ns)
            files.append(now)
            if before is None or not same_reader or now.row.sha256 != before.sha256:
                continue
            if name in known:
                kept[name] = known[name]
            else:
                skips_kept[name] = skips[name][1]
        reasons = self._reasons(previous, known, files, kept, skips_kept, same_reader)
        return Plan(tuple(files), kept, skips_kept, reasons)

    def _reasons(
        self,
        previous: Generation,
        known: dict[str, FileRow],
        files: Sequence[Found],
        kept: dict[str, FileRow],
        skips: dict[str, Skipped],
        same_reader: bool,
    ) -> tuple[str, ...]:
        reasons = []
        manifest = previous.manifest
        if not same_reader:
            reasons.append("读取、切分的程序变了:全部重读。")
        if manifest.tokenizer_digest != self._tokenizer.digest:
            reasons.append("分词或用户词典变了:全部重新分词。")
        if manifest.encoder_digest != self._encoder.digest:
            reasons.append(f"编码器变了({manifest.encoder} → {self._encoder.name}):全部重新编码。")
        names = {item.row.name for item in files}
        n_new = sum(1 for name in names if name not in known and name not in skips)
        n_changed = sum(1 for name in names if name in known and name not in kept)
        n_gone = sum(1 for name in known if name not in names)
        if same_reader and n_changed:
            reasons.append(f"{n_changed} 个文件有改动:重读。")
        if n_new:
            reasons.append(f"{n_new} 个文件是新的:读取。")
        if n_gone:
            reasons.append(f"{n_gone} 个文件不在了:去掉。")
        if previous.notices:
            reasons.append("现用的一代有损坏:重建。")
        if tuple(map(str, self.sources)) != previous.info.sources:
            reasons.append("来源文件夹变了。")
        return tuple(reasons)

    def _add_files(
        self,
        plan: Plan,
        read: ParseMany,
        assign_roles: Callable[[Speech], Speech] | None,
        writer: StoreWriter,
        rows: RowCollector,
    ) -> None:
        old_store = self._previous.store if self._previous else None
        if rows.takes_whole_files:
            rows.reserve(list(plan.kept.values()))
        known = plan.kept | plan.skips
        to_read = [
            SourceFile(item.path, item.row.name)
            for item in plan.files
            if item.skipped is None and item.row.name not in known
        ]
        outcomes = read(to_read)
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

    def _finish(self, building: Path, plan: Plan, writer: StoreWriter, rows: RowCollector) -> str:
        store = PassageStore.open(building)
        rows.write_groups(store)
        store.close()
        self._meter.step("check")
        with self._watch.timing("write"):
            manifest = self._manifest(building, plan, writer)
            info = BuildInfo(
                sources=tuple(map(str, self.sources)),
                parser=self.reader,
                text=TEXT_VERSION,
                records=records_digest(),
                n_files=writer.n_files,
                n_contexts=rows.n_contexts,
                started_ns=self._started_ns,
            )
            write_manifest(building, manifest, info)
            validate(building)
            return promote(building, self._index_dir)

    def _manifest(self, building: Path, plan: Plan, writer: StoreWriter) -> Manifest:
        corpus = "\n".join(f"{item.row.name}\t{item.row.sha256}" for item in plan.files)
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
            f"{'、'.join(map(str, self.sources))} 里没有读得出讲话的文件({detail})。"
            "原有的索引没有变动。",
            "请检查路径;支持 .txt .md .html .docx .pdf。",
        )

    def _report(
        self, generation: Generation, n_files: int, n_passages: int, reasons: tuple[str, ...]
    ) -> BuildReport:
        manifest = generation.manifest
        if not reasons:
            n_passages = manifest.n_passages
        return BuildReport(
            generation=generation.name,
            n_files=generation.info.n_files,
            n_speeches=manifest.n_speeches,
            n_passages=manifest.n_passages,
            skipped=tuple(skipped for _row, skipped in generation.store.skipped()),
            n_reused_files=n_files,
            n_reused_passages=n_passages,
            seconds=self._watch.total(),
            reasons=reasons,
        )


def validate(directory: Path) -> None:
    """Whether a generation that was just written answers: counts agree and probe queries run.

    Raises:
        IndexDamaged: It does not.
    """
    generation = open_generation(directory, verify=False)
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


def _open_previous(index_dir: Path) -> Generation | None:
    """The live generation to take rows from; None where there is none that can be used."""
    try:
        generation = open_current(index_dir)
    except IndexError_:
        return None
    if generation.info.records != records_digest():
        generation.close()
        return None
    return generation


def _remembered_sources(index_dir: Path) -> list[Path]:
    live = read_current(index_dir)
    for name in (live, *reversed(list_generations(index_dir))):
        with suppress(IndexError_):
            if name is not None:
                return [Path(source) for source in read_manifest(index_dir / name)[1].sources]
    raise IndexMissing(
        f"{index_dir} 里还没有索引,不知道该读哪些文件夹。", "请运行:speechrag index 文件夹"
    )


def _reader_digest(version: str) -> str:
    """Changes with the code that reads and splits files: what it made before is made again."""
    digest = hashlib.sha256(version.encode())
    folder = Path(__file__).parent.parent / "corpus"
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
