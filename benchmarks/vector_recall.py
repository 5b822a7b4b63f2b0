"""What the vector index finds of what an exact scan finds, on vectors of real passages.

    python -m benchmarks.vector_recall [--rows 300000] [--out FILE]

Paragraphs of `../shared/corpora`, the built-in encoder, one thread; questions are the beginnings of
paragraphs. The index is the one that `FaissStore.build` makes of so many rows, so that from
`IVF_MIN_ROWS` on it is tried at its real size.
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

REPO = Path(__file__).parents[1]
CORPORA = REPO.parent / "shared" / "corpora"
NAMES = ("political", "broadcast_news", "laws")
MIN_CHARS = 40
QUESTION_CHARS = 20
N_QUESTIONS = 200
SHARES = (1 / 128, 1 / 16, 1 / 8, 1 / 4, 1 / 2)
Search = Callable[[np.ndarray, int], np.ndarray]


def read_paragraphs(n_rows: int) -> list[str]:
    """The first paragraphs of the corpora that are long enough."""
    texts: list[str] = []
    for name in NAMES:
        with lzma.open(CORPORA / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                texts += [p for p in json.loads(line)["paragraphs"] if len(p) >= MIN_CHARS]
                if len(texts) >= n_rows:
                    return texts[:n_rows]
    return texts


def encode(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The paragraphs' vectors, and those of the beginnings of some of them."""
    from speechrag.index.encoders import load_encoder

    encoder = load_encoder("builtin")
    step = 8_192
    batches = [encoder.encode_passages(texts[at : at + step]) for at in range(0, len(texts), step)]
    chosen = np.random.default_rng(0).choice(len(texts), N_QUESTIONS, replace=False)
    asked = encoder.encode_queries([texts[at][:QUESTION_CHARS] for at in chosen])
    return np.concatenate(batches), asked[asked.any(axis=1)]


def measure(vectors: np.ndarray, asked: np.ndarray) -> list[str]:
    """Lines of a Markdown table: recall@10, recall@200 and p50 of each kind of search."""
    import faiss

    from speechrag.index.vectors import FaissStore

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    exact = {k: flat.search(asked, k)[1] for k in (10, 200)}
    started = time.perf_counter()
    store = FaissStore.build(vectors)
    build_s = time.perf_counter() - started
    kinds: dict[str, Search] = {"float32, exact": lambda rows, k: flat.search(rows, k)[1]}
    if store.is_exact:
        kinds[store.description] = lambda rows, k: store.search(rows, k)[1]
    else:
        for share in SHARES:
            n_probe = max(1, round(store._index.nlist * share))
            kinds[f"IVF{store._index.nlist}, {n_probe} clusters"] = _probing(store, n_probe)
    lines = [
        f"The index that `FaissStore.build` makes took {build_s:.0f} s: {store.description}.",
        "",
        "| search | recall@10 | recall@200 | p50 of 10, ms | p50 of 200, ms |",
        "|---|---|---|---|---|",
    ]
    for name, search in kinds.items():
        recall = {k: _recall(search(asked, k), exact[k]) for k in (10, 200)}
        times = {k: _p50_ms(search, asked[:50], k) for k in (10, 200)}
        cells = [*(f"{recall[k]:.4f}" for k in recall), *(f"{times[k]:.2f}" for k in times)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _probing(store, n_probe: int) -> Search:
    def search(rows: np.ndarray, k: int) -> np.ndarray:
        store._index.nprobe = n_probe
        return store.search(rows, k)[1]

    return search


def _recall(found: np.ndarray, exact: np.ndarray) -> float:
    shared = [len(set(a) & set(b)) for a, b in zip(found.tolist(), exact.tolist(), strict=True)]
    return float(np.mean(shared)) / exact.shape[1]


def _p50_ms(search: Search, asked: np.ndarray, k: int) -> float:
    taken = []
    for vector in asked:
        started = time.thread_time()  # the processor's time: others may be working beside
        search(vector[None], k)
        taken.append((time.thread_time() - started) * 1000)
    return float(np.median(taken))


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks/results/vector_recall.md")
    args = parser.parse_args()
    vectors, asked = encode(read_paragraphs(args.rows))
    head = f"{len(vectors)} real paragraphs, {len(asked)} beginnings of paragraphs as questions."
    text = "\n".join(["# Recall of the vector index", "", head, *measure(vectors, asked), ""])
    print(text)
    args.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
