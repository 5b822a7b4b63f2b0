"""What the raw engines and the memory take for the same questions on the same passages.

FAISS on the vectors (exact as float32, exact as float16; where speechrag's own index looks at all
rows quickly first, that index, comparing as many as the setting `recall` asks for, with the recall
measured when it was built), bm25s on the tokens, and speechrag's own postings without anything
around them. Each with one thread and with as many as it takes by itself. Questions are encoded and
tokenized beforehand.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.scale.generate import make_questions
from benchmarks.scale.machine import measure_bandwidth
from benchmarks.scale.workload import time_questions

if TYPE_CHECKING:
    from benchmarks.scale.measure import Folder

K = 10
MANY_ROWS = 300_000  # from here each question is asked once, not twice
POSTING_BYTES = 4 + 2  # a row number and a frequency
N_QUESTIONS = 200


def measure_floors(folder: Folder, n_passages: int, seed: int) -> dict[str, Any]:
    """Times by engine, and the bytes a question must scan over the measured bandwidth."""
    from speechrag.index.encoders import load_encoder
    from speechrag.index.tokens import Tokenizer
    from speechrag.search.engine import Engine

    encoder, tokenizer = load_encoder("builtin"), Tokenizer()
    questions = [question for _kind, question in make_questions(N_QUESTIONS, seed)]
    queries = encoder.encode_queries(questions)
    words = [tokenizer.tokenize(question) for question in questions]
    generation = Engine.open(folder.settings(), encoder).generation
    lexical = generation.lexical
    bandwidth = measure_bandwidth()
    read = bandwidth["read"] * 1e9
    postings = [sum(lexical.df(word) for word in set(asked)) for asked in words]
    return {
        "bandwidth_gb_s": bandwidth,
        "scan_float16_ms": round(n_passages * encoder.dim * 2 / read * 1000, 3),
        "scan_float32_ms": round(n_passages * encoder.dim * 4 / read * 1000, 3),
        "scan_postings_ms": round(float(np.median(postings)) * POSTING_BYTES / read * 1000, 4),
        "postings_a_question": round(float(np.median(postings))),
        "faiss": _measure_faiss(np.load(folder.vectors, mmap_mode="r"), queries, generation.body),
        "postings": time_questions(lambda asked: lexical.search(asked, K), _weigh(words)),
        "bm25s": _measure_bm25s(folder, tokenizer, words),
    }


def _weigh(words: list[list[str]]) -> list[dict[str, float]]:
    return [dict.fromkeys(asked, 1.0) for asked in words]


def _measure_faiss(vectors: np.ndarray, queries: np.ndarray, own: Any) -> dict[str, Any]:
    """Raw FAISS by kind.

    Args:
        vectors: float32, shape (n, dim).
        queries: float32, shape (n_questions, dim).
        own: The `FaissStore` of speechrag's index of the same passages.

    """
    import faiss

    n_rows, dim = vectors.shape
    half = faiss.ScalarQuantizer.QT_fp16
    inner = faiss.METRIC_INNER_PRODUCT
    kinds: dict[str, Callable[[], Any]] = {
        "flat": lambda: faiss.IndexFlatIP(dim),
        "float16": lambda: faiss.IndexScalarQuantizer(dim, half, inner),
    }
    figures: dict[str, Any] = {}
    exact = np.empty((0, K), np.int64)
    for name, make in kinds.items():
        index = make()
        for start in range(0, n_rows, 65_536):
            index.add(np.ascontiguousarray(vectors[start : start + 65_536]))
        found = index.search(queries, K)[1]
        exact = found if name == "flat" else exact
        shared = [len(set(a) & set(b)) / K for a, b in zip(found, exact, strict=True)]
        figures[name] = {"recall_at_10": round(float(np.mean(shared)), 4)}
        figures[name] |= _time_faiss(index, queries)
        del index
    if not own.is_exact:
        figures["quick"] = {"recall_at_10": own.measured_recall, "kind": own.description}
        own._index.k_factor = own._factor
        figures["quick"] |= _time_faiss(own._index, queries)
    return figures


def _time_faiss(index: Any, queries: np.ndarray) -> dict[str, dict[str, float]]:
    """One question after the other: with one thread, and with as many as FAISS takes by itself."""
    import faiss

    rows = [query[None] for query in queries]
    default = len(os.sched_getaffinity(0))
    figures = {}
    for label, n_threads in (("one_thread", 1), ("as_it_comes", default)):
        faiss.omp_set_num_threads(n_threads)
        n_rounds = 1 if index.ntotal >= MANY_ROWS else 2
        figures[label] = time_questions(lambda row: index.search(row, K), rows, n_rounds)
    return figures


def _measure_bm25s(folder: Folder, tokenizer: Any, words: list[list[str]]) -> dict[str, float]:
    import bm25s

    numbers = {"": 0}  # what bm25s asks for where no word is known
    ids = [
        [numbers.setdefault(token, len(numbers)) for token in tokenizer.tokenize(text)]
        for text in folder.read_passages()
    ]
    engine = bm25s.BM25(method="lucene")
    engine.index((ids, numbers), show_progress=False)
    del ids
    known = [[word for word in asked if word in numbers] or [""] for asked in words]
    return time_questions(lambda asked: engine.retrieve([asked], k=K, show_progress=False), known)
