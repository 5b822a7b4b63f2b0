"""An answer made of sentences that stand in the library, with no model.

Passages are found by the engine; their sentences are weighed by what the question asks (words,
meaning, role, the kind of fact), and chosen so that each says something new: maximal marginal
relevance, after Carbonell and Goldstein, "The use of MMR" (SIGIR 1998).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from speechrag.answer.facts import asked_kind, find_spans
from speechrag.answer.records import Answer, Layout, Mode, Sentence
from speechrag.answer.refuse import THRESHOLD
from speechrag.corpus.sentences import sentence_ends
from speechrag.search.confidence import confidence
from speechrag.types import Filters, Hit, Role, Vectors

if TYPE_CHECKING:
    from speechrag.search.engine import Engine
    from speechrag.search.query import Query

N_PASSAGES = 12  # that sentences are taken from
PER_SPEECH = 6  # of one speech: what goes wrong, and what to do, often stands in one chapter
MIN_CHARS = 8  # a shorter sentence ("怎么办?") says nothing by itself
MAX_SENTENCES = {Layout.FACT: 2, Layout.NUMBERED: 6, Layout.GROUPED: 8}
_HALF_WIDTH_STOP = re.compile(r"(?<=[\u4e00-\u9fff”）])\.(?=[\u4e00-\u9fff“（])")
NO_GROUP = "其他"


@dataclass(frozen=True, slots=True)
class Choice:
    """How sentences are weighed; fitted by benchmarks/answers (benchmarks/results/answers.md)."""

    passage: float = 1.0  # the engine's score of the passage
    meaning: float = 0.35  # cosine of question and sentence
    words: float = 0.05  # share of the question's words, by idf, that stand in the sentence
    fact: float = 0.05  # a span of the kind that is asked for
    role: float = 0.10  # its passage does what is asked for (举措, 问题 …)
    novelty: float = 0.30  # 1 - λ of maximal marginal relevance
    floor: float = 0.55  # of the best sentence's weight


# A fact stands in one sentence: which one is told by its words and by what can be the answer.
FACT_CHOICE = Choice(words=0.25, fact=0.15, role=0.0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage that was found; offsets in the text of the speech."""

    hit: Hit
    start: int
    end: int
    weight: float = 0.0
    has_fact: bool = False

    @property
    def text(self) -> str:
        """As it stands in the speech."""
        return self.hit.speech.text[self.start : self.end]


def compose_answer(
    engine: Engine,
    question: str,
    *,
    filters: Filters | None = None,
    asked: str | None = None,
    choice: Choice | None = None,
    threshold: float = THRESHOLD,
) -> Answer:
    """The extractive answer to a question.

    Args:
        engine: The library.
        question: As the person put it.
        filters: Restrictions on the passages.
        asked: As it is searched, where an earlier question lends it its subject.
        choice: How sentences are weighed; by default as suits the question.
        threshold: The least confidence with which anything is answered, in [0, 1].

    Raises:
        QuestionError: The question holds nothing to search for.

    """
    asked = asked or question
    query = engine.analyse(asked)
    result = engine.search(asked, k=N_PASSAGES, filters=filters, per_speech=PER_SPEECH)
    hits = result.hits or result.suggestions
    sure = confidence(query, hits, terms=engine.generation.lexical, encoder=engine.encoder)
    layout = choose_layout(query)
    choice = choice or (FACT_CHOICE if layout is Layout.FACT else Choice())
    blank = Answer(
        question, True, Mode.EXTRACTIVE, (), (), sure, layout, asked=asked, filters=filters
    )
    if not result.hits or sure < threshold:
        return replace(blank, suggestions=tuple(hits[:3]))
    weighed = weigh_sentences(engine, query, hits, choice)
    chosen = choose_sentences(engine, weighed, MAX_SENTENCES[layout], choice)
    if not chosen:
        return replace(blank, suggestions=tuple(hits[:3]))
    return replace(blank, refused=False, **_lay_out(query, chosen, layout))  # type: ignore[arg-type]


def choose_layout(query: Query) -> Layout:
    """A fact, a numbered list (how, which problems …), or groups by role for a bare topic."""
    if (query.asks_fact or query.intent is None) and asked_kind(query.text):
        return Layout.FACT
    return Layout.NUMBERED if query.intent else Layout.GROUPED


def split_hit(hit: Hit) -> list[Candidate]:
    """The sentences of a passage, verbatim, without the blank around them."""
    found: list[Candidate] = []
    at = hit.passage.start
    for line in hit.text.split("\n"):
        start = at
        for stop in _ends(line):
            piece = hit.speech.text[start : at + stop]
            left = start + len(piece) - len(piece.lstrip())
            right = at + stop - (len(piece) - len(piece.rstrip()))
            if right - left >= MIN_CHARS:
                found.append(Candidate(hit, left, right))
            start = at + stop
        at += len(line) + 1
    if not found:
        found.append(Candidate(hit, hit.passage.start, hit.passage.end))
    return found


def _ends(line: str) -> list[int]:
    """Where sentences end; a half-width stop between Chinese words (正文.会议) ends one as well."""
    return sorted({*sentence_ends(line), *(m.end() for m in _HALF_WIDTH_STOP.finditer(line))})


def weigh_sentences(
    engine: Engine, query: Query, hits: Sequence[Hit], choice: Choice
) -> list[Candidate]:
    """Every sentence of the passages with its weight, best first, ties by place."""
    candidates = [candidate for hit in hits for candidate in split_hit(hit)]
    vector = engine.encoder.encode_queries([query.text])[0]
    cosines = engine.encoder.encode_passages([c.text for c in candidates]) @ vector
    kinds = asked_kind(query.text) if choose_layout(query) is Layout.FACT else ()
    idf = engine.generation.lexical.idf
    wanted = {t: w * idf(t) for t, w in query.terms.items()}
    added = {t: 0.3 * w * idf(t) for t, w in query.added.items() if t not in wanted}
    most = sum(wanted.values()) or 1.0
    weighed = []
    for candidate, cosine in zip(candidates, cosines.tolist(), strict=True):
        tokens = set(engine.tokenizer.tokenize(candidate.text))
        words = sum(w for t, w in (wanted | added).items() if t in tokens) / most
        has_fact = bool(kinds) and bool(find_spans(query.text, candidate.text))
        weight = (
            choice.passage * candidate.hit.score
            + choice.meaning * max(0.0, cosine)
            + choice.words * min(1.0, words)
            + choice.fact * has_fact
            + choice.role
            * (query.intent is not None and candidate.hit.passage.role is query.intent)
        )
        weighed.append(replace(candidate, weight=weight, has_fact=has_fact))
    return sorted(weighed, key=lambda c: (-c.weight, c.hit.passage.id, c.start))


def choose_sentences(
    engine: Engine, weighed: Sequence[Candidate], n_most: int, choice: Choice
) -> list[Candidate]:
    """Up to `n_most` sentences by maximal marginal relevance, the best first."""
    if not weighed:
        return []
    floor = choice.floor * weighed[0].weight
    pool = [c for c in weighed[:60] if c.weight >= floor]
    vectors: Vectors = engine.encoder.encode_passages([c.text for c in pool])
    alike = np.clip(vectors @ vectors.T, 0, 1)
    weights = np.array([c.weight for c in pool], dtype=np.float32)
    weights /= max(float(weights.max()), 1e-6)
    taken = [0]
    while len(taken) < min(n_most, len(pool)):
        gains = (1 - choice.novelty) * weights - choice.novelty * alike[:, taken].max(axis=1)
        gains[taken] = -np.inf
        best = int(gains.argmax())
        if alike[best, taken].max() > 0.95:
            break
        taken.append(best)
    chosen = [pool[at] for at in taken]
    if n_most == MAX_SENTENCES[Layout.FACT] and chosen[0].has_fact:
        return chosen[:1]
    return chosen


def _lay_out(query: Query, chosen: Sequence[Candidate], layout: Layout) -> dict[str, object]:
    """Sentences in the order in which they are shown, and the passages they cite."""
    order = list(chosen)
    if layout is Layout.GROUPED:
        groups = list(dict.fromkeys(_group(c) for c in chosen))
        order = [c for group in groups for c in chosen if _group(c) == group]
    passages: list[Hit] = []
    numbers: dict[str, int] = {}
    sentences = []
    for candidate in order:
        passage = candidate.hit.passage
        if passage.id not in numbers:
            passages.append(candidate.hit)
            numbers[passage.id] = len(passages)
        text = candidate.text
        sentences.append(
            Sentence(
                text=text,
                citations=(numbers[passage.id],),
                checked=True,  # it is the passage's own text
                group=_group(candidate) if layout is not Layout.FACT else None,
                start=candidate.start,
                end=candidate.end,
                spans=find_spans(query.text, text) if layout is Layout.FACT else (),
            )
        )
    ranked = tuple(replace(hit, rank=n) for n, hit in enumerate(passages, 1))
    return {"sentences": tuple(sentences), "passages": ranked}


def _group(candidate: Candidate) -> str:
    role: Role | None = candidate.hit.passage.role
    return role.value if role else NO_GROUP
