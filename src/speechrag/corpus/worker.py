"""Parsing in worker processes, so that one bad file costs itself and nothing else.

A parser in C can hang, crash or eat all memory on a file made to do so. Here it does that in a
process that can be ended; the file is reported as `Skipped` and a new worker takes over.
docs/adr/0003-parsing-in-worker-processes.md says why this is not left to a library.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from speechrag.corpus.worker_limits import prepare_worker
from speechrag.errors import SourceError
from speechrag.types import Skipped

T = TypeVar("T")


class Task(Protocol):
    """What is to be done with one file."""

    @property
    def name(self) -> str:
        """The name by which the file is reported."""


F = TypeVar("F", bound=Task)

_AHEAD = 8  # files handed out beyond the one awaited, for each worker
_START_LIMIT_S = 120.0
_STOP_POLL_S = 0.5
_MAX_FAILED_STARTS = 3
_REPORT = "请把它移出文件夹，或在 Word/WPS 中另存一份后再试；确认文件正常时请把它报告给开发者。"
_SIMPLER = "请把它拆成较小的文件，或另存一份后再试。"
_READY = "ready"


@dataclass(slots=True)
class _Worker:
    """A process with a pipe of its own: what breaks in it breaks nothing else."""

    process: Any
    pipe: Connection
    deadline: float
    task: int | None = None  # the file it is busy with
    is_ready: bool = False


class ParserPool:
    """Worker processes that parse files in parallel; a context manager.

    Workers are started when the first files come, and never more than there are files. They are
    spawned, not forked: the caller may have threads (a web page) and much memory (torch, faiss).

    Args:
        n_workers: How many at most; None means one a core, four at most.
        time_limit_s: Seconds that one file may take.
        memory_limit_bytes: Address space that a worker may take beyond what it has at its start
            (Linux; elsewhere there is no limit).
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
        self._context: Any = multiprocessing.get_context(start_method)
        self._workers: list[_Worker] = []
        self._n_failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for worker in list(self._workers):
            self._end(worker)

    @property
    def n_running(self) -> int:
        """Worker processes that are running now."""
        return len(self._workers)

    def imap(
        self,
        function: Callable[[F], T] | str,
        files: Sequence[F],
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[T | Skipped]:
        """Parse files, and give the results in the order of the files.

        Args:
            function: Takes one file. A callable that can be pickled, or the path of one,
                "package.module:name", which only the workers import.
            files: What to parse: `SourceFile`s, or other records with a name.
            stopped: Asked about every half second; once it says yes, no more results come.

        Yields:
            For each file what the function returned, or a `Skipped` where it raised, ran out of
            time or memory, or took its process down.

        Raises:
            SourceError: No worker process can be started.
        """
        results: dict[int, Any] = {}
        waiting = deque(range(len(files)))
        try:
            for at in range(len(files)):
                ahead = at + _AHEAD * self._n_workers
                while at not in results:
                    if stopped():
                        return
                    self._start_workers(min(self._n_workers, len(files)))
                    for worker in self._idle():
                        if waiting and waiting[0] <= ahead:
                            task = waiting.popleft()
                            if not self._hand_out(worker, task, function, files[task]):
                                waiting.appendleft(task)
                    for task, result in self._collect():
                        results[task] = _named(result, files[task])
                yield results.pop(at)
        finally:
            for worker in [w for w in self._workers if w.task is not None]:
                self._end(worker)

    def _start_workers(self, n: int) -> None:
        while len(self._workers) < n:
            if self._n_failed_starts > _MAX_FAILED_STARTS:
                raise SourceError("解析进程无法启动", "请检查内存和系统对进程数的限制。")
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=_serve, args=(theirs, self._memory_limit_bytes), daemon=True
            )
            process.start()
            theirs.close()
            self._workers.append(_Worker(process, ours, time.monotonic() + _START_LIMIT_S))

    def _idle(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.is_ready and worker.task is None]

    def _hand_out(self, worker: _Worker, task: int, function: Any, file: Task) -> bool:
        try:
            worker.pipe.send((function, file))
        except OSError:  # it died while it had nothing to do
            self._end(worker)
            return False
        worker.task = task
        worker.deadline = time.monotonic() + self._time_limit_s
        return True

    def _collect(self) -> list[tuple[int, Any]]:
        """Wait until something happens to a worker; what became of the files they had."""
        active = [w for w in self._workers if w.task is not None or not w.is_ready]
        if not active:
            return []
        patience = min(worker.deadline for worker in active) - time.monotonic()
        signals = [sign for w in active for sign in (w.pipe, w.process.sentinel)]
        happened = set(wait(signals, min(max(0.0, patience), _STOP_POLL_S)))
        outcomes = []
        for worker in active:
            if worker.pipe in happened or worker.process.sentinel in happened:
                outcome = self._hear(worker)
            elif time.monotonic() >= worker.deadline:
                outcome = self._give_up(worker)
            else:
                continue
            if outcome is not None:
                outcomes.append(outcome)
        return outcomes

    def _hear(self, worker: _Worker) -> tuple[int, Any] | None:
        task = worker.task
        try:
            # What a worker sent before it died is still in the pipe.
            message = worker.pipe.recv() if worker.pipe.poll() else None
        except (EOFError, OSError):
            message = None
        except Exception as exc:  # noqa: BLE001 - a result that cannot be rebuilt here
            message = Skipped("", f"解析结果传不回来（{type(exc).__name__}）", _REPORT)
        if message == _READY and not worker.is_ready:
            worker.is_ready = True
            self._n_failed_starts = 0
            return None
        if message is not None and task is not None:
            worker.task = None
            return task, message[0] if isinstance(message, tuple) else message
        code = self._end(worker)
        if task is None:
            self._n_failed_starts += 1
            return None
        return task, Skipped("", f"解析时进程意外退出（代码 {code}）", _REPORT)

    def _give_up(self, worker: _Worker) -> tuple[int, Any] | None:
        task = worker.task
        self._end(worker)
        if task is None:
            self._n_failed_starts += 1
            return None
        return task, Skipped("", f"解析超过 {self._time_limit_s:g} 秒，已放弃", _SIMPLER)

    def _end(self, worker: _Worker) -> int | None:
        """End a worker at once; its exit code."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join(0.2)
        if worker.process.exitcode is None:
            worker.process.kill()
            worker.process.join()
        code: int | None = worker.process.exitcode
        worker.process.close()
        return code


def parse_file(function: Callable[[F], T] | str, file: F) -> T | Skipped:
    """Run a parser on one file, here and now; what it raises becomes a `Skipped`."""
    try:
        return _resolve(function)(file)  # type: ignore[no-any-return]
    except SourceError as exc:
        return as_skipped(exc, file.name)
    except MemoryError:
        return Skipped(file.name, "解析所需的内存超过上限", _SIMPLER)
    except Exception as exc:  # noqa: BLE001 - a parser's bug must not cost the rest of the folder
        return Skipped(file.name, f"解析时出错（{type(exc).__name__}: {exc}）", _REPORT)


def as_skipped(error: SourceError, name: str) -> Skipped:
    """The record for a file that could not be read; its reason does not repeat the name."""
    return Skipped(name, error.message.removeprefix(f"{name}："), error.hint)


def _named(result: Any, file: Task) -> Any:
    is_ours = isinstance(result, Skipped) and not result.file
    return replace(result, file=file.name) if is_ours else result


def _resolve(function: Callable[[F], T] | str) -> Any:
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    return getattr(importlib.import_module(module), name)


def _serve(pipe: Connection, memory_limit_bytes: int) -> None:
    """A worker's life: one file after the other, until the pipe is closed."""
    prepare_worker(memory_limit_bytes)
    pipe.send(_READY)
    is_warm = False
    while True:
        try:
            function, file = pipe.recv()
        except (EOFError, OSError):
            return
        except Exception as exc:  # noqa: BLE001 - the parser cannot be imported here
            pipe.send((Skipped("", f"解析函数载入失败（{type(exc).__name__}: {exc}）", _REPORT),))
            continue
        result = parse_file(function, file)
        if not is_warm:
            # What was imported stays; searching it for garbage again and again costs an eighth.
            gc.freeze()
            is_warm = True
        try:
            pipe.send((result,))  # pickled as a whole before anything is sent
        except OSError:
            return
        except Exception as exc:  # noqa: BLE001 - a result that cannot be pickled
            reason = f"解析结果传不回来（{type(exc).__name__}）"
            pipe.send((Skipped(file.name, reason, _REPORT),))
