"""Whether a library answers a question: what is found, looked at a second time, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechrag.answer.confidence import confidence
from speechrag.answer.passages import Standing, find_candidates, rank_passages
from speechrag.answer.refuse import THRESHOLD, absence, is_small_talk, name_absent
from speechrag.search.asking import within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechrag.search.engine import Engine
    from speechrag.search.query import Query
    from speechrag.types import Filters, Hit, SearchResult

PLAIN_SCORE = 0.5
"""A hit with a higher score is on the question: of 30 words that the demo library has nothing on,
the best of any scored 0.47."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a library holds on a question.

    Attributes:
        query: The question, as the engine analysed it.
        standings: The passages to read, first one first; none where all is far off.
        hits: Theirs, or the nearest there are.
        sure: The probability, in [0, 1], that they answer it.
        absent: A well-known name that the question asks about and no passage holds.
    """

    query: Query
    standings: Sequence[Standing]
    hits: Sequence[Hit]
    sure: float
    absent: str | None

    def refuses(self, threshold: float = THRESHOLD) -> bool:
        """Whether nothing should be answered, at a least confidence in [0, 1]."""
        unsure = not self.standings or self.sure < threshold
        return unsure or self.absent is not None or is_small_talk(self.query)

    @property
    def absence(self) -> str | None:
        """What is said of the name that the library lacks, in the language of the question."""
        return absence(self.query, self.absent) if self.absent else None


def doubt(engine: Engine, result: SearchResult, filters: Filters | None = None) -> str | None:
    """What the library lacks, where its hits may not be on the question at all.

    Args:
        engine: It found the hits.
        result: What it found.
        filters: The restrictions that it found them under.

    Returns:
        None where there is no doubt; otherwise what is said of a name that no passage holds, or "".
    """
    if not result.hits or result.hits[0].score >= PLAIN_SCORE or result.hits[0].parts.get("phrase"):
        return None
    text = result.searched or result.question
    assessed = assess(engine, text, within(filters, result.period))
    return (assessed.absence or "") if assessed.refuses() else None


def assess(engine: Engine, question: str, filters: Filters | None = None) -> Assessment:
    """Look for what answers a question, and judge it.

    Raises:
        QuestionError: The question holds nothing to search for.
    """
    query = engine.analyse(question)
    found = find_candidates(engine, question, filters)
    standings = rank_passages(engine, query, found.hits)
    hits = [standing.hit for standing in standings] or list(found.suggestions)
    sure = confidence(query, hits, engine, [standing.share for standing in standings])
    return Assessment(query, standings, hits, sure, name_absent(query, engine))
