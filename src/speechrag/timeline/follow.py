"""Follow phrases through the library: first use, last use, counts by year, what replaced them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from speechrag.errors import QuestionError
from speechrag.search.engine import Engine
from speechrag.timeline.counting import Counting, count_years, first_and_last, library_by_year
from speechrag.timeline.pattern import Phrase
from speechrag.timeline.records import PhraseTimeline
from speechrag.timeline.succession import find_successors
from speechrag.timeline.suggest import suggest_wordings
from speechrag.timeline.variants import find_variants

MAX_PHRASES = 12


def follow_phrases(engine: Engine, phrases: Sequence[str]) -> tuple[PhraseTimeline, ...]:
    """The timeline of each phrase, in the order given; a phrase given twice, once.

    Raises:
        QuestionError: There is no phrase, one is empty, or there are too many.
    """
    asked = _distinct(map(Phrase, phrases))
    if not asked:
        raise QuestionError(
            "没有要查的提法。", "请写一个词或短语，如：speechrag timeline 科技成果转化"
        )
    if len(asked) > MAX_PHRASES:
        raise QuestionError(
            f"一次最多并排 {MAX_PHRASES} 个提法，这里有 {len(asked)} 个。", "请分几次查。"
        )
    counting = Counting(engine.generation)
    return tuple(_follow(engine, counting, phrase) for phrase in asked)


def _distinct(phrases: Iterable[Phrase]) -> list[Phrase]:
    found: dict[str, Phrase] = {}
    for phrase in phrases:
        found.setdefault(phrase.key, phrase)
    return list(found.values())


def _follow(engine: Engine, counting: Counting, phrase: Phrase) -> PhraseTimeline:
    uses = counting.uses(phrase)
    first, last = first_and_last(uses.kept)
    return PhraseTimeline(
        phrase=phrase.text,
        uses=uses,
        first=first,
        last=last,
        by_year=count_years(uses.kept, library_by_year(engine.generation.store)),
        undated=tuple(use for use in uses.kept if use.year is None),
        variants=find_variants(counting, phrase),
        successors=find_successors(engine, counting, phrase),
        suggestions=() if uses.n else suggest_wordings(engine, phrase),
    )
