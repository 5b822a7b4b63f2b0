"""Parsing in worker processes, so that one bad file costs itself and nothing else.

A parser in C can hang, crash or eat all memory on a file made to do so. Here it does that in a
process that can be ended; the file is reported as `Skipped` and a new worker takes over.
docs/adr/0003-parsing-in-worker-processes.md says why it is done with pebble.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from speechrag.corpus.sources import SourceFile
from speechrag.errors import SourceError
from speechrag.types import Skipped

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")

_AHEAD = 8  # files handed out beyond the one awaited, for each worker
_MAX_RESTARTS = 3
_REPORT = "请把它移出文件夹，或在 Word/WPS 中另存一份后再试；确认文件正常时请把它报告给开发者。"
_SIMPLER = "请把它拆成较小的文件，或另存一份后再试。"


class ParserPool:
    """Worker processes that parse files in parallel; a context manager.

    Workers are started when the first files come, and never more than there are files. They are
    spawned, not forked: the caller may have threads (a web page) and much memory (torch, faiss).

    Args:
        n_workers: How many at most; None means one a core, four at most.
        time_limit_s: Seconds that one file may take.
        memory_limit_bytes: Address space that a worker may take beyond what it has at its start
            (POSIX only; elsewhere there is no limit).
        start_method: Of multiprocessing: "spawn", "forkserver" or "fork".
    """

    def __init__(
        self,
        n_workers: int | None = None,
        *,
        time_limit_s: float = 60,
        memory_limit_bytes: int = 2 * 1024**3,
        start_method: str = "spawn",
    ) -> None:
        self._n_workers = n_workers or min(os.cpu_count() or 1, 4)
        self._time_limit_s = time_limit_s
        self._memory_limit_bytes = memory_limit_bytes
        self._start_method = start_method
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._stop()

    def imap(
        self, function: Callable[[SourceFile], T] | str, files: Sequence[SourceFile]
    ) -> Iterator[T | Skipped]:
        """Parse files, and give the results in the order of the files.

        Args:
            function: Takes one file. A module-level callable, or its path "package.module:name",
                which only the workers import.
            files: What to parse.

        Yields:
            For each file what the function returned, or a `Skipped` where it raised, ran out of
            time or memory, or took its process down.
        """
        waiting = deque(files)
        running: deque[tuple[SourceFile, Any]] = deque()
        n_restarts = 0
        while waiting or running:
            while waiting and len(running) < _AHEAD * self._n_workers:
                file = waiting.popleft()
                running.append((file, self._schedule(function, file, len(files))))
            file, future = running[0]
            try:
                result = self._result_of(future, file)
            except (BrokenProcessPool, RuntimeError) as exc:
                # No worker could start, or all died at once: begin again with a new pool.
                self._stop()
                n_restarts += 1
                if n_restarts > _MAX_RESTARTS:
                    raise SourceError(
                        f"解析进程无法启动（{exc}）", "请检查内存和系统的进程数限制。"
                    ) from exc
                waiting.extendleft(file for file, _future in reversed(running))
                running.clear()
                continue
            running.popleft()
            yield result

    def _schedule(self, function: Callable[[SourceFile], T] | str, file: SourceFile, n: int) -> Any:
        if self._pool is None:
            from pebble import ProcessPool

            self._pool = ProcessPool(
                max_workers=max(1, min(self._n_workers, n)),
                initializer=_prepare_worker,
                initargs=(self._memory_limit_bytes,),
                context=multiprocessing.get_context(self._start_method),
            )
        return self._pool.schedule(parse_file, (function, file), timeout=self._time_limit_s)

    def _result_of(self, future: Any, file: SourceFile) -> Any:
        from pebble import ProcessExpired

        try:
            return future.result()
        except FutureTimeoutError:
            reason = f"解析超过 {self._time_limit_s:g} 秒，已放弃"
            return Skipped(file.name, reason, _SIMPLER)
        except BrokenProcessPool:
            raise
        except ProcessExpired as exc:
            return Skipped(file.name, f"解析时进程意外退出（代码 {exc.exitcode}）", _REPORT)
        except (MemoryError, TypeError, AttributeError, ValueError) as exc:  # cannot be pickled
            return Skipped(file.name, f"解析结果传不回来({type(exc).__name__})", _REPORT)

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble's is not annotated
            self._pool.join()
            self._pool = None


def parse_file(function: Callable[[SourceFile], T] | str, file: SourceFile) -> T | Skipped:
    """Run a parser on one file, here and now; what it raises becomes a `Skipped`."""
    try:
        return _resolve(function)(file)  # type: ignore[no-any-return]
    except SourceError as exc:
        return as_skipped(exc, file.name)
    except MemoryError:
        return Skipped(file.name, "解析所需的内存超过上限", _SIMPLER)
    except Exception as exc:  # noqa: BLE001 - a parser's bug must not cost the rest of the folder
        return Skipped(file.name, f"解析时出错({type(exc).__name__}: {exc})", _REPORT)


def as_skipped(error: SourceError, name: str) -> Skipped:
    """The record for a file that could not be read; its reason does not repeat the name."""
    return Skipped(name, error.message.removeprefix(f"{name}："), error.hint)


def _resolve(function: Callable[[SourceFile], T] | str) -> Any:
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


def _prepare_worker(memory_limit_bytes: int) -> None:
    _end_with_parent()
    _limit_memory(memory_limit_bytes)


def _end_with_parent() -> None:
    """Leave when the parent process is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def _limit_memory(limit_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(OSError, ValueError):  # a lower limit is set already, or none may be
        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = _address_space_bytes() + limit_bytes
        if hard != resource.RLIM_INFINITY:
            limit = min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _address_space_bytes() -> int:
    """What this process has mapped already; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
