"""Answers on the demo library: citations, relevance, refusals; extracts beside a naive baseline.

    python -m benchmarks.answers [--model] [--base-url URL --name MODEL] [--limit N]

Citation recall and precision are those of Gao, Yen, Yu and Chen, "Enabling Large Language Models to
Generate Text with Citations" (EMNLP 2023, ALCE): a statement is recalled when the passages that it
cites support it together; a citation is precise when its passage supports the statement by itself,
or when the others would not support it without it. ALCE judges support with an entailment model
(TRUE, 11 B parameters), which does not fit here; support is judged by the gate instead (verbatim,
or every quotation, figure and name found and the encoder's floor reached). That is stated with
every figure. `--model` adds the endpoint of the settings, `--base-url` and `--name` another one, on
the same questions and the same passages; `--limit` asks every system only the first so many.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.answers.common import (
    HELD_OUT,
    RESULTS,
    ROOT,
    TEST,
    answerable,
    describe,
    is_relevant,
    open_demo,
    unanswerable,
)  # fmt: skip
from speechrag.answer.cite import find_problem
from speechrag.answer.endpoint import Endpoint
from speechrag.answer.extract import compose_answer
from speechrag.answer.generate import prepare_request, stream_answer
from speechrag.answer.records import Answer, Mode, Sentence
from speechrag.config import load_settings
from speechrag.evaluate import bootstrap_interval
from speechrag.index.tokens import fold_key

Answerer = Callable[[str], Answer]


@dataclass(frozen=True)
class Figures:
    """The figures of one question; None where there is no answer to judge."""

    kind: str
    refused: bool
    first: float
    gold: float
    relevant: float
    recall: float
    precision: float


def supports(answer: Answer, sentence: Sentence, citations: tuple[int, ...]) -> bool:
    """Whether the cited passages support a sentence: verbatim, or by the rules of the gate."""
    if not citations:
        return False
    key = fold_key(sentence.text)
    if any(key in fold_key(answer.passages[n - 1].text) for n in citations):
        return True
    return find_problem(sentence.text, citations, answer.passages, sentence.support) is None


def citation_figures(answer: Answer) -> tuple[float, float]:
    """(recall, precision) of the citations of an answer, after ALCE, in [0, 1]."""
    recalled, precise, n_citations = 0, 0, 0
    for sentence in answer.sentences:
        together = supports(answer, sentence, sentence.citations)
        recalled += together
        for number in sentence.citations:
            n_citations += 1
            others = tuple(n for n in sentence.citations if n != number)
            alone = supports(answer, sentence, (number,))
            precise += together and (alone or not supports(answer, sentence, others))
    n_sentences = len(answer.sentences)
    return recalled / max(n_sentences, 1), precise / max(n_citations, 1)


def judge(question, answer: Answer) -> Figures:
    """One answer against the golds of its question."""
    if answer.refused:
        return Figures(question.kind, True, 0.0, 0.0, 0.0, 0.0, 0.0)
    relevant = [is_relevant(question, hit.text) for hit in answer.passages]
    said = fold_key("".join(hit.text for hit in answer.passages))
    gold = sum(fold_key(g) in said for g in question.gold) / len(question.gold)
    recall, precision = citation_figures(answer)
    share = sum(relevant) / len(relevant)
    return Figures(question.kind, False, float(relevant[0]), gold, share, recall, precision)


def naive(engine) -> Answerer:
    """The baseline: the first passage, whole, whatever it is; it never refuses."""

    def answer(question: str) -> Answer:
        result = engine.search(question, k=1)
        hits = tuple(replace(hit, rank=1) for hit in (result.hits or result.suggestions)[:1])
        sentences = tuple(Sentence(hit.text, (1,), True) for hit in hits)
        return Answer(question, not hits, Mode.EXTRACTIVE, sentences, hits, 1.0)

    return answer


def with_model(engine, endpoint: Endpoint) -> Answerer:
    """The endpoint's answer, or the extract that stands in for it."""

    def answer(question: str) -> Answer:
        fallback, request = prepare_request(engine, question, endpoint)
        *_, last = stream_answer(engine, fallback, request, endpoint)
        assert isinstance(last, Answer)
        return last

    return answer


def mean(values) -> float:
    """The mean; 0 of nothing."""
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def table(name: str, rows: list[Figures], refused: list[list[bool]]) -> list[str]:
    """A Markdown table by kind."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    lines = [
        f"## {name}", "",
        "| kind | n | refused | first cited relevant | golds cited | cited relevant "
        "| citation recall | citation precision |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for kind in (*kinds, "all"):
        of = [row for row in rows if kind in {row.kind, "all"}]
        told = [row for row in of if not row.refused]
        lines.append(
            f"| {kind} | {len(of)} | {mean(row.refused for row in of):.0%} "
            f"| {mean(row.first for row in of):.1%} | {mean(row.gold for row in of):.1%} "
            f"| {mean(row.relevant for row in of):.1%} | {mean(row.recall for row in told):.3f} "
            f"| {mean(row.precision for row in told):.3f} |"
        )
    low, high = bootstrap_interval([row.first for row in rows])
    return [
        *lines, "",
        f"First cited relevant: 95 % interval {low:.1%} to {high:.1%}. Unanswerable refused:"
        f" {sum(refused[0])} of {len(refused[0])} (tests/unanswerable.yaml), {sum(refused[1])} of"
        f" {len(refused[1])} (held out, tests/answer).", "",
    ]  # fmt: skip


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", action="store_true")
    parser.add_argument("--base-url", default="")
    parser.add_argument("--name", default="")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--out", type=Path, default=RESULTS / "answers.md")
    args = parser.parse_args()
    engine = open_demo()
    systems: dict[str, Answerer] = {
        "Extractive answer": lambda question: compose_answer(engine, question),
        "Naive baseline: the first passage, whole": naive(engine),
    }
    if args.model or args.base_url:
        settings = load_settings(ROOT / "speechrag.yaml")
        if args.base_url:
            settings = replace(settings, llm_base_url=args.base_url, llm_model=args.name)
        endpoint = Endpoint.from_settings(settings)
        if endpoint is None:
            parser.error("no llm_base_url in the settings")
        name = Path(endpoint.model).name
        systems[f"Model `{name}`"] = with_model(engine, endpoint)
    report = [
        "# Answers", "", "`python -m benchmarks.answers`", "", describe(engine), "",
        "Citation recall and precision after Gao et al. (EMNLP 2023, ALCE), with the gate in place"
        " of the entailment model: an extract is verbatim and therefore recalled by construction."
        " “First cited relevant”, “golds cited” and “cited relevant” are against the gold strings"
        " of tests/questions.yaml; a refusal counts as nothing relevant.", "",
    ]  # fmt: skip
    for name, answer in systems.items():
        rows = [judge(q, answer(q.text)) for q in answerable()[: args.limit]]
        refused = [
            [answer(question).refused for question in unanswerable(file)[: args.limit]]
            for file in (TEST, HELD_OUT)
        ]
        report += table(name, rows, refused)
    text = "\n".join(report)
    args.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
