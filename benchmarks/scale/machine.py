"""What a process takes, and what the machine gives: memory of a process tree, memory bandwidth."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

_REPO = Path(__file__).parents[2]
_PROC = Path("/proc")
_MIB = 2**20
POLL_S = 0.25
MAX_POLL_S = 5.0


@dataclass(slots=True)
class Peak:
    """Greatest memory of a process and its children, MiB; shared pages counted once.

    `own` is anonymous and shared memory, what the machine must have; `mapped` are pages of files
    that it may take back.
    """

    own_mib: float = 0.0
    mapped_mib: float = 0.0


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory and Python."""
    model = platform.processor() or platform.machine()
    if (_PROC / "cpuinfo").is_file():
        lines = (_PROC / "cpuinfo").read_text().splitlines()
        model = next((x.split(": ")[1] for x in lines if x.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory, 1),
        "python": platform.python_version(),
    }


def read_version() -> str:
    """The last commit that changed src/: figures of another are of another program."""
    command = ["git", "log", "-1", "--format=%h", "--", "src"]
    done = subprocess.run(command, cwd=_REPO, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def memory_of(pid: int) -> Peak:
    """What a process and its children take now; zeros where /proc does not tell."""
    taken = Peak()
    for each in _tree(pid):
        try:
            lines = (_PROC / str(each) / "smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        taken.own_mib += (sizes.get("Pss_Anon", 0) + sizes.get("Pss_Shmem", 0)) / 1024
        taken.mapped_mib += sizes.get("Pss_File", 0) / 1024
    return taken


def _tree(pid: int) -> list[int]:
    found, left = [], [pid]
    while left:
        each = left.pop()
        found.append(each)
        try:
            for task in (_PROC / str(each) / "task").iterdir():
                left += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


class TookTooLong(RuntimeError):
    """A command was ended because its time was up."""


def run_measured(
    command: Sequence[str], *, has_json: bool = True, limit_s: float | None = None
) -> dict[str, Any]:
    """Run a command whose last line is JSON; that document with `process` added.

    `process` holds wall and processor seconds (children that were waited for included) and peak
    memory, polled every 0.25 s, or less often where that takes long.

    Args:
        command: What to run.
        has_json: False where the output does not matter.
        limit_s: When it is ended with its children; None: never.

    Raises:
        TookTooLong: It was ended.
        RuntimeError: It failed; the end of what it printed is told.
    """
    deadline = None if limit_s is None else time.perf_counter() + limit_s
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors)
        peak, done = Peak(), threading.Event()
        poller = threading.Thread(target=_poll, args=(process.pid, peak, done, deadline))
        poller.start()
        _pid, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        poller.join()
        output.seek(0)
        errors.seek(0)
        if deadline is not None and process.returncode == -signal.SIGKILL:
            raise TookTooLong(f"ended after {elapsed:.0f} s, its time being up")
        if process.returncode:
            told = errors.read()[-2_000:]
            raise RuntimeError(f"{' '.join(command[1:])}: exit {process.returncode}\n{told}")
        document = json.loads(output.read().strip().splitlines()[-1]) if has_json else {}
    return document | {
        "process": {
            "wall_s": round(elapsed, 3),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
            **{name: round(value, 1) for name, value in asdict(peak).items()},
        }
    }


def _poll(pid: int, peak: Peak, done: threading.Event, deadline: float | None) -> None:
    pause = POLL_S
    while not done.wait(pause):
        if deadline is not None and time.perf_counter() > deadline:
            _end(pid)
            return
        started = time.thread_time()
        now = memory_of(pid)
        # The kernel walks every page: what is looked at is not to be slowed by more than 5 %.
        pause = min(MAX_POLL_S, max(POLL_S, 20 * (time.thread_time() - started)))
        peak.own_mib = max(peak.own_mib, now.own_mib)
        peak.mapped_mib = max(peak.mapped_mib, now.mapped_mib)


def _end(pid: int) -> None:
    """Kill a process and its children, the process itself first: nobody is to be started anew."""
    for each in _tree(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


def measure_bandwidth(n_mib: int = 512, n_rounds: int = 5) -> dict[str, float]:
    """GB a second of one thread: reading (a sum), copying (read and written), a matrix product."""
    values = np.ones(n_mib * _MIB // 4, dtype=np.float32)
    target = np.empty_like(values)
    matrix = values.reshape(-1, 256)
    vector = np.ones(256, dtype=np.float32)
    rates = {}
    for name, call, n_bytes in (
        ("read", lambda: values.max(), values.nbytes),
        ("copy", lambda: np.copyto(target, values), 2 * values.nbytes),
        ("dot", lambda: matrix @ vector, values.nbytes),
    ):
        call()
        best = min(_time(call) for _ in range(n_rounds))
        rates[name] = round(n_bytes / best / 1e9, 2)
    return rates


def _time(call: Any) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def python_module(module: str, *arguments: object) -> list[str]:
    """The command that runs a module with this Python."""
    return [sys.executable, "-m", module, *map(str, arguments)]
