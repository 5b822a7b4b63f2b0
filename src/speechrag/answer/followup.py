"""A conversation: what a follow-up question leaves unsaid is carried over from the one before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from speechrag.answer.records import Answer
from speechrag.index.tokens import fold
from speechrag.types import Role

if TYPE_CHECKING:
    from speechrag.search.engine import Engine
    from speechrag.search.query import Query

MAX_CARRIED = 6  # terms; more would drown what is newly asked
MAX_OWN_TERMS = 3  # a question with more content of its own stands by itself

# All of these are matched against the folded question.
_LEAD_IN = re.compile(
    r"^\s*(?:那么?|还有|另外|再说|再|以及|then\b|and\b|what about\b|how about\b)[\s,、]*"
)
_ASKS_ON = re.compile(
    r"^\s*(?:那|还有|另外|再|以及|然后)|呢\s*\??\s*$|^\s*(?:what|how) about\b|^\s*and\b"
)
_POINTS_BACK = re.compile(
    r"(?:这|那)(?:个|些|件|项|方面|次|几)|其中|它们?|他们|上述|前面|刚才"
    r"|\b(?:it|they|them|this|that|those)\b"
)
_TAIL = re.compile(r"(?:方面)?呢?\s*\??\s*$")
_CUE = {
    Role.MEASURE: "如何", Role.PROBLEM: "存在哪些问题", Role.ACHIEVEMENT: "取得的成绩",
    Role.SIGNIFICANCE: "重要意义", Role.SAFEGUARD: "组织保障", Role.GOAL: "目标",
    Role.SITUATION: "形势", Role.OPENING: "开头", Role.CLOSING: "结尾",
}  # fmt: skip


@dataclass(slots=True)
class Conversation:
    """Questions with their answers, and the subject that a follow-up is about."""

    turns: list[Answer] = field(default_factory=list)
    subject: tuple[str, ...] = ()
    intent: Role | None = None

    @property
    def questions(self) -> list[str]:
        """What was asked so far, each as it was searched where it was made whole."""
        return [answer.asked or answer.question for answer in self.turns]

    def leaves_unsaid(self, question: str, engine: Engine) -> bool:
        """Whether a question leaves its subject to those before it."""
        return bool(self.turns and self.subject) and is_follow_up(
            question, engine.analyse(question)
        )

    def resolve(self, question: str, engine: Engine) -> str:
        """The question as it is to be searched: by itself, or with the subject carried over.

        A follow-up begins or ends like one (那…, …呢) or points back (其中, 这些), and has little
        content of its own. Nothing is carried to a question that stands by itself.
        """
        if self.leaves_unsaid(question, engine):
            return self._carry(question, engine.analyse(question))
        return question

    def _carry(self, question: str, query: Query) -> str:
        own = _TAIL.sub("", _LEAD_IN.sub("", fold(question).strip()))
        asked = fold(question)
        carried = [term for term in self.subject if term not in asked]
        cue = _CUE.get(self.intent) if self.intent and query.intent is None else None
        has_cue = cue is None or query.asks_fact
        return " ".join((*carried, own, *(() if has_cue else (str(cue),))))

    def add(self, answer: Answer, engine: Engine) -> None:
        """Keep a turn. A question that stood by itself sets the subject of those that follow."""
        self.turns.append(answer)
        if not self.subject or answer.asked in {"", answer.question}:
            query = engine.analyse(answer.question)
            self.subject = pick_subject(query.terms, engine)
            self.intent = query.intent

    def clear(self) -> None:
        """Forget everything."""
        self.turns.clear()
        self.subject = ()
        self.intent = None


def is_follow_up(question: str, query: Query) -> bool:
    """Whether a question leaves its subject to the one before."""
    folded = fold(question)
    n_own = len([term for term in query.terms if len(term) > 1])
    if _POINTS_BACK.search(folded):
        return n_own <= MAX_OWN_TERMS + 1
    return bool(_ASKS_ON.search(folded)) and n_own <= MAX_OWN_TERMS


def pick_subject(terms: Mapping[str, float], engine: Engine) -> tuple[str, ...]:
    """The weightiest terms of a question by idf, in its own order; parts of a longer one go."""
    whole = [t for t in terms if not any(t != other and t in other for other in terms)]
    idf = engine.generation.lexical.idf
    weight = {term: terms[term] * idf(term) for term in whole}
    best = sorted(whole, key=lambda term: (-weight[term], term))[:MAX_CARRIED]
    return tuple(term for term in whole if term in best)
