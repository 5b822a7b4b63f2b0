"""One step of the scale benchmark, in a process of its own: `python -m benchmarks.scale.measure`.

Prints one line of JSON. Steps: generate, read, tokenize, encode (each alone, on all cores), build,
unchanged, changed, serve. speechrag is used through `build_library` and `Engine.open` alone.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.generate import Generator, make_questions, plan_sizes, write_speech
from benchmarks.scale.machine import memory_of
from benchmarks.scale.workload import time_clients, time_questions

N_QUESTIONS = 200
N_CLIENTS = 8
SHARE_CHANGED = 0.01
_CHUNK = 500
_SPEECHES = 50


class Folder:
    """Where a size's library, index and passages are kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.library = path / "library"
        self.index = path / "index"
        self.passages = path / "passages.txt"  # one a line
        self.vectors = path / "vectors.npy"  # float32, of the passages in their order

    def settings(self) -> Any:
        """The settings of a library here."""
        from speechrag.config import load_settings

        return load_settings(overrides={"index": self.index, "seeds": self.library})

    def read_passages(self, start: int = 0, stop: int | None = None) -> list[str]:
        """Passages by number."""
        with self.passages.open("rb") as file:
            file.seek(_offsets(self.passages)[start // _CHUNK])
            lines = (line.decode("utf-8")[:-1] for line in file)
            for _ in range(start % _CHUNK):
                next(lines)
            left = None if stop is None else stop - start
            return [line for line, _ in zip(lines, _count(left), strict=False)]

    @property
    def n_passages(self) -> int:
        """How many there are."""
        with self.passages.open("rb") as file:
            return sum(1 for _ in file)


def _count(limit: int | None) -> Iterator[int]:
    return iter(range(limit if limit is not None else 2**62))


@cache
def _offsets(path: Path) -> list[int]:
    offsets, at = [], 0
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if number % _CHUNK == 0:
                offsets.append(at)
            at += len(line)
    return offsets


def generate(folder: Folder, n_passages: int, seed: int) -> dict[str, Any]:
    """Write the library, and its passages one a line; on all cores."""
    folder.library.mkdir(parents=True)
    n_speeches = len(plan_sizes(n_passages, seed))
    jobs = [(n_passages, seed, at, folder.library) for at in range(0, n_speeches, _SPEECHES)]
    unfinished = folder.passages.with_suffix(".part")
    with multiprocessing.Pool() as pool, unfinished.open("w", encoding="utf-8") as file:
        for passages in pool.imap(_generate, jobs):
            file.writelines(passage + "\n" for passage in passages)
    unfinished.rename(folder.passages)
    n_bytes = sum(path.stat().st_size for path in folder.library.rglob("*.txt"))
    return {"n_files": n_speeches, "n_bytes": n_bytes, "n_chars": _count_chars(folder)}


def _generate(job: tuple[int, int, int, Path]) -> list[str]:
    n_passages, seed, start, library = job
    generator = _generator(n_passages, seed)
    passages: list[str] = []
    for number in range(start, min(start + _SPEECHES, len(generator.sizes))):
        speech = generator.speech(number)
        write_speech(speech, library)
        passages += speech.passages
    return passages


@cache
def _generator(n_passages: int, seed: int) -> Generator:
    return Generator(n_passages, seed)


def _count_chars(folder: Folder) -> int:
    with folder.passages.open(encoding="utf-8") as file:
        return sum(len(line) - 1 for line in file)


def read_alone(folder: Folder, *_: object) -> dict[str, Any]:
    """Decode, clean, outline, split and tell roles: nothing kept."""
    return _on_all_cores(_read_files, _chunks(sorted(folder.library.rglob("*.txt")), 8))


def _read_files(paths: Sequence[Path]) -> int:
    from speechrag.search.library import inspect_file

    return sum(len(s.passages) for path in paths for s in inspect_file(path).speeches)


def tokenize_alone(folder: Folder, *_: object) -> dict[str, Any]:
    """The words of every passage's text: nothing kept."""
    return _on_all_cores(_tokenize, _ranges(folder))


def _tokenize(job: tuple[Folder, int, int]) -> int:
    tokenizer = _tokenizer()
    return sum(len(tokenizer.tokenize(text)) for text in job[0].read_passages(*job[1:]))


@cache
def _tokenizer() -> Any:
    from speechrag.index.tokens import Tokenizer

    return Tokenizer()


def encode_alone(folder: Folder, *_: object) -> dict[str, Any]:
    """The vector of every passage's text, into a file."""
    shape = (folder.n_passages, _encoder().dim)
    np.lib.format.open_memmap(folder.vectors, "w+", np.float32, shape).flush()
    return _on_all_cores(_encode, _ranges(folder, 2_500))


def _encode(job: tuple[Folder, int, int]) -> int:
    folder, start, stop = job
    vectors = np.load(folder.vectors, mmap_mode="r+")
    vectors[start:stop] = _encoder().encode_passages(folder.read_passages(start, stop))
    return stop - start


@cache
def _encoder() -> Any:
    from speechrag.index.encoders import load_encoder

    return load_encoder("builtin")


def _ranges(folder: Folder, size: int = _CHUNK) -> list[tuple[Folder, int, int]]:
    n = folder.n_passages
    return [(folder, start, min(start + size, n)) for start in range(0, n, size)]


def _chunks(items: Sequence[Path], size: int) -> list[Sequence[Path]]:
    return [items[at : at + size] for at in range(0, len(items), size)]


def _on_all_cores(work: Callable[[Any], int], jobs: Sequence[Any]) -> dict[str, Any]:
    """Do jobs in as many processes as there are cores, started and warmed beforehand."""
    n_cores = len(os.sched_getaffinity(0))
    warm = multiprocessing.Barrier(n_cores + 1)
    with multiprocessing.Pool(n_cores, _warm_up, (work, jobs[0], warm)) as pool:
        warm.wait()
        started = time.perf_counter()
        done = pool.map(partial(_timed, work), jobs, chunksize=1)
        elapsed = time.perf_counter() - started
    return {
        "seconds": round(elapsed, 3),
        "cpu_s": round(sum(cpu for _count, cpu in done), 3),
        "count": sum(count for count, _cpu in done),
        "processes": n_cores,
    }


def _warm_up(work: Callable[[Any], int], job: Any, warm: Any) -> None:
    work(job)
    warm.wait()


def _timed(work: Callable[[Any], int], job: Any) -> tuple[int, float]:
    started = time.process_time()
    return work(job), time.process_time() - started


def build(folder: Folder, *_: object) -> dict[str, Any]:
    """Build everything."""
    return _build(folder, full=True)


def unchanged(folder: Folder, *_: object) -> dict[str, Any]:
    """Build again with nothing changed."""
    return _build(folder, full=False)


def changed(folder: Folder, _n: int, seed: int) -> dict[str, Any]:
    """Build again after one file in a hundred got another sentence; then undo it."""
    paths = sorted(folder.library.rglob("*.txt"))
    chosen = paths[:: max(1, round(1 / SHARE_CHANGED))][: max(1, round(len(paths) / 100))]
    kept = {path: path.read_bytes() for path in chosen}
    try:
        for path, raw in kept.items():
            sentence = f"这一条是第{seed}次修改时加上的，要记在心里、抓在手上、落到实处。\n"
            path.write_bytes(raw.rstrip(b"\n") + sentence.encode(_encoding_of(raw)))
        return _build(folder, full=False) | {"n_changed": len(chosen)}
    finally:
        for path, raw in kept.items():
            path.write_bytes(raw)


def _encoding_of(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _build(folder: Folder, *, full: bool) -> dict[str, Any]:
    from speechrag.search.library import build_library

    started = time.perf_counter()
    report = build_library([folder.library], folder.settings(), full=full)
    return {"seconds": round(time.perf_counter() - started, 3), "report": report.as_json()}


def serve(folder: Folder, _n: int, seed: int) -> dict[str, Any]:
    """Open the index and ask: words alone, meaning alone, and as a person is answered."""
    from speechrag.search.engine import Engine

    _encoder().encode_queries(["预热"])
    before = memory_of(os.getpid())
    started = time.perf_counter()
    engine = Engine.open(folder.settings(), _encoder())
    loaded = time.perf_counter() - started
    questions = [question for _kind, question in make_questions(N_QUESTIONS, seed)]
    started = time.perf_counter()
    engine.search(questions[0])
    first = time.perf_counter() - started
    figures: dict[str, Any] = {"load_s": round(loaded, 3), "first_answer_s": round(first, 3)}
    for mode in ("lexical", "dense", "fused"):
        ask = engine.ranker(mode)
        figures[mode] = {
            "1": time_questions(ask, questions),
            str(N_CLIENTS): time_clients(ask, questions, N_CLIENTS),
        }
    after = memory_of(os.getpid())
    figures["memory_own_mib"] = round(after.own_mib - before.own_mib, 1)
    figures["memory_mapped_mib"] = round(after.mapped_mib - before.mapped_mib, 1)
    return figures


def floors(folder: Folder, n_passages: int, seed: int) -> dict[str, Any]:
    """The raw engines on the same passages; see floors.py."""
    from benchmarks.scale.floors import measure_floors

    return measure_floors(folder, n_passages, seed)


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "generate": generate,
    "encode": encode_alone,
    "build": build,
    "serve": serve,
    "floors": floors,
    "unchanged": unchanged,
    "changed": changed,
    "tokenize": tokenize_alone,
    "read": read_alone,
}
"""In the order of need: what comes first is there if a run is ended."""


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--passages", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Folder(options.folder)
    figures = STEPS[options.step](folder, options.passages, options.seed)
    print(json.dumps(figures, ensure_ascii=False))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
