"""Files and Milvus, the same library in both: size by part, time, and whether they agree.

    python -m benchmarks.milvus [--library FOLDER] [--questions tests/questions.yaml]

FOLDER is a folder of speeches; without it 10,000 passages are generated. Milvus is
Milvus Lite, embedded: its times are not a server's. Two ways to have words in Milvus are compared:
its own BM25 function with its jieba tokenizer, and our tokens as sparse vectors
(docs/adr/0012-milvus.md).
Questions of this comparison are stretches of the library's own passages. Writes
benchmarks/results/milvus.md and .json.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale.generate import Generator, write_library
from speechrag.config import Settings, load_settings
from speechrag.evaluate import Judge, average_by_kind, load_questions
from speechrag.index.milvus.client import Connection, MilvusOptions, load_pymilvus
from speechrag.index.milvus.words import passage_words, question_words
from speechrag.search.engine import Engine
from speechrag.search.library import build_library

RESULTS = Path(__file__).parent / "results" / "milvus.md"
N_PASSAGES = 10_000
N_QUESTIONS = 100
N_CHARS = 16
PARTS = {
    "speeches.sqlite": ("speeches.sqlite",),
    "lexical/": ("lexical/*",),
    "body.faiss": ("body.faiss",),
    "context.faiss": ("context.faiss",),
    "arrays": ("*.npy", "*.json"),
}


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, help="a folder of speeches; else generated")
    parser.add_argument("--questions", type=Path, default=Path("tests/questions.yaml"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = args.library
        if library is None:
            library = Path(folder) / "library"
            write_library(Generator(N_PASSAGES), library)
        lines = measure(library, args.questions, Path(folder))
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def measure(library: Path, questions: Path, folder: Path) -> list[str]:
    """All measurements, as Markdown."""
    settings = load_settings(Path("speechrag.yaml"), env={})
    files = replace(settings, index=folder / "files")
    milvus = replace(
        settings, index=folder / "milvus", store="milvus", milvus_uri=str(folder / "m.db")
    )
    engines, built = [], {}
    for name, each in (("files", files), ("milvus", milvus)):
        report = build_library([library], each)
        built[name] = report.seconds
        engines.append(Engine.open(each))
    n_passages = engines[0].generation.store.n_passages
    asked = own_stretches(engines[0])
    return [
        "# Files and Milvus, the same library", "",
        f"`python -m benchmarks.milvus`, on a generated library of {n_passages:,} passages "
        f"(`benchmarks.scale.generate`), {len(asked)} questions of {N_CHARS} characters out "
        "of its own passages. Two cores; Milvus is Milvus Lite in the same process.", "",
        *sizes(engines[0], folder / "m.db"), "",
        *builds(built), "",
        *both_answer(engines, asked), "",
        *word_choices(engines[0], asked, folder), "",
        *seeds_quality(questions, settings, folder), "",
    ]  # fmt: skip


def own_stretches(engine: Engine) -> list[tuple[int, str]]:
    """Stretches of passages, with the rows they are from; the same each time."""
    chance = random.Random(5)
    store = engine.generation.store
    rows = chance.sample(range(store.n_passages), min(2 * N_QUESTIONS, store.n_passages))
    found = []
    for row in rows:
        text = "".join(store.text(row).split())
        if len(text) >= 3 * N_CHARS:
            start = chance.randrange(len(text) - N_CHARS)
            found.append((row, text[start : start + N_CHARS]))
    return found[:N_QUESTIONS]


def sizes(engine: Engine, db: Path) -> list[str]:
    """Bytes a passage by part."""
    directory: Path = engine.generation.directory  # type: ignore[attr-defined]
    n = engine.generation.store.n_passages
    rows, a_passage = [], {}
    for name, patterns in PARTS.items():
        total = sum(p.stat().st_size for pattern in patterns for p in directory.glob(pattern))
        rows.append(f"| {name} | {total / 1e6:.1f} | {total / n:,.0f} |")
        a_passage[name] = total / n
    total = sum(p.stat().st_size for p in db.rglob("*") if p.is_file())
    rows.append(
        f"| Milvus Lite's folder (vectors, words, filters) | {total / 1e6:.1f} | {total / n:,.0f} |"
    )
    lexical = engine.generation.lexical
    n_words = sum(len(field.rows) for field in lexical.fields.values()) / n
    n_contexts = engine.generation.context.n_vectors / n
    document = {
        "n_passages": n,
        "dim": engine.generation.body.dim,
        "bytes_a_passage": {name: round(value, 1) for name, value in a_passage.items()},
        "postings_a_passage": round(n_words, 2),
        "contexts_a_passage": round(n_contexts, 4),
    }
    RESULTS.with_suffix(".json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return [
        "## Size", "", "| part | MB | bytes a passage |", "|---|---|---|", *rows, "",
        f"A passage has {n_words:.0f} postings (all fields) and {n_contexts:.2f} contexts; "
        f"{engine.generation.body.dim} dimensions.",
    ]  # fmt: skip


def builds(built: dict[str, dict[str, float]]) -> list[str]:
    """Seconds of both builds."""
    return [
        "## Build", "", "| vectors in | total s | of this writing s |", "|---|---|---|",
        *(f"| {n} | {s['total']:.1f} | {s['write']:.1f} |" for n, s in built.items()),
    ]  # fmt: skip


def both_answer(engines: Sequence[Engine], asked: Sequence[tuple[int, str]]) -> list[str]:
    """Time of a whole search, and whether the hits agree."""
    times: list[list[float]] = [[], []]
    same, furthest = 0, 0.0
    for engine in engines:
        engine.search(asked[0][1])
    for _row, question in asked:
        answers = []
        for at, engine in enumerate(engines):
            started = time.perf_counter()
            answers.append(engine.search(question, k=10).hits)
            times[at].append(time.perf_counter() - started)
        same += [h.passage.id for h in answers[0]] == [h.passage.id for h in answers[1]]
        for one, other in zip(*answers, strict=True):
            furthest = max(furthest, abs(one.score - other.score))
    rows = [
        f"| {name} | {percentile_ms(times[n], 50)} | {percentile_ms(times[n], 99)} |"
        for n, name in enumerate(("files", "Milvus Lite"))
    ]
    return [
        "## Search (whole engine, ten hits)", "",
        "| vectors in | p50 ms | p99 ms |", "|---|---|---|", *rows, "",
        f"The ten hits are the same in the same order for {same} of {len(asked)} questions; scores "
        f"place by place differ by at most {furthest:.1e}.",
    ]  # fmt: skip


def percentile_ms(seconds: Sequence[float], percent: float) -> str:
    """A percentile in milliseconds."""
    return f"{np.percentile(seconds, percent) * 1e3:.1f}"


def word_choices(engine: Engine, asked: Sequence[tuple[int, str]], folder: Path) -> list[str]:
    """Milvus's BM25 function beside our tokens as sparse vectors."""
    lexical, tokenizer = engine.generation.lexical, engine.tokenizer
    connection = Connection(MilvusOptions(str(folder / "words.db"), consistency="Strong"))
    texts = [text for _id, text in engine.iter_passages()]

    def ours() -> Any:
        at_row = 0
        for batch in passage_words(lexical, 1000):
            yield [{"words": words, "row": at_row + n} for n, words in enumerate(batch)]
            at_row += len(batch)

    def theirs() -> Any:
        for start in range(0, len(texts), 1000):
            part = texts[start : start + 1000]
            yield [{"text": text, "row": start + n} for n, text in enumerate(part)]

    def sparse(question: str) -> Any:
        return question_words(lexical, dict.fromkeys(tokenizer.tokenize(question), 1.0), BODY)

    rows, furthest = [], 0.0
    for name, batches, query in (
        ("our tokens as sparse vectors", ours, sparse),
        ("BM25 function, jieba", theirs, lambda question: question),
    ):
        collection = "ours" if query is sparse else "theirs"
        seconds = fill(connection, collection, batches)
        times, agreement, rank = [], [], []
        for row, question in asked:
            terms = dict.fromkeys(tokenizer.tokenize(question), 1.0)
            scores = lexical.scores(terms, BODY)
            expected = lexical.search(terms, 10, BODY)[1].tolist()
            started = time.perf_counter()
            (hits,) = connection.call(
                "search", collection, data=[query(question)], anns_field="words", limit=10,
                output_fields=["row"],
            )  # fmt: skip
            times.append(time.perf_counter() - started)
            found = [hit["entity"]["row"] for hit in hits]
            agreement.append(len({*found} & {*expected}) / max(len(expected), 1))
            rank.append(1 / (found.index(row) + 1) if row in found else 0.0)
            if query is sparse:
                off = [abs(hit["distance"] - scores[hit["entity"]["row"]]) for hit in hits]
                furthest = max(furthest, *off)
        rows.append(
            f"| {name} | {seconds:.1f} | {percentile_ms(times, 50)} | {percentile_ms(times, 99)} | "
            f"{np.mean(agreement):.3f} | {np.mean(rank):.3f} |"
        )
    connection.close()
    return [
        "## Words in Milvus: two ways", "",
        "Top ten by the passages' own words. *Agreement*: the share of lexical.py's ten that are "
        "among them. *MRR*: of the passage that the stretch is from.", "",
        "| way | fill s | p50 ms | p99 ms | agreement | MRR@10 |", "|---|---|---|---|---|---|",
        *rows, "",
        f"Scores of our sparse vectors differ from lexical.py's by at most {furthest:.1e}.",
    ]  # fmt: skip


BODY = {"body": 1.0}


def fill(connection: Connection, name: str, batches: Callable[[], Any]) -> float:
    """A collection of words alone, either way; seconds until it has answered once."""
    pymilvus = load_pymilvus()
    types, client = pymilvus.DataType, connection.client()
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", types.INT64, is_primary=True)
    indexes = client.prepare_index_params()
    metric: dict[str, Any] = {"metric_type": "IP"}
    if name == "theirs":
        schema.add_field(
            "text", types.VARCHAR, max_length=65_535, enable_analyzer=True,
            analyzer_params={"tokenizer": "jieba"},
        )  # fmt: skip
        schema.add_function(
            pymilvus.Function(
                name="bm25", function_type=pymilvus.FunctionType.BM25,
                input_field_names=["text"], output_field_names=["words"],
            )
        )  # fmt: skip
        metric = {"metric_type": "BM25", "params": {"bm25_k1": 1.5, "bm25_b": 0.75}}
    schema.add_field("words", types.SPARSE_FLOAT_VECTOR)
    indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", **metric)
    connection.call("create_collection", name, schema=schema, consistency_level="Strong")
    connection.call("create_index", name, index_params=indexes, sync=False)
    started = time.perf_counter()
    for batch in batches():
        connection.call("upsert", name, data=batch)
    connection.call("flush", name)
    connection.call("load_collection", name)
    probe: Any = "工作" if name == "theirs" else {1: 1.0}
    connection.call("search", name, data=[probe], anns_field="words", limit=1)
    return time.perf_counter() - started


def seeds_quality(questions: Path, settings: Settings, folder: Path) -> list[str]:
    """nDCG@10 of the demo library's questions, in files and in Milvus."""
    rows, asked = [], load_questions(questions)
    for name, more in (
        ("files", {}),
        ("Milvus Lite", {"store": "milvus", "milvus_uri": str(folder / "s.db")}),
    ):
        each = replace(settings, index=folder / f"seeds-{name[0]}", **more)
        build_library([Path("seeds")], each)
        engine = Engine.open(each)
        judge = Judge(engine.iter_passages())
        cells = []
        for mode in ("lexical", "dense", "fused"):
            judged = judge.judge(asked, engine.ranker(mode))
            cells.append(f"{average_by_kind(judged)['all']['ndcg@10']:.4f}")
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return [
        f"## nDCG@10 on seeds/ ({len(asked)} questions of tests/questions.yaml)", "",
        "| vectors in | lexical | dense | fused |", "|---|---|---|---|", *rows,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
