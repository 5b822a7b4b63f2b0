"""A question as people put it: with the time in it that they ask about.

`Engine.search` looks for a text under filters; a heading that is being drafted or a phrase that is
followed through the years speaks of years without asking for speeches of these years.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from speechrag.index.filtering import date_range
from speechrag.search.period import read_period
from speechrag.search.said import latest_titles
from speechrag.types import Filters, Hit, Period, SearchResult

MUCH_CLOSER = 1.25
"""Times the score of the best passage of the time asked about: of 14 subjects of the demo library,
each asked of its 11 years, the year that is on it is never so far behind."""


class Searches(Protocol):
    """What is asked: `search.engine.Engine`."""

    def search(
        self, question: str, *, k: int | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """The passages for a question."""

    def speeches(self) -> Sequence[Any]:
        """Every speech, with its `title`, `date` and `id`."""

    def asks_nothing(self, text: str) -> bool:
        """Whether a text says nothing that could be looked for."""


def ask(
    engine: Searches,
    question: str,
    *,
    k: int | None = None,
    filters: Filters | None = None,
    today: datetime.date | None = None,
) -> SearchResult:
    """The passages that answer a question, of the time that it asks about if it does.

    Args:
        engine: Searches.
        question: As typed.
        k: How many hits at most; None leaves it to the settings.
        filters: Restrictions; dates among them outweigh those of the question.
        today: What 去年 is counted from; None: today.

    Raises:
        QuestionError: The question holds nothing to search for.
    """
    filters = filters or Filters()
    dated = filters.date_from or filters.date_to
    asked = None if dated else read_period(question, today or datetime.date.today())
    if asked is None:
        return engine.search(question, k=k, filters=filters)
    then = [speech for speech in engine.speeches() if is_of(speech.date, asked.period)]
    period = replace(asked.period, has_speeches=bool(then))
    text = asked.rest
    if engine.asks_nothing(text):
        text = latest_titles(then) or question
    result = engine.search(text, k=k, filters=within(filters, period))
    elsewhere = _elsewhere(engine, text, filters, result) if period.has_speeches else None
    return replace(
        result, question=question.strip(), period=period, elsewhere=elsewhere, searched=text
    )


def _elsewhere(engine: Searches, text: str, filters: Filters, result: SearchResult) -> Hit | None:
    """The best passage of any time, where those of the time asked about are far behind it."""
    best = engine.search(text, k=1, filters=filters).hits[:1]
    score = result.hits[0].score if result.hits else 0.0
    return best[0] if best and best[0].score >= MUCH_CLOSER * score else None


def within(filters: Filters | None, period: Period | None) -> Filters:
    """The filters, with a time that the library has speeches of."""
    filters = filters or Filters()
    if period is None or not period.has_speeches:
        return filters
    return replace(filters, date_from=period.date_from, date_to=period.date_to)


def is_of(date: str | None, period: Period) -> bool:
    """Whether a speech of this date, a year or a month perhaps, may be of a time."""
    if not date:
        return False
    first, last = date_range(date)
    return (not period.date_from or last >= date_range(period.date_from)[0]) and (
        not period.date_to or first <= date_range(period.date_to)[1]
    )
