"""Building a generation of the index from folders of speeches, reusing what has not changed."""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from pathlib import Path

from speechrag.index.build_errors import as_index_error, nothing_found
from speechrag.index.collect import RowCollector
from speechrag.index.encoding import TEXT_VERSION
from speechrag.index.generation import Generation, open_generation
from speechrag.index.live import BUILDING_PREFIX, clear_leftovers, promote, prune
from speechrag.index.lock import write_lock
from speechrag.index.manifest import FORMAT, BuildInfo, digest_files, write_manifest
from speechrag.index.passage_tokens import HasTokens
from speechrag.index.plan import (
    Plan,
    Redo,
    make_plan,
    open_previous,
    reader_digest,
    remembered_sources,
)
from speechrag.index.prepare import Action, Parse, Preparer, Split, Task, Tokenizes
from speechrag.index.progress import BuildReport, Done, Progress, ProgressMeter, Stopwatch
from speechrag.index.reading import Outcome, Outcomes
from speechrag.index.records import records_digest
from speechrag.index.store import PassageStore
from speechrag.index.store_tables import FileRow
from speechrag.index.store_writer import StoreWriter
from speechrag.index.validation import validate
from speechrag.index.vector_store import RemoteVectors
from speechrag.types import Encoder, Manifest, Skipped, Speech

SMALL_BYTES = 500_000
"""So little is read by one worker process before a second would have started (half a second)."""


def build_index(
    sources: Sequence[Path],
    index_dir: Path,
    encoder: Encoder,
    tokenizer: Tokenizes,
    *,
    full: bool = False,
    redo: Collection[Redo] = (),
    progress: Callable[[Progress], None] | None = None,
    parse: Parse | None = None,
    split: Split | None = None,
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
        full: Take nothing over from the live generation; the same as `Redo.EVERYTHING`.
        redo: What to do again though nothing calls for it.
        progress: Called with every step.
        parse: Reads one file, in this process; by default files are read in worker processes,
            to which tokenizer and `assign_roles` are then sent.
        split: Splits what `parse` has read, as `parse_document` does for the files of
            `speechrag.corpus`; without it, files that `parse` read cannot be split again.
        assign_roles: Gives the passages of a speech their roles.
        reader_version: Whatever else determines what becomes of a document; with the code of
            `speechrag.corpus`, a change of it has every file split or read again.
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
    redo = {*redo, Redo.EVERYTHING} if full else set(redo)
    try:
        with write_lock(index_dir):
            clear_leftovers(index_dir)
            previous = None if Redo.EVERYTHING in redo else open_previous(index_dir, remote)
            paths = [Path(os.path.abspath(source)) for source in sources]
            meter.step("scan")
            with watch.timing("read"):
                plan = make_plan(
                    paths or remembered_sources(index_dir),
                    previous,
                    encoder,
                    tokenizer,
                    reader_digest(reader_version),
                    redo,
                    can_split=parse is None or split is not None,
                    is_remote=remote is not None,
                )
            earlier = previous.directory if previous else None
            with_sentences = isinstance(encoder, HasTokens)
            preparer = Preparer(tokenizer, assign_roles, parse, split, earlier, with_sentences)
            build = _Build(index_dir, plan, encoder, preparer, previous, watch, meter, remote, redo)
            return build.run()
    except (OSError, sqlite3.Error) as error:
        raise as_index_error(index_dir, error) from error


class _Build:
    """One build, under the lock."""

    def __init__(
        self,
        index_dir: Path,
        plan: Plan,
        encoder: Encoder,
        preparer: Preparer,
        previous: Generation | None,
        watch: Stopwatch,
        meter: ProgressMeter,
        remote: RemoteVectors | None,
        redo: Collection[Redo],
    ) -> None:
        self._index_dir = index_dir
        self._plan = plan
        self._encoder = encoder
        self._preparer = preparer
        self._redo = redo
        self._previous = previous
        self._watch = watch
        self._meter = meter
        self._remote = remote
        self._skipped: list[tuple[FileRow, Skipped]] = []
        self._n_read = self._n_split = 0

    def run(self) -> BuildReport:
        plan, previous = self._plan, self._previous
        if previous is not None and not plan.reasons:
            if self._remote is not None:
                self._remote.publish(previous.directory)
                self._remote.sweep(self._index_dir)
            return self._report(previous, previous.manifest.n_passages, Done())
        building = self._index_dir / f"{BUILDING_PREFIX}{os.getpid()}"
        building.mkdir()
        try:
            with (
                closing(self._row_collector(building)) as rows,
                closing(StoreWriter(building, previous.store if previous else None)) as writer,
            ):
                self._add_files(writer, rows)
                if writer.n_speeches == 0:
                    skipped = [item for _row, item in self._skipped]
                    raise nothing_found(plan.sources, skipped)
                self._write(writer, rows)
                name = self._finish(building, writer, rows)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        prune(self._index_dir)
        if self._remote is not None:
            self._remote.sweep(self._index_dir)
        generation = open_generation(self._index_dir / name, verify=False)
        done = Done(self._n_read, self._n_split, rows.n_tokenized, rows.n_encoded)
        report = self._report(generation, rows.n_reused, done)
        generation.close()
        if previous is not None:
            previous.close()
        return report

    def _row_collector(self, building: Path) -> RowCollector:
        return RowCollector(
            building,
            self._encoder,
            self._preparer.tokenizer,
            self._previous,
            self._watch,
            self._meter,
            reencode=Redo.ENCODE in self._redo,
        )

    def _add_files(self, writer: StoreWriter, rows: RowCollector) -> None:
        plan = self._plan
        if rows.takes_whole_files:
            rows.reserve(list(plan.kept.values()))
        tasks, n_bytes = self._tasks(rows)
        n_workers = 1 if n_bytes < SMALL_BYTES else None
        with Outcomes(self._preparer, tasks, n_workers) as outcomes:
            for number, item in enumerate(plan.files, 1):
                action = plan.action(item)
                if action is None:
                    why = plan.skips.get(item.row.name, item.skipped)
                    assert why is not None
                    self._skipped.append((item.row, why))
                elif action is Action.KEEP and rows.takes_whole_files:
                    old = plan.kept[item.row.name]
                    with self._watch.timing("write"):
                        writer.copy_file(old, item.row)
                        rows.add_file(old)
                else:
                    self._n_read += action is Action.READ
                    self._n_split += action is Action.SPLIT
                    self._add(item.row, next(outcomes), writer, rows)
                self._meter.step("read", number, len(plan.files))

    def _tasks(self, rows: RowCollector) -> tuple[list[Task], int]:
        """What the files need that are not taken over whole, in their order, and their size."""
        plan, n_bytes = self._plan, 0
        tasks = []
        for item in plan.files:
            action = plan.action(item)
            if action is None or (action is Action.KEEP and rows.takes_whole_files):
                continue
            name = item.row.name
            stored = plan.split.get(name) or plan.before.get(name)
            # a copy of a file that stays needs words of its own
            has_words = stored is not None and (stored.name == name or stored.name not in plan.kept)
            known = rows.known_tokens(stored) if stored is not None and has_words else b""
            tasks.append(Task(item.path, name, action, stored, known))
            n_bytes += item.row.size
        return tasks, n_bytes

    def _add(self, row: FileRow, outcome: Outcome, writer: StoreWriter, rows: RowCollector) -> None:
        if isinstance(outcome, Skipped):
            self._skipped.append((row, outcome))
            return
        self._watch.add(outcome.seconds)
        with self._watch.timing("write"):
            if outcome.record is not None:
                writer.add_file(row, outcome.record)
            else:
                writer.copy_file(self._plan.kept[row.name], row)
        rows.add_rows(outcome.rows)

    def _write(self, writer: StoreWriter, rows: RowCollector) -> None:
        self._meter.step("write", part="records")
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
                user_terms=tuple(self._preparer.tokenizer.user_terms),
            )
            write_manifest(building, manifest, info)
            self._meter.part("check", "probes", "rows")
            validate(building, self._remote)
            publish = self._remote.publish if self._remote is not None else None
            return promote(building, self._index_dir, publish)

    def _manifest(self, building: Path, writer: StoreWriter) -> Manifest:
        corpus = "\n".join(f"{item.row.name}\t{item.row.sha256}" for item in self._plan.files)
        told = self._meter.part("check", "digests", "mb")
        return Manifest(
            format=FORMAT,
            encoder=self._encoder.name,
            encoder_digest=self._encoder.digest,
            dim=self._encoder.dim,
            tokenizer_digest=self._preparer.tokenizer.digest,
            corpus_digest=hashlib.sha256(corpus.encode("utf-8", "surrogatepass")).hexdigest(),
            n_speeches=writer.n_speeches,
            n_passages=writer.n_rows,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            files=digest_files(building, told),
        )

    def _report(self, generation: Generation, n_reused: int, done: Done) -> BuildReport:
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
            done=done,
        )
