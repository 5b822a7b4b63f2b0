"""Where the time of a question goes, beside the raw engines on the same data in the same run.

    python -m benchmarks.query_path [--sizes 10000 100000] [--runs 3] [--folder DIR] [--out FILE]

Libraries come from `benchmarks.scale.generate` and are built under `--folder` (kept there; those
that are there already are used). Raw FAISS is the passages' vectors as float32 and as float16, all
compared, and the index as speechrag has it, comparing as many rows as the setting `recall` takes,
each asked for ten rows with one thread; raw lexical are speechrag's postings of the field body
without anything around them, and bm25s on the same tokens. All questions are encoded and tokenized
beforehand for the raw engines. "Fused" is `Engine.search` with default settings and every stage of
the ladder on (benchmarks/results/retrieval.md, "all"), from the question's text to ten hits; where
the words stand in them is worked out when somebody looks, which "fused, as JSON" does. "Words +
meaning, RRF" is the ladder's third rung, from the question's text too: the engines with next to
nothing around.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.generate import make_questions
from benchmarks.scale.workload import time_clients, time_questions

REPO = Path(__file__).parents[1]
K = 10
N_QUESTIONS = 100
N_CLIENTS = 8
TARGET_RATIO = 1.5
FLOORS = (
    ("raw FAISS, float32", "raw bm25s"),
    ("raw FAISS, own", "raw lexical (own postings)"),
)
COLD_STARTS = 5

Figures = dict[str, dict[str, float]]


def prepare(folder: Path, n_passages: int, seed: int) -> Path:
    """The index of a generated library, made where it is not there yet."""
    library, index = folder / f"library-{n_passages}", folder / f"index-{n_passages}"
    if not (index / "CURRENT").is_file():
        _run(
            "benchmarks.scale.generate", "--passages", n_passages, "--seed", seed, "--out", library
        )
        _run("speechrag", "index", library, "--index", index)
    return index


def _run(module: str, *arguments: object) -> float:
    """Seconds of a Python process of its own."""
    started = time.perf_counter()
    command = [sys.executable, "-m", module, *map(str, arguments)]
    subprocess.run(command, cwd=REPO, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def open_engine(index: Path) -> Any:
    """The engine of an index, with the settings of the repository."""
    from speechrag.config import load_settings
    from speechrag.search.engine import Engine

    return Engine.open(load_settings(REPO / "speechrag.yaml", overrides={"index": index}))


def measure(index: Path, seed: int) -> tuple[Figures, dict[str, Any]]:
    """Milliseconds by stage; and what was measured."""
    import faiss

    from speechrag.search.render import render_result

    engine = open_engine(index)
    generation = engine.generation
    questions = [question for _kind, question in make_questions(N_QUESTIONS, seed)]
    for question in questions:  # what a server has met is ready in memory
        engine.search(question)
        _search_by_ranks(engine, question)
    queries = [engine.analyse(question) for question in questions]
    vectors = engine.encoder.encode_queries(questions)
    rows = [vector[None] for vector in vectors]
    words = [dict.fromkeys(engine.tokenizer.tokenize(question), 1.0) for question in questions]
    raw = _raw_faiss(generation.body)
    faiss.omp_set_num_threads(1)
    stages: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        **{
            f"raw FAISS, {name}": (lambda row, index=index: index.search(row, K), rows)
            for name, index in raw.items()
        },
        "raw lexical (own postings)": (lambda asked: generation.lexical.search(asked, K), words),
        "fused": (engine.search, questions),
        "fused, as JSON": (lambda question: render_result(engine.search(question)), questions),
        "words + meaning, RRF": (lambda question: _search_by_ranks(engine, question), questions),
        "read the question": (engine.analyse, questions),
        "encode it": (lambda question: engine.encoder.encode_queries([question]), questions),
        "lexical, three fields": (
            lambda query: generation.lexical.scores(query.terms, engine.weights.fields), queries
        ),
        "dense, 200 rows": (lambda row: generation.body.search(row, 200), rows),
        **_late_stages(engine, queries, vectors),
    }  # fmt: skip
    figures = {
        name: time_questions(ask, given, n_rounds=1) for name, (ask, given) in stages.items()
    }
    figures["raw bm25s"] = _time_bm25s(engine, words)
    figures[f"fused, {N_CLIENTS} clients"] = time_clients(engine.search, questions, N_CLIENTS)
    told = {
        "n_passages": generation.manifest.n_passages,
        "n_contexts": generation.context.n_vectors,
        "kind": generation.body.description,
    }
    return figures, told


def _raw_faiss(body: Any) -> dict[str, Any]:
    """The same vectors in FAISS by kind; "own" as a question meets them."""
    import faiss

    vectors = body.vectors(np.arange(body.n_vectors))
    half = faiss.ScalarQuantizer.QT_fp16
    kinds = {
        "float32": faiss.IndexFlatIP(body.dim),
        "float16": faiss.IndexScalarQuantizer(body.dim, half, faiss.METRIC_INNER_PRODUCT),
    }
    for index in kinds.values():
        index.add(vectors)
    if not body.is_exact:
        body._index.k_factor = body._factor
    return {**kinds, "own": body._index}


def _search_by_ranks(engine: Any, question: str) -> list[Any]:
    """Ten passages by reciprocal rank fusion of a hundred by words and a hundred by meaning."""
    from speechrag.search.fuse import reciprocal_rank_fusion

    generation = engine.generation
    terms = dict.fromkeys(engine.tokenizer.tokenize(question), 1.0)
    words = generation.lexical.search(terms, 100)[1]
    meaning = generation.body.search(engine.encoder.encode_queries([question]), 100)[1][0]
    scores = reciprocal_rank_fusion([words, meaning[meaning >= 0]])
    best = sorted(scores, key=lambda row: (-scores[row], row))[:K]
    return [generation.store.located(row) for row in best]


def _late_stages(
    engine: Any, queries: Sequence[Any], vectors: np.ndarray
) -> dict[str, tuple[Callable[[Any], object], Sequence[Any]]]:
    """The stages that work on candidates, from their rows on."""
    from speechrag.search.late import N_LATE
    from speechrag.search.marks import find_matches
    from speechrag.search.nearby import nearby_scores

    located, candidates = [], []
    for query, vector in zip(queries, vectors, strict=True):
        hits = engine.search(query.text).hits
        located.append((set(query.terms), [(hit.speech, hit.passage) for hit in hits]))
        candidates.append(
            (query.text, vector, engine.generation.body.search(vector[None], N_LATE)[1][0])
        )
    return {
        f"words and sentences of {N_LATE} candidates": (
            lambda given: engine.pipeline.matcher.match(*given), candidates
        ),
        "their neighbours": (
            lambda given: nearby_scores(engine.generation, *given[1:]), candidates
        ),
        "marking words in the hits": (
            lambda given: [find_matches(engine.tokenizer, given[0], *at) for at in given[1]],
            located,
        ),
    }  # fmt: skip


def _time_bm25s(engine: Any, words: Sequence[dict[str, float]]) -> dict[str, float]:
    import bm25s

    numbers = {"": 0}
    ids = [
        [numbers.setdefault(token, len(numbers)) for token in engine.tokenizer.tokenize(text)]
        for _id, text in engine.iter_passages()
    ]
    index = bm25s.BM25(method="lucene")
    index.index((ids, numbers), show_progress=False)
    known = [[word for word in asked if word in numbers] or [""] for asked in words]
    return time_questions(
        lambda asked: index.retrieve([asked], k=K, show_progress=False), known, n_rounds=1
    )


def measure_cold(index: Path) -> list[float]:
    """Seconds of `speechrag search` from the start of the process to its end."""
    _run("speechrag", "search", "乡村振兴", "--index", index)  # files in the page cache
    return sorted(
        _run("speechrag", "search", "乡村振兴", "--index", index) for _ in range(COLD_STARTS)
    )


def render(sizes: dict[int, tuple[list[Figures], dict[str, Any], list[float]]]) -> str:
    """The results as Markdown: medians over the runs, with the least and the most."""
    lines = [
        "# The query path",
        "",
        f"`python -m benchmarks.query_path`, {os.cpu_count()} cores, generated libraries;"
        f" {N_QUESTIONS} questions a run. Milliseconds: median over the runs (least to most).",
    ]
    for runs, told, cold in sizes.values():
        lines += [
            "",
            f"## {told['n_passages']} passages, {told['n_contexts']} heading paths,"
            f" vectors: {told['kind']} ({len(runs)} runs)",
            "",
            "| stage | p50 | p99 | processor, mean |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {name} | {_spread(runs, name, 'p50_ms')} | {_spread(runs, name, 'p99_ms')}"
            f" | {_spread(runs, name, 'cpu_ms')} |"
            for name in runs[0]
        ]
        lines += [
            "",
            "Over raw FAISS + raw lexical, p50 and by processor time (which others' work on the"
            f" machine disturbs less); the target is {TARGET_RATIO} at 10⁵:",
            "",
            "| | float32 + bm25s | | own + own postings | |",
            "|---|---|---|---|---|",
        ]
        for name in ("fused", "words + meaning, RRF"):
            cells = [
                _spread_of([_ratio(run, name, floor, key) for run in runs])
                for floor in FLOORS
                for key in ("p50_ms", "cpu_ms")
            ]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines += [
            "",
            f"A cold `speechrag search`: {np.median(cold):.2f} s"
            f" ({cold[0]:.2f} to {cold[-1]:.2f}).",
        ]
    return "\n".join(lines) + "\n"


def _ratio(figures: Figures, name: str, floor: tuple[str, str], key: str) -> float:
    return figures[name][key] / sum(figures[raw][key] for raw in floor)


def _spread(runs: Sequence[Figures], name: str, key: str) -> str:
    return _spread_of([run[name][key] for run in runs if key in run[name]])


def _spread_of(values: Sequence[float]) -> str:
    if not values:
        return "–"
    return f"{np.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where libraries are kept")
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks/results/query_path.md")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="query-path-"))
    sizes = {}
    for size in args.sizes:
        index = prepare(folder, size, args.seed)
        runs = [measure(index, args.seed + number) for number in range(args.runs)]
        sizes[size] = ([figures for figures, _told in runs], runs[0][1], measure_cold(index))
    text = render(sizes)
    print(text)
    args.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
