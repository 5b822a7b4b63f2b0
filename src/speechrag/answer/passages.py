"""Which passages an answer is made of, the one to read first in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from speechrag.search.late import TokenRows
from speechrag.search.rescore import N_RESCORED, Rescorer
from speechrag.types import Filters, Hit, SearchResult

if TYPE_CHECKING:
    from speechrag.search.engine import Engine
    from speechrag.search.query import Query

N_PASSAGES = 12  # that sentences are taken from
PER_SPEECH = 1000  # the answer often stands in one speech, whose passages then stand by each other

# A rescorer keeps what it has cut up for as long as the engine that it belongs to is in use.
_rescorers: WeakKeyDictionary[Engine, Rescorer] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Standing:
    """A passage and how likely it is the one to read first, beside the likeliest: in (0, 1]."""

    hit: Hit
    share: float


def find_candidates(engine: Engine, question: str, filters: Filters | None = None) -> SearchResult:
    """What the engine finds, best first; only suggestions when all of it is far off.

    Raises:
        QuestionError: The question holds nothing to search for.

    """
    return engine.search(question, k=N_RESCORED, filters=filters, per_speech=PER_SPEECH)


def rank_passages(engine: Engine, query: Query, hits: Sequence[Hit]) -> list[Standing]:
    """The first passages by a second look (`search.rescore`); by their score without tokens."""
    if not hits:
        return []
    if not isinstance(engine.encoder, TokenRows):
        best = max(hit.score for hit in hits)
        return [Standing(hit, hit.score / best if best > 0 else 1.0) for hit in hits[:N_PASSAGES]]
    if engine not in _rescorers:
        _rescorers[engine] = Rescorer(engine.generation, engine.encoder)
    scores = _rescorers[engine].score(query, hits)
    shares = np.exp(scores - scores.max()).tolist()
    order = sorted(range(len(hits)), key=lambda at: (-shares[at], hits[at].passage.id))
    return [Standing(hits[at], shares[at]) for at in order[:N_PASSAGES]]
