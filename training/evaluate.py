"""Measure a table of token vectors: nDCG@10 by kind, dense and BM25, and recall on held-out pairs.

The questions are only measured on. Passages here are rough (lines, then groups of whole sentences
of at most 320 characters), so figures compare models with each other; `speechrag eval` measures
the product.
"""

import argparse
import math
import random
from collections import defaultdict
from pathlib import Path

import bm25s
import numpy as np
import opencc
import rjieba
import yaml
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.corpus import fold, read_documents
from training.cutting import split_passages
from training.dataset import content_mask, encode
from training.late import score_late
from training.model import embed

REPO = Path(__file__).parent.parent
KIND_ORDER = ("fact", "howto", "problem", "paraphrase", "role", "english", "mixed")
# besides the work reports, benchmarks/questions/reports.yaml asks about these
REPORT_SPEECHES = (
    "在第十八届中央纪律检查委员会第六次全体会议上的讲话",
    "在哲学社会科学工作座谈会上的讲话",
    "习近平在统筹推进新冠肺炎疫情防控和经济社会发展工作部署会议上的讲话",
)
_TO_SIMPLIFIED = opencc.OpenCC("t2s")


def fold_key(text: str) -> str:
    """Simplified, half width, lower case, no spaces: how golds are matched."""
    return "".join(fold(_TO_SIMPLIFIED.convert(text)).split())


def _passages(text: str) -> list[str]:
    lines = [line.strip() for line in _TO_SIMPLIFIED.convert(text).splitlines()]
    cut = [passage for line in lines if len(line) >= 20 for passage in split_passages(line)]
    return [passage for passage in cut if len(passage) >= 15]


def _read_text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def read_seed_passages(seeds: Path) -> list[str]:
    """Rough passages of every text file of a folder."""
    paths = [*sorted(seeds.glob("*.txt")), *sorted(seeds.glob("*.src"))]
    return [passage for path in paths for passage in _passages(_read_text(path))]


def read_report_passages(data: Path) -> list[str]:
    """Rough passages of the work reports and congress reports."""
    found = []
    for document in read_documents(data, "political"):
        if document.title.strip() in REPORT_SPEECHES or "国务院政府工作报告" in document.title:
            found.extend(p for text in document.paragraphs for p in _passages(text))
    return list(dict.fromkeys(found))


def ndcg(ranked: list[int], golds: list[set[int]], depth: int = 10) -> float:
    """nDCG@10 as the contract has it: each gold counts once, by the first passage that has it."""
    relevant = set().union(*golds) if golds else set()
    seen: set[int] = set()
    gain = 0.0
    for rank, passage in enumerate(ranked[:depth]):
        new = {i for i, holders in enumerate(golds) if passage in holders and i not in seen}
        if new:
            gain += 1 / math.log2(rank + 2)
            seen |= new
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(relevant), depth)))
    return gain / ideal if ideal else 0.0


class Bench:
    """Questions over passages: BM25 scores are computed once, dense ones for each model."""

    def __init__(self, questions: list[dict], passages: list[str]) -> None:
        keys = [fold_key(passage) for passage in passages]
        self.passages = passages
        self.questions, self.golds = [], []
        for question in questions:
            golds = [{i for i, k in enumerate(keys) if fold_key(g) in k} for g in question["gold"]]
            if any(golds):
                self.questions.append(question)
                self.golds.append([gold for gold in golds if gold])
        self.n_lost = len(questions) - len(self.questions)
        index = bm25s.BM25()
        words = [[w for w in rjieba.cut(fold(p)) if w.strip()] for p in passages]
        index.index(words, show_progress=False)
        self.bm25 = np.stack(
            [index.get_scores([w for w in rjieba.cut(fold(q["q"])) if w.strip()])
             if any(w in index.vocab_dict for w in rjieba.cut(fold(q["q"])))
             else np.zeros(len(passages)) for q in self.questions]
        )  # fmt: skip

    def by_kind(self, scores: NDArray[np.float32]) -> dict[str, float]:
        """Mean nDCG@10 by kind and over all, for scores of shape (n_questions, n_passages)."""
        values = defaultdict(list)
        for row, question in enumerate(self.questions):
            best = np.lexsort((np.arange(scores.shape[1]), -scores[row]))[:10]
            best = [int(i) for i in best if scores[row, i] > 0]
            values[question["kind"]].append(ndcg(best, self.golds[row]))
        means = {kind: float(np.mean(v)) for kind, v in values.items()}
        return means | {"all": float(np.mean([x for v in values.values() for x in v]))}

    def late(self, table: NDArray[np.float32], tokenizer: Tokenizer) -> NDArray[np.float32]:
        """Late interaction of every question with every passage, rarity taken from these."""
        mask = content_mask(tokenizer)
        passages = encode(tokenizer, mask, self.passages)
        questions = encode(tokenizer, mask, [q["q"] for q in self.questions])
        row = np.repeat(np.arange(len(passages)), np.diff(passages.starts))
        pairs = np.unique(row * len(table) + passages.ids)
        holders = np.bincount(pairs % len(table), minlength=len(table))
        idf = np.log(1 + (len(passages) - holders + 0.5) / (holders + 0.5))
        return score_late(table, questions, passages, idf)

    def dense(self, table: NDArray[np.float32], tokenizer: Tokenizer) -> NDArray[np.float32]:
        """Cosine of every question with every passage."""
        mask = content_mask(tokenizer)
        passages = embed(table, encode(tokenizer, mask, self.passages))
        questions = embed(table, encode(tokenizer, mask, [q["q"] for q in self.questions]))
        return questions @ passages.T


def load_benches(data: Path, seeds: Path) -> dict[str, Bench]:
    """Every benchmark whose questions and passages are at hand."""
    rng = random.Random(0)
    reports = read_report_passages(data)
    folder = REPO / "benchmarks" / "questions"
    benches = {}
    five = folder / "real_five.yaml"
    if five.exists() and seeds.exists():
        questions = yaml.safe_load(five.read_text("utf-8"))
        own = read_seed_passages(seeds)
        benches["five"] = Bench(questions, own)
        benches["five+3000"] = Bench(questions, own + rng.sample(reports, min(3000, len(reports))))
    if (folder / "reports.yaml").exists():
        questions = yaml.safe_load((folder / "reports.yaml").read_text("utf-8"))
        benches["reports"] = Bench(questions, reports)
    if (REPO / "tests" / "questions.yaml").exists():
        questions = yaml.safe_load((REPO / "tests" / "questions.yaml").read_text("utf-8"))
        benches["demo"] = Bench(questions, read_seed_passages(REPO / "scripts" / "seeds_src"))
    return benches


def format_table(name: str, bench: Bench, columns: dict[str, dict[str, float]]) -> str:
    """One Markdown table: a row a kind, a column a system."""
    kinds = [*(k for k in KIND_ORDER if k in columns["BM25"]), "all"]
    lines = [f"{name}: {len(bench.passages)} passages, {len(bench.questions)} questions"
             f" ({bench.n_lost} without a gold passage left out)", ""]  # fmt: skip
    lines.append("| kind | n | " + " | ".join(columns) + " |")
    lines.append("|---" * (len(columns) + 2) + "|")
    for kind in kinds:
        n = sum(kind in ("all", q["kind"]) for q in bench.questions)
        cells = " | ".join(f"{column[kind]:.2f}" for column in columns.values())
        lines.append(f"| {kind} | {n} | {cells} |")
    return "\n".join(lines)


def scaled(bm25: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores over each question's best one; zeros where no word matches."""
    top = bm25.max(axis=1, keepdims=True)
    return bm25 / np.where(top > 0, top, 1)


def main() -> None:
    """Print the tables of one or more exported models."""
    from training.export import load_table

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("models", nargs="*", type=Path, default=[REPO / "src/speechrag/model"])
    parser.add_argument("--data", type=Path, default=REPO.parent / "shared" / "corpora")
    parser.add_argument("--seeds", type=Path, default=REPO.parent / "shared" / "seeds")
    options = parser.parse_args()
    models = {str(path): load_table(path) for path in options.models}
    for name, bench in load_benches(options.data, options.seeds).items():
        columns = {"BM25": bench.by_kind(bench.bm25)}
        for path, (tokenizer, table) in models.items():
            dense = bench.dense(table, tokenizer)
            columns[Path(path).name] = bench.by_kind(dense)
            late = bench.late(table, tokenizer)
            columns["+late"] = bench.by_kind(dense + late)
            columns["+late+BM25"] = bench.by_kind(dense + late + 0.2 * scaled(bench.bm25))
        print(format_table(name, bench, columns), end="\n\n")


if __name__ == "__main__":
    main()
