"""How a build has its files prepared: in worker processes, or one after the other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Self

from speechrag.errors import SourceError
from speechrag.index.prepare import Prepared, Preparer, Task, forget_store
from speechrag.types import Skipped

Outcome = Prepared | Skipped

_AHEAD = 16
"""Files that are ready before the build has come to them: some 20 MB at most."""


class Outcomes:
    """What becomes of files, in their order; a context manager and an iterator.

    Files are prepared on all cores by processes that may be ended, from the moment this is made,
    by a thread that keeps them busy while the build encodes and writes; with a parser of its own
    (`Preparer.parse`), one after the other in this process.

    Args:
        preparer: What is done with each.
        tasks: The files.
        n_workers: How many processes at most; None leaves it to `ParserPool`.
    """

    def __init__(
        self, preparer: Preparer, tasks: Sequence[Task], n_workers: int | None = None
    ) -> None:
        self._n_workers = n_workers
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        if preparer.parse is not None:
            self._results = prepare_each(preparer, tasks)
            return
        self._ready: queue.Queue[Any] = queue.Queue(_AHEAD)
        self._results = self._received()
        if tasks:
            self._thread = threading.Thread(
                target=self._work, args=(preparer, tasks), daemon=True, name="prepare-files"
            )
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def __iter__(self) -> Iterator[Outcome]:
        return self._results

    def __next__(self) -> Outcome:
        return next(self._results)

    def _received(self) -> Iterator[Outcome]:
        while True:
            result = self._ready.get()
            if result is None:
                return
            if isinstance(result, BaseException):
                raise result
            yield result

    def _work(self, preparer: Preparer, tasks: Sequence[Task]) -> None:
        from speechrag.corpus.worker import ParserPool

        try:
            with ParserPool(self._n_workers) as pool:
                for result in pool.imap(preparer, tasks, stopped=self._stopped.is_set):
                    self._put(result)
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - raised where the results are awaited
            self._put(error)

    def _put(self, result: Any) -> None:
        while not self._stopped.is_set():
            try:
                return self._ready.put(result, timeout=0.2)
            except queue.Full:
                continue
        return None


def prepare_each(preparer: Preparer, tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Prepare files one after the other in this process; what fails is reported, not raised."""
    for task in tasks:
        try:
            yield preparer(task)
        except SourceError as error:
            yield Skipped(task.name, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - one file must not end the build
            reason = f"读取时出错：{type(error).__name__}: {error}"
            yield Skipped(task.name, reason, "请把这个文件另存为 .docx 或 .txt 再试。")
    forget_store()
