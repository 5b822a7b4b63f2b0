"""An answer made of sentences that stand in the library, with no model.

Passages are found by the engine; their sentences are weighed by what the question asks (words,
meaning, role, the kind of fact), and chosen so that each says something new: maximal marginal
relevance, after Carbonell and Goldstein, "The use of MMR" (SIGIR 1998).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from speechrag.answer.assess import assess
from speechrag.answer.enumeration import complete_list
from speechrag.answer.facts import asked_kind, find_spans
from speechrag.answer.heading_list import list_headings
from speechrag.answer.passages import Standing
from speechrag.answer.records import Answer, Layout, Mode, Sentence
from speechrag.answer.refuse import THRESHOLD, caution
from speechrag.answer.speakers import tell_speaker
from speechrag.corpus.sentences import sentence_ends
from speechrag.types import Filters, Hit, Role, Vectors

if TYPE_CHECKING:
    from speechrag.search.engine import Engine
    from speechrag.search.query import Query

N_SUGGESTIONS = 3  # nearest passages, when nothing answers
MIN_CHARS = 8  # a shorter sentence ("怎么办?") says nothing by itself
MAX_SENTENCES = {Layout.FACT: 2, Layout.NUMBERED: 6, Layout.GROUPED: 8}
_WHOLE = re.compile('[。！；;!.…：:][”’」』）》】)"]*$')
_LABEL = re.compile("^[（(]?[一二三四五六七八九十\\d]+[）)、.．][^，,；]{0,24}。$")
_HALF_WIDTH_STOP = re.compile(r"(?<=[\u4e00-\u9fff”）])\.(?=[\u4e00-\u9fff“（])")
SAYS_LITTLE = 0.3  # off the weight of a sentence that asks, only labels, or is cut off
NO_GROUP = "其他"


@dataclass(frozen=True, slots=True)
class Choice:
    """How sentences are weighed; chosen on tests/answer/answerable_dev.yaml (docs/adr/0011)."""

    passage: float = 1.0  # how the passage stands beside the best one …
    flatness: float = 0.5  # … to this power: a small one lets more passages speak
    meaning: float = 0.35  # cosine of question and sentence
    lead: float = 0.25  # its passage is the first to read
    words: float = 0.20  # share of the question's words, by idf, that stand in the sentence
    fact: float = 0.05  # a span of the kind that is asked for
    role: float = 0.10  # its passage does what is asked for (举措, 问题 …)
    novelty: float = 0.30  # 1 - λ of maximal marginal relevance
    floor: float = 0.55  # of the best sentence's weight
    per_passage: int = 2  # sentences of one passage; the others have something to say as well


CHOICES: dict[Layout, Choice] = {
    # A fact stands in one sentence: which one is told by its words and by what can be the answer.
    Layout.FACT: Choice(flatness=0.25, lead=0.0, words=0.25, fact=0.30, role=0.0),
    Layout.NUMBERED: Choice(flatness=0.35, floor=0.45, per_passage=3),
    Layout.GROUPED: Choice(meaning=0.70),
}
# A bare topic: something of every kind, from passages that say something.
TOPIC_CHOICE = Choice(flatness=0.1, novelty=0.40, per_passage=1)
FRAMES = frozenset({Role.OPENING, Role.CLOSING})
MAX_TOPIC_CHARS, MAX_TOPIC_WORDS = 10, 2  # Chinese, English; a longer one says something


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
    assessed = assess(engine, asked, filters)
    query, standings, sure = assessed.query, assessed.standings, assessed.sure
    layout = choose_layout(query)
    choice = choice or pick_choice(query, layout)
    blank = Answer(
        question, True, Mode.EXTRACTIVE, (), (), sure, layout, asked=asked, filters=filters
    )
    if signed := tell_speaker(engine, blank):
        return signed
    suggestions = tuple(assessed.hits[:N_SUGGESTIONS])
    if assessed.refuses(threshold):
        return replace(blank, suggestions=suggestions, note=assessed.absence)
    if listed := list_headings(engine, blank, standings):
        return replace(listed, note=caution(query, sure))
    if choice is TOPIC_CHOICE:
        standings = [s for s in standings if s.hit.passage.role not in FRAMES] or standings
    weighed = weigh_sentences(engine, query, standings, choice)
    chosen = choose_sentences(engine, weighed, MAX_SENTENCES[layout], choice)
    if not chosen:
        return replace(blank, suggestions=suggestions)
    if layout is not Layout.FACT:
        chosen = complete_lists(chosen, weighed)
    blank = replace(blank, refused=False, note=caution(query, sure))
    return replace(blank, **_lay_out(query, chosen, layout))  # type: ignore[arg-type]


def choose_layout(query: Query) -> Layout:
    """A fact, a numbered list (how, which problems …), or groups by role for a bare topic."""
    if (query.asks_fact or query.intent is None) and asked_kind(query.text):
        return Layout.FACT
    return Layout.NUMBERED if query.intent else Layout.GROUPED


def pick_choice(query: Query, layout: Layout) -> Choice:
    """How the sentences of an answer to this question are weighed."""
    n_chars = sum(char.isalnum() for char in query.folded)
    is_short = (
        n_chars <= MAX_TOPIC_CHARS
        if query.chinese_share > 0.5
        else len(query.english_words) <= MAX_TOPIC_WORDS
    )
    return TOPIC_CHOICE if is_short and layout is Layout.GROUPED else CHOICES[layout]


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
    engine: Engine, query: Query, standings: Sequence[Standing], choice: Choice
) -> list[Candidate]:
    """Every sentence of the passages with its weight, best first, ties by place."""
    candidates = [candidate for standing in standings for candidate in split_hit(standing.hit)]
    shares = {standing.hit.passage.id: standing.share for standing in standings}
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
            choice.passage * shares[candidate.hit.passage.id] ** choice.flatness
            + choice.meaning * max(0.0, cosine)
            + choice.words * min(1.0, words)
            + choice.fact * has_fact
            + choice.role
            * (query.intent is not None and candidate.hit.passage.role is query.intent)
            + choice.lead * (candidate.hit is standings[0].hit)
            - SAYS_LITTLE * says_little(candidate.text)
        )
        weighed.append(replace(candidate, weight=weight, has_fact=has_fact))
    return sorted(weighed, key=lambda c: (-c.weight, c.hit.passage.id, c.start))


def says_little(sentence: str) -> bool:
    """Whether it asks back, is but the label of what follows, or breaks off."""
    return not _WHOLE.search(sentence) or bool(_LABEL.match(sentence))


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
        gains[_spent(pool, taken, choice.per_passage)] = -np.inf
        best = int(gains.argmax())
        if np.isneginf(gains[best]) or alike[best, taken].max() > 0.95:
            break
        taken.append(best)
    chosen = [pool[at] for at in taken]
    if n_most == MAX_SENTENCES[Layout.FACT] and chosen[0].has_fact:
        return chosen[:1]
    return chosen


def complete_lists(chosen: Sequence[Candidate], weighed: Sequence[Candidate]) -> list[Candidate]:
    """The chosen sentences, their lists (一是 …, 二是 …) completed, the passages in their order."""
    complete: list[Candidate] = []
    for passage in dict.fromkeys(c.hit.passage.id for c in chosen):
        here = [c for c in chosen if c.hit.passage.id == passage]
        complete += complete_list(here, [c for c in weighed if c.hit.passage.id == passage])
    return complete


def _spent(pool: Sequence[Candidate], taken: Sequence[int], per_passage: int) -> list[int]:
    """The candidates whose passage has given its share of sentences."""
    given = Counter(pool[at].hit.passage.id for at in taken)
    return [at for at, c in enumerate(pool) if given[c.hit.passage.id] >= per_passage]


def _lay_out(query: Query, chosen: Sequence[Candidate], layout: Layout) -> dict[str, object]:
    """Sentences in the order in which they are shown, and the passages they cite."""
    groups = list(dict.fromkeys(_group(c) for c in chosen)) if layout is Layout.GROUPED else []
    places = list(dict.fromkeys(c.hit.passage.id for c in chosen))
    order = sorted(  # what stands together is read together, in the order of the speech
        chosen,
        key=lambda c: (
            groups.index(_group(c)) if layout is Layout.GROUPED else 0,
            places.index(c.hit.passage.id),
            c.start,
        ),
    )
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
