"""Timing of questions: one client or several, p50 and p99."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

N_WARM = 20


def time_questions(
    ask: Callable[[Any], object], questions: Sequence[Any], n_rounds: int = 2
) -> dict[str, float]:
    """Milliseconds a question for one client: p50, p99, mean; and processor time, mean."""
    for question in questions[:N_WARM]:
        ask(question)
    taken = []
    cpu = time.process_time()
    for _ in range(n_rounds):
        for question in questions:
            started = time.perf_counter()
            ask(question)
            taken.append((time.perf_counter() - started) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / len(taken)
    return _summary(taken) | {"cpu_ms": round(cpu, 3)}


def time_clients(
    ask: Callable[[Any], object], questions: Sequence[Any], n_clients: int
) -> dict[str, float]:
    """The same with several threads at once, each asking every question; and questions a second.

    Whatever a question raises is raised here.
    """
    taken: list[list[float]] = [[] for _ in range(n_clients)]
    gate = threading.Barrier(n_clients + 1)

    def client(number: int) -> None:
        order = np.random.default_rng(number).permutation(len(questions))
        gate.wait()
        for at in order:
            started = time.perf_counter()
            ask(questions[int(at)])
            taken[number].append((time.perf_counter() - started) * 1000)

    with ThreadPoolExecutor(n_clients) as pool:
        clients = [pool.submit(client, number) for number in range(n_clients)]
        gate.wait()
        started = time.perf_counter()
    for each in clients:
        each.result()  # raises what a client met with
    elapsed = time.perf_counter() - started
    every = [each for mine in taken for each in mine]
    return _summary(every) | {"per_s": round(len(every) / elapsed, 1)}


def _summary(taken: Sequence[float]) -> dict[str, float]:
    return {
        "p50_ms": round(float(np.percentile(taken, 50)), 3),
        "p99_ms": round(float(np.percentile(taken, 99)), 3),
        "mean_ms": round(float(np.mean(taken)), 3),
    }
