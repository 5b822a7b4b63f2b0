"""The ablation ladder: what each stage of the ranking adds, by kind of question.

Three libraries: the five real speeches among 26 work reports, all work reports with three leaders'
speeches, and the demo library. The first two need ../shared. Run with

    python -m benchmarks.retrieval [--out FILE]

Rungs: BM25 alone (jieba words), dense alone, reciprocal rank fusion of the two, fused (convex sum),
then headings and title, roles, late interaction, the best sentence and the neighbours, names and
quotations found verbatim, rewriting of words that no passage has, and everything as shipped (with
the thresholds and the relaxed pass).
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from speechrag.config import load_settings
from speechrag.evaluate import (
    Judge,
    Judged,
    Question,
    average_by_kind,
    bootstrap_interval,
    load_questions,
    paired_p_value,
)
from speechrag.search.engine import Engine
from speechrag.search.fuse import WITHOUT_TOKENS, reciprocal_rank_fusion
from speechrag.search.library import build_library

REPO = Path(__file__).parents[1]
SHARED = REPO.parent / "shared"
LEADERS = (
    "在第十八届中央纪律检查委员会第六次全体会议上的讲话",
    "在哲学社会科学工作座谈会上的讲话",
    "习近平在统筹推进新冠肺炎疫情防控和经济社会发展工作部署会议上的讲话",
)
N_DISTRACTORS = 26  # work reports beside the five speeches: about 2,500 passages


@dataclass(frozen=True, slots=True)
class Bench:
    """A library, indexed, with questions on it."""

    name: str
    engine: Engine
    questions: list[Question]
    judge: Judge


def open_benches(folder: Path) -> list[Bench]:
    """Index every library that can be had under `folder`."""
    benches = []
    if (SHARED / "corpora").is_dir():
        reports, leaders = _read_reports()
        chosen = random.Random(0).sample(reports, N_DISTRACTORS)
        five = _write_library(folder / "five", chosen)
        for path in sorted((SHARED / "seeds").glob("*.txt")):
            shutil.copy(path, five)
        everything = _write_library(folder / "reports", [*reports, *leaders])
        asked = REPO / "benchmarks" / "questions"
        benches.append(_open("five + reports", five, asked / "real_five.yaml"))
        benches.append(_open("reports", everything, asked / "reports.yaml"))
    benches.append(_open("demo", REPO / "seeds", REPO / "tests" / "questions.yaml", folder))
    return benches


def _read_reports() -> tuple[list[dict], list[dict]]:
    with lzma.open(SHARED / "corpora" / "political.jsonl.xz", "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    reports = [d for d in documents if "国务院政府工作报告" in d["title"]]
    return reports, [d for d in documents if d["title"].strip() in LEADERS]


def _write_library(folder: Path, documents: list[dict]) -> Path:
    folder.mkdir(parents=True)
    for document in documents:
        title = document["title"].strip()
        text = "\n".join([title, "", *document["paragraphs"], ""])
        (folder / f"{document['date']}-{title[:40]}.txt").write_text(text, encoding="utf-8")
    return folder


def _open(name: str, library: Path, questions: Path, work: Path | None = None) -> Bench:
    index = (work or library.parent) / f"index-{library.name}"
    settings = replace(load_settings(REPO / "speechrag.yaml"), index=index)
    build_library([library], settings)
    engine = Engine.open(settings)
    return Bench(name, engine, load_questions(questions), Judge(engine.iter_passages()))


Ranker = Callable[[str], Sequence[tuple[str, str]]]


def rungs(engine: Engine) -> dict[str, Ranker]:
    """The ladder for one engine, in order; each rung but the first three adds one stage.

    Before late interaction the weights are those of an encoder without token vectors.
    """
    full, plain = engine.weights, WITHOUT_TOKENS
    bare = replace(
        plain, fields={"body": 1.0}, context=0.0, role=0.0, phrase=0.0, name=0.0, added_terms=0.0
    )
    fields = replace(bare, fields=full.fields, context=plain.context)
    open_to_all = replace(full, min_score=0.0, min_best_score=0.0)
    named = replace(open_to_all, added_terms=0.0)
    beside = replace(named, name=0.0, phrase=0.0)
    steps = {
        "fused": bare,
        "+ fields": fields,
        "+ roles": replace(fields, role=plain.role),
        "+ late interaction": replace(beside, sentence=0.0, nearby=0.0),
        "+ sentence, neighbours": beside,
        "+ names, quotations": named,
        "+ rewriting": open_to_all,
        "all": full,
    }
    return {
        "BM25": engine.ranker("lexical"),
        "dense": engine.ranker("dense"),
        "RRF": _rrf_ranker(engine),
        **{name: engine.with_weights(weights).ranker("fused") for name, weights in steps.items()},
    }


def _rrf_ranker(engine: Engine) -> Ranker:
    generation = engine.generation

    def rank(question: str) -> list[tuple[str, str]]:
        terms = dict.fromkeys(engine.tokenizer.tokenize(question), 1.0)
        words = generation.lexical.search(terms, 100)[1]
        dense = generation.body.search(engine.encoder.encode_queries([question]), 100)[1][0]
        scores = reciprocal_rank_fusion([words, dense[dense >= 0]])
        best = sorted(scores, key=lambda row: (-scores[row], row))[:10]
        located = [generation.store.located(row) for row in best]
        return [(p.id, speech.text[p.start : p.end]) for speech, p in located]

    return rank


def measure(bench: Bench) -> dict[str, tuple[list[Judged], float]]:
    """Every rung's judgements and its median processor time for a question, in milliseconds."""
    outcome = {}
    for name, rank in rungs(bench.engine).items():
        times = []

        def timed(question: str, rank: Ranker = rank, times: list[float] = times):
            started = time.process_time()
            found = rank(question)
            times.append((time.process_time() - started) * 1000)
            return found

        timed(bench.questions[0].text)  # the first one loads what is loaded lazily
        judged = bench.judge.judge(bench.questions, timed)
        outcome[name] = (judged, float(np.median(times)))
    return outcome


def render(bench: Bench, outcome: dict[str, tuple[list[Judged], float]]) -> str:
    """One Markdown table: a row a rung, a column a kind."""
    kinds = list(average_by_kind(outcome["BM25"][0]))
    counts = average_by_kind(outcome["BM25"][0])
    head = " | ".join(f"{kind} ({counts[kind]['n']:.0f})" for kind in kinds)
    status = bench.engine.generation.manifest
    lines = [
        f"## {bench.name}: {status.n_passages} passages, {len(bench.questions)} questions",
        "",
        f"| nDCG@10 | {head} | 95 % | p against BM25 | processor ms |",
        "|---" * (len(kinds) + 4) + "|",
    ]
    base = [j.values["ndcg@10"] for j in outcome["BM25"][0]]
    for name, (judged, ms) in outcome.items():
        means = average_by_kind(judged)
        values = [j.values["ndcg@10"] for j in judged]
        low, high = bootstrap_interval(values)
        cells = " | ".join(f"{means[kind]['ndcg@10']:.2f}" for kind in kinds)
        p = f"{paired_p_value(values, base):.4f}" if name != "BM25" else "–"
        lines.append(f"| {name} | {cells} | {low:.2f}–{high:.2f} | {p} | {ms:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Print the tables, and write them beside the other results."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=REPO / "benchmarks/results/retrieval.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        benches = open_benches(Path(folder))
        tables = [render(bench, measure(bench)) for bench in benches]
        encoder = benches[0].engine.generation.manifest.encoder_digest[:12]
    text = "\n\n".join(
        ["# Retrieval: the ablation ladder", f"Built-in encoder {encoder}.", *tables, ""]
    )
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
