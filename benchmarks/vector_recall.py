"""Kinds of vector index by size: what each finds of what an exact scan finds, and its time.

    python -m benchmarks.vector_recall [--sizes N ...] [--slow-rows N] [--out FILE]

Vectors are the built-in encoder's, of up to a million pieces of real text (`../shared/corpora`;
passages of `benchmarks.scale.generate` where that is not there); a smaller size takes every n-th.
Each kind that can look farther or less far (clusters, graph, quick pass) looks as far as finds 99 %
of the ten nearest of 200 questions made of its own rows, which is what a build measures and the
setting `recall` asks for (speechrag/index/recall.py); what that finds for questions and for
beginnings of pieces is told beside it. Times are processor time of one thread, so that others may
work beside.
The sizes at which `FaissStore.build` changes its kind rest on this table
(benchmarks/results/vector_recall.md).
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

REPO = Path(__file__).parents[1]
CORPORA = REPO.parent / "shared" / "corpora"
NAMES = ("political", "laws", "broadcast_news", "general_news")
CACHE = Path.home() / ".cache" / "speechrag-bench"
OUT = REPO / "benchmarks" / "results" / "vector_recall.md"
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
SLOW_ROWS = 100_000
"""Above so many rows no graph and no product quantizer is made: minutes each."""
MIN_CHARS, PIECE_CHARS, QUESTION_CHARS = 40, 60, 20
N_ASKED, N_TIMED, WANTED, K = 200, 100, 0.99, 10
K_CANDIDATES = 200
"""What a question asks for in speechrag, to be judged by the other stages."""
FACTORS = (1, 2, 3, 4, 6, 9, 13, 19, 28, 42, 63, 94)

_SENTENCE = re.compile(r"[^。！？；]*[。！？；]?")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    n_rows: int
    name: str
    aim: str
    build_s: float
    bytes_a_row: float
    own: float
    beginnings: float
    questions: float
    p50_ms: float
    p50_candidates_ms: float

    def cells(self) -> str:
        """As Markdown."""
        recalls = " | ".join(f"{each:.3f}" for each in (self.own, self.beginnings, self.questions))
        return (
            f"| {self.name} | {self.aim} | {self.build_s:.1f} | {self.bytes_a_row:,.0f} |"
            f" {recalls} | {self.p50_ms:.2f} |"
            f" {self.p50_candidates_ms:.2f} |"
        )


def cut_pieces(paragraph: str) -> Iterator[str]:
    """Whole sentences of at least `PIECE_CHARS` together; a short rest goes with the last."""
    piece = ""
    for sentence in _SENTENCE.findall(paragraph):
        if len(piece) >= PIECE_CHARS:
            yield piece
            piece = ""
        piece += sentence
    if len(piece) >= MIN_CHARS:
        yield piece


def read_pieces(n_pieces: int) -> list[str]:
    """Pieces of real text, as many as there are up to so many; else of generated passages."""
    if not CORPORA.is_dir():
        from benchmarks.scale.generate import Generator

        return list(Generator(n_pieces).passages())
    texts: list[str] = []
    for name in NAMES:
        with lzma.open(CORPORA / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                for paragraph in json.loads(line)["paragraphs"]:
                    texts += cut_pieces(paragraph)
    step = max(1.0, len(texts) / n_pieces)
    return [texts[int(at * step)] for at in range(min(n_pieces, len(texts)))]


def load_vectors(n_rows: int) -> tuple[np.ndarray, list[str]]:
    """The vectors of so many pieces, kept for the next time; and the pieces."""
    from speechrag.index.encoders import load_encoder

    texts = read_pieces(n_rows)
    encoder = load_encoder("builtin")
    kept = CACHE / f"pieces-{len(texts)}-{encoder.digest[:16]}.npy"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shape = (len(texts), encoder.dim)
        vectors = np.lib.format.open_memmap(kept.with_suffix(".part"), "w+", np.float32, shape)
        for start in range(0, len(texts), 8_192):
            vectors[start : start + 8_192] = encoder.encode_passages(texts[start : start + 8_192])
        vectors.flush()
        kept.with_suffix(".part").rename(kept)
    return np.load(kept, mmap_mode="r"), texts


class Trial:
    """One size: the rows, the questions, and what an exact scan finds for them."""

    def __init__(self, vectors: np.ndarray, asked: dict[str, np.ndarray]) -> None:
        import faiss

        from speechrag.index.recall import NearestOfSample

        self.vectors = vectors
        self.nearest = NearestOfSample(vectors, N_ASKED)
        self.flat = faiss.IndexFlatIP(vectors.shape[1])
        for start, block in self.blocks():
            self.nearest.look_at(start, block)
            self.flat.add(block)
        self.asked = asked
        self.exact = {name: self.flat.search(rows, K)[1] for name, rows in asked.items()}

    def blocks(self) -> Iterator[tuple[int, np.ndarray]]:
        """The rows by and by."""
        for start in range(0, len(self.vectors), 65_536):
            yield start, np.ascontiguousarray(self.vectors[start : start + 65_536])

    def own_recall(self, index: Any) -> float:
        """What a build measures."""
        return self.nearest.share_found(index.search(self.nearest.asked, K)[1])

    def measure(self, name: str, aim: str, index: Any, build_s: float, n_bytes: float) -> Row:
        """A line of the table, for an index as it is set now."""
        import faiss

        recall = {}
        for kind, rows in self.asked.items():
            found = index.search(rows, K)[1]
            shared = [len(set(a) & set(b)) for a, b in zip(found, self.exact[kind], strict=True)]
            recall[kind] = float(np.mean(shared)) / K
        n_threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        times = (self._p50_ms(index, K), self._p50_ms(index, K_CANDIDATES))
        faiss.omp_set_num_threads(n_threads)
        own = self.own_recall(index)
        return Row(len(self.vectors), name, aim, build_s, n_bytes, own, *recall.values(), *times)

    def _p50_ms(self, index: Any, k: int) -> float:
        taken = []
        for vector in np.concatenate(list(self.asked.values()))[:: 2 * N_ASKED // N_TIMED]:
            started = time.thread_time()  # the processor's time: others may be working beside
            index.search(vector[None], k)
            taken.append((time.thread_time() - started) * 1000)
        return float(np.median(taken))


def measure_size(trial: Trial, *, with_slow: bool) -> Iterator[Row]:
    """Every kind of index at one size."""
    import faiss

    from speechrag.index.quick_pass import empty_with_quick_pass

    dim, half = trial.vectors.shape[1], faiss.ScalarQuantizer.QT_fp16
    byte, inner = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    yield trial.measure("float32, all", "", trial.flat, 0.0, 4 * dim)
    for name, index, n_bytes in (
        ("float16, all", faiss.IndexScalarQuantizer(dim, half, inner), 2 * dim),
        ("int8, all", faiss.IndexScalarQuantizer(dim, byte, inner), dim),
    ):
        yield trial.measure(name, "", index, _fill(index, trial), n_bytes)
    quick: dict[str, tuple[Callable[[], Any], int]] = {
        f"PQ{dim // 2}x4 first, float16": (lambda: empty_with_quick_pass(trial.vectors), dim // 4),
        f"PQ{dim // 4}x4 first, float16": (
            lambda: _refined(f"PQ{dim // 4}x4fs", trial.vectors), dim // 8
        ),
        "RaBitQ first, float16": (lambda: _refined("RaBitQfs", trial.vectors), dim // 8 + 8),
    }  # fmt: skip
    for name, (make, n_bytes) in quick.items():
        started = time.process_time()
        index = make()
        build_s = time.process_time() - started + _fill(index, trial)
        aim = _aim(trial, index, "k_factor", FACTORS)
        yield trial.measure(name, f"{aim} for each", index, build_s, n_bytes + 2 * dim)
        del index
    started = time.process_time()
    clusters = _train_clusters(trial.vectors)
    trained = time.process_time() - started
    n_lists, quantizer = clusters.nlist, clusters.quantizer
    kinds = {
        "float16 in clusters": (clusters, 2 * dim + 8),
        "int8 in clusters": (
            faiss.IndexIVFScalarQuantizer(quantizer, dim, n_lists, byte, inner),
            dim + 8,
        ),
    }
    if with_slow:
        product = faiss.IndexIVFPQ(quantizer, dim, n_lists, 64, 8, inner)
        kinds["PQ64 in clusters"] = (product, 64 + 8)
    for name, (index, n_bytes) in kinds.items():
        build_s = trained + _fill(index, trial)
        probes = [2**power for power in range(int(np.log2(n_lists)) + 1)]
        aim = _aim(trial, index, "nprobe", probes)
        yield trial.measure(name, f"{aim} of {n_lists}", index, build_s, n_bytes)
    if with_slow:
        graph = faiss.IndexHNSWSQ(dim, half, 32, inner)
        build_s = _fill(graph, trial)
        aim = _aim(trial, graph, "hnsw.efSearch", [2**power for power in range(4, 12)])
        yield trial.measure("float16, HNSW 32", f"ef {aim}", graph, build_s, 2 * dim + 32 * 2 * 4)


def _refined(first: str, vectors: np.ndarray) -> Any:
    """A FAISS index by its name, with float16 rows behind it."""
    import faiss

    index = faiss.index_factory(vectors.shape[1], first, faiss.METRIC_INNER_PRODUCT)
    sample = np.linspace(0, len(vectors) - 1, min(len(vectors), 20_000)).astype(np.int64)
    index.train(np.ascontiguousarray(vectors[sample]))
    rows = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return faiss.IndexRefine(index, rows)


def _train_clusters(vectors: np.ndarray) -> Any:
    """An empty FAISS index of float16 rows in clusters."""
    import faiss

    n_rows, dim = vectors.shape
    n_lists = 2 ** round(np.log2(4 * np.sqrt(n_rows)))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dim),
        dim,
        n_lists,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
    )
    n_train = min(n_rows, max(39 * n_lists, 100_000))
    sample = np.linspace(0, n_rows - 1, n_train).astype(np.int64)
    index.train(np.ascontiguousarray(vectors[sample]))
    return index


def _fill(index: Any, trial: Trial) -> float:
    """Train, where it is not trained, and add all rows; processor seconds."""
    started = time.process_time()
    if not index.is_trained:
        step = max(1, len(trial.vectors) // 100_000)
        index.train(np.ascontiguousarray(trial.vectors[::step]))
    for _start, block in trial.blocks():
        index.add(block)
    return time.process_time() - started


def _aim(trial: Trial, index: Any, knob: str, values: Sequence[int]) -> int:
    """Set a knob to the least value that finds what is wanted, or else to the greatest."""
    name = knob.rpartition(".")[2]
    holder = index.hnsw if knob.startswith("hnsw.") else index
    for value in values:
        setattr(holder, name, value)
        if trial.own_recall(index) >= WANTED:
            break
    return value


def render(rows: Sequence[Row], n_real: int) -> list[str]:
    """The page."""
    told = "real text (../shared/corpora)" if CORPORA.is_dir() else "generated passages"
    lines = [
        "# Kinds of vector index by size",
        "",
        "`python -m benchmarks.vector_recall`: the built-in encoder's vectors (256) of pieces of"
        f" {told}, up to {n_real:,}. recall@10 against a scan of float32 rows, of {N_ASKED}"
        " questions made of the index's own rows (what a build measures:"
        f" speechrag/index/recall.py), of {N_ASKED} beginnings of pieces"
        f" ({QUESTION_CHARS} characters) and of {N_ASKED} questions. What can look farther or"
        f" less far looks as far as finds {WANTED:.0%} for made questions. p50: processor time of"
        f" one thread for ten rows, and for {K_CANDIDATES}, which a question asks for; build:"
        " processor seconds.",
    ]
    for n_rows in dict.fromkeys(row.n_rows for row in rows):
        lines += [
            "",
            f"## {n_rows:,} rows",
            "",
            "| | looks into | build, s | bytes a row | made | beginnings | questions | p50, ms |"
            f" of {K_CANDIDATES} |",
            "|---" * 9 + "|",
            *(row.cells() for row in rows if row.n_rows == n_rows),
        ]
    return [*lines, "", "## Where one takes over from another", "", *_takeovers(rows), ""]


def _takeovers(rows: Sequence[Row]) -> list[str]:
    from speechrag.index.vectors import FLOAT16_MIN_ROWS, QUICK_PASS_MIN_ROWS

    at = {(row.name, row.n_rows): row for row in rows}
    quick = next(row.name for row in rows if row.name.startswith("PQ") and "x4 first" in row.name)
    names = ("float32, all", "float16, all", quick, "float16 in clusters")
    lines = [
        f"| rows | {' | '.join(f'{name}, ms' for name in names)} | its build, s | clusters' |",
        "|---" * 7 + "|",
    ]
    for n in sorted({row.n_rows for row in rows}):
        times = " | ".join(f"{at[name, n].p50_candidates_ms:.2f}" for name in names)
        builds = " | ".join(f"{at[name, n].build_s:.0f}" for name in names[2:])
        lines.append(f"| {n:,} | {times} | {builds} |")
    return [
        *lines,
        "",
        f"Milliseconds of {K_CANDIDATES} rows. In use: float32; float16 from {FLOAT16_MIN_ROWS:,}"
        f" rows (`FLOAT16_MIN_ROWS`); the quick pass from {QUICK_PASS_MIN_ROWS:,}"
        " (`QUICK_PASS_MIN_ROWS`).",
    ]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--slow-rows", type=int, default=SLOW_ROWS, help="HNSW and PQ up to these")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    from benchmarks.scale.generate import make_questions
    from speechrag.index.encoders import load_encoder

    vectors, texts = load_vectors(max(options.sizes))
    encoder = load_encoder("builtin")
    questions = [question for _kind, question in make_questions(N_ASKED)]
    rows: list[Row] = []
    for n_rows in sorted(options.sizes):
        step = len(vectors) / min(n_rows, len(vectors))
        chosen = (np.arange(min(n_rows, len(vectors))) * step).astype(np.int64)
        begin = np.random.default_rng(0).choice(chosen, N_ASKED, replace=False)
        asked = {
            "beginnings": encoder.encode_queries([texts[at][:QUESTION_CHARS] for at in begin]),
            "questions": encoder.encode_queries(questions),
        }
        trial = Trial(np.ascontiguousarray(vectors[chosen]), asked)
        for row in measure_size(trial, with_slow=n_rows <= options.slow_rows):
            rows.append(row)
            print(f"{n_rows:>9,} {row.cells()}", flush=True)
        text = "\n".join(render(rows, len(vectors)))
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
