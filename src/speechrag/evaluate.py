"""Retrieval figures on a set of questions with gold strings.

A passage is relevant when its text contains a gold string, both folded (Simplified, half width, no
spaces). Each gold counts once, by the first passage in the ranking that has it, so that a near copy
further down gains nothing. Gains are binary; the ideal ranking has as many relevant passages as
there are distinct passages holding a gold (never more than there are golds), at most ten.

nDCG@10, MRR@10 and recall@5 are computed by ir-measures (pytrec_eval), from the definitions in
Järvelin and Kekäläinen (2002) and the TREC evaluation tools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speechrag.errors import QuestionSetError
from speechrag.index.tokens import fold_key

METRICS = ("ndcg@10", "mrr@10", "recall@5")
DEPTH = 10

Ranker = Callable[[str], Sequence[tuple[str, str]]]  # question → (passage id, text), best first


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `gold` are the strings whose passages answer it."""

    id: str
    kind: str
    text: str
    gold: tuple[str, ...]


def load_questions(file: Path) -> list[Question]:
    """Read a question file.

    Raises:
        QuestionSetError: It is not a YAML list of {id, kind, q, gold}; names the entry.

    """
    import yaml

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise QuestionSetError(
            f"问题集读不出来：{file}:{exc}", "应是 UTF-8 的 YAML 列表：{id, kind, q, gold}。"
        ) from exc
    if not isinstance(data, list) or not data:
        raise QuestionSetError(
            f"问题集应是非空的列表：{file}", "每项为 {id, kind, q, gold: [..]}。"
        )
    return [_question(entry, n, file) for n, entry in enumerate(data, 1)]


def _question(entry: Any, n: int, file: Path) -> Question:
    if not isinstance(entry, dict) or not str(entry.get("q") or "").strip():
        raise QuestionSetError(
            f"{file} 第 {n} 项没有问题 q。", "每项为 {id, kind, q, gold: [..]}。"
        )
    gold = entry.get("gold")
    golds = [gold] if isinstance(gold, str) else gold
    if not isinstance(golds, list) or not golds or not all(fold_key(str(g)) for g in golds):
        raise QuestionSetError(
            f"{file} 第 {n} 项({entry.get('id')})没有 gold。", "gold 是原文中的词句的列表。"
        )
    return Question(
        id=str(entry.get("id", n)),
        kind=str(entry.get("kind", "all")),
        text=str(entry["q"]),
        gold=tuple(str(g) for g in golds),
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of one question: metric → value in [0, 1]."""

    question: Question
    values: dict[str, float]


class Judge:
    """Judges rankings against a library of passages (id, text)."""

    def __init__(self, passages: Iterable[tuple[str, str]]) -> None:
        self._keys = [(pid, fold_key(text)) for pid, text in passages]

    def missing(self, questions: Sequence[Question]) -> list[tuple[Question, str]]:
        """The golds that stand in no passage: a question set for another library, or lost text."""
        return [
            (q, g)
            for q in questions
            for g in q.gold
            if not any(fold_key(g) in key for _, key in self._keys)
        ]

    def judge(self, questions: Sequence[Question], rank: Ranker) -> list[Judged]:
        """Rank every question and measure it."""
        import ir_measures

        measures = {
            "ndcg@10": ir_measures.nDCG @ DEPTH,
            "mrr@10": ir_measures.RR,  # rankings are cut at DEPTH
            "recall@5": ir_measures.R @ 5,
        }
        qrels, run = [], []
        for n, question in enumerate(questions):
            gains, ideal = self._gains(question, rank(question.text))
            found = sum(gains)
            for position, gain in enumerate(gains):
                doc = f"r{position}"
                run.append(ir_measures.ScoredDoc(str(n), doc, float(DEPTH - position)))
                qrels.append(ir_measures.Qrel(str(n), doc, gain))
            qrels.extend(
                ir_measures.Qrel(str(n), f"missed{extra}", 1) for extra in range(ideal - found)
            )
            if ideal == 0:
                qrels.append(ir_measures.Qrel(str(n), "nowhere", 1))
        values: dict[str, dict[str, float]] = {str(n): {} for n in range(len(questions))}
        names = {str(measure): name for name, measure in measures.items()}
        for metric in ir_measures.iter_calc(list(measures.values()), qrels, run):
            values[metric.query_id][names[str(metric.measure)]] = float(metric.value)
        return [
            Judged(q, {m: values[str(n)].get(m, 0.0) for m in METRICS})
            for n, q in enumerate(questions)
        ]

    def _gains(
        self, question: Question, ranking: Sequence[tuple[str, str]]
    ) -> tuple[list[int], int]:
        golds = {fold_key(g) for g in question.gold}
        holders = sum(1 for _, key in self._keys if any(g in key for g in golds))
        present = sum(1 for g in golds if any(g in key for _, key in self._keys))
        gains, left = [], set(golds)
        for _, text in ranking[:DEPTH]:
            key = fold_key(text)
            here = {g for g in left if g in key}
            gains.append(1 if here else 0)
            left -= here
        return gains, max(min(holders, present, DEPTH), sum(gains))


def average_by_kind(judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Means by kind, in order of appearance, and over "all"; "n" is the number of questions."""
    kinds = list(dict.fromkeys(j.question.kind for j in judged))
    groups = {kind: [j for j in judged if j.question.kind == kind] for kind in kinds}
    groups["all"] = list(judged)
    return {
        kind: {"n": float(len(rows))}
        | {m: sum(j.values[m] for j in rows) / len(rows) for m in METRICS}
        for kind, rows in groups.items()
        if rows
    }


def bootstrap_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of a mean over questions (9,999 resamples, fixed seed)."""
    import numpy as np

    if len(values) < 2:
        mean = float(values[0]) if values else 0.0
        return mean, mean
    draws = np.random.default_rng(0).integers(0, len(values), size=(9_999, len(values)))
    means = np.asarray(values, dtype=float)[draws].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def paired_p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided p of the paired randomisation test on the mean difference.

    Recommended for retrieval by Smucker, Allan and Carterette (CIKM 2007); 9,999 sign flips, fixed
    seed, from scipy.
    """
    import numpy as np
    from scipy import stats

    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if len(a) < 2 or np.allclose(a, b):
        return 1.0
    test = stats.permutation_test(
        (a, b),
        lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=9_999,
        rng=np.random.default_rng(0),
    )
    return float(test.pvalue)
