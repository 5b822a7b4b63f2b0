"""Pairs from what was written for this project: the glossary and the questions.

A glossary row gives term, English and everyday wording as short pairs; passages of the corpora that
hold the term, asked for in its everyday or English wording; and headings or questions in which the
term is swapped for one of them while the passage stays official.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from training.corpus import fold, read_documents
from training.cutting import Pair, split_passages
from training.overlap import trained_glossary, trained_questions
from training.written import GlossaryRow

N_PASSAGES_A_TERM = 20
N_PADDED = 3
_SOURCES = ("political", "broadcast_news")
_SWAP_SHARE = 0.6

_ASK_CHINESE = ("{x}", "{x}", "{x}", "怎么{x}", "如何{x}？", "{x}怎么办", "{x}的情况", "为什么{x}")
_ASK_ENGLISH = (
    "{x}",
    "{x}",
    "how to improve {x}",
    "what problems are there with {x}",
    "measures for {x}",
    "what has been done about {x}",
    "why does {x} matter",
    "{x} 的举措",
    "如何推进 {x}",
)


class TermFinder:
    """Finds glossary terms in text: the longest at each place, left to right."""

    def __init__(self, terms: list[str]) -> None:
        self._by_start: dict[str, list[str]] = defaultdict(list)
        for term in sorted(set(terms), key=lambda term: (-len(term), term)):
            if len(term) >= 2:
                self._by_start[term[:2]].append(term)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """(offset, term) of every non-overlapping occurrence."""
        free_from = 0
        for i in range(len(text) - 1):
            if i < free_from:
                continue
            for term in self._by_start.get(text[i : i + 2], ()):
                if text.startswith(term, i):
                    yield i, term
                    free_from = i + len(term)
                    break


def short_pairs(rows: list[GlossaryRow]) -> list[Pair]:
    """Wordings of one row against each other: English and everyday against the term first."""
    pairs: list[Pair] = []
    for row in rows:
        pairs.extend((wording, row.term) for wording in (*row.english, *row.everyday))
        pairs.extend((english, everyday) for english in row.english for everyday in row.everyday)
    return pairs


def _ask(row: GlossaryRow, rng: random.Random) -> str:
    """The row's everyday or English wording, bare or as a question; now and then the term."""
    draw = rng.random()
    if draw < 0.45 and row.everyday:
        return rng.choice(_ASK_CHINESE).format(x=rng.choice(row.everyday))
    if draw < 0.9 and row.english:
        return rng.choice(_ASK_ENGLISH).format(x=rng.choice(row.english))
    return rng.choice(_ASK_CHINESE).format(x=row.term)


def passage_pairs(data: Path, rows: list[GlossaryRow], rng: random.Random) -> list[Pair]:
    """Questions in other words against passages that hold the official term."""
    by_term = {fold(row.term): row for row in rows}
    finder = TermFinder(list(by_term))
    n_found: dict[str, int] = defaultdict(int)
    pairs: list[Pair] = []
    for source in _SOURCES:
        documents = list(read_documents(data, source))
        rng.shuffle(documents)
        for document in documents:
            for paragraph in document.paragraphs:
                if len(paragraph) < 50:
                    continue
                for passage in split_passages(paragraph):
                    for term in sorted({term for _, term in finder.find(fold(passage))}):
                        if n_found[term] < N_PASSAGES_A_TERM:
                            n_found[term] += 1
                            pairs.append((_ask(by_term[term], rng), passage))
    rng.shuffle(pairs)
    return pairs


def swapped_pairs(pairs: list[Pair], rows: list[GlossaryRow], rng: random.Random) -> list[Pair]:
    """Pairs whose query holds a term, with the term in its everyday or English wording."""
    by_term = {fold(row.term): row for row in rows}
    finder = TermFinder(list(by_term))
    swapped: list[Pair] = []
    for query, passage in pairs:
        folded = fold(query)
        found = list(finder.find(folded))
        if not found:
            continue
        end = 0
        parts = []
        for start, term in found:
            wordings = (*by_term[term].everyday, *by_term[term].english)
            if wordings and (len(found) == 1 or rng.random() < _SWAP_SHARE):
                parts += [folded[end:start], " ", rng.choice(wordings), " "]
            else:
                parts.append(folded[end : start + len(term)])
            end = start + len(term)
        swapped.append(("".join([*parts, folded[end:]]), passage))
    return swapped


def pad_answers(asked: list[Pair], passages: list[str], rng: random.Random) -> list[Pair]:
    """Each answer among sentences about something else, as it stands in a real passage."""
    padded: list[Pair] = []
    for question, answer in asked:
        for _ in range(N_PADDED):
            other = split_passages(rng.choice(passages), max_chars=120)
            before, after = rng.choice(other), rng.choice(other)
            padded.append((question, rng.choice((before + answer, answer + after))))
    return padded


def written_pairs(data: Path, heading_pairs: list[Pair], seed: int) -> dict[str, list[Pair]]:
    """All pairs from the glossary and the questions, by name of source."""
    rng = random.Random(f"written-{seed}")
    glossary, questions = trained_glossary(), trained_questions()
    asked = [(question.question, question.answer) for question in questions]
    padded = pad_answers(asked, [passage for _, passage in heading_pairs], rng)
    return {
        "glossary.short": short_pairs(glossary),
        "glossary.passage": passage_pairs(data, glossary, rng),
        "glossary.swapped": swapped_pairs(heading_pairs, glossary, rng),
        "questions.asked": asked,
        "questions.padded": padded,
        "questions.swapped": swapped_pairs(asked, glossary, rng),
    }
