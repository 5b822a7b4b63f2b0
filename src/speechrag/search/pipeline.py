"""One question through the stages of a search; `Pipeline.run` is their list, in order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from speechrag.index.tokens import Tokenizer
from speechrag.search.candidates import Searchable, Selection, gather_signals
from speechrag.search.fuse import WITHOUT_TOKENS, Floats, Signals, Weights, fuse_signals
from speechrag.search.hits import build_hit, choose_places
from speechrag.search.late import LATE_PER_HIT, N_LATE, TokenMatcher, TokenRows
from speechrag.search.marks import Marks
from speechrag.search.names import find_names, name_scores
from speechrag.search.nearby import nearby_scores
from speechrag.search.query import Query
from speechrag.search.rerank import N_RERANKED, Reranker
from speechrag.types import Encoder, Hit, Vectors


class Pipeline:
    """From a question, as the index is asked it, to ranked hits. Safe to use from several threads.

    Args:
        generation: The index to search.
        encoder: The encoder the index was built with; late interaction needs its token vectors.
        tokenizer: The tokenizer the index was built with.
        weights: How the stages count; the fitted ones when None.
        reranker: Orders the best once more, where there is one.
    """

    def __init__(
        self,
        generation: Searchable,
        encoder: Encoder,
        tokenizer: Tokenizer,
        weights: Weights | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.generation = generation
        self.tokenizer = tokenizer
        self.matcher = TokenMatcher(encoder, generation) if isinstance(encoder, TokenRows) else None
        self.weights = weights or (Weights() if self.matcher else WITHOUT_TOKENS)
        self.reranker = reranker

    def run(self, query: Query, vector: Vectors, allowed: Selection, k: int, cap: int) -> list[Hit]:
        """The first k hits, at most `cap` a speech (0: any number), best first; ties by row."""
        signals = gather_signals(self.generation, query, vector, allowed, self.weights)
        signals = self._match_tokens(query, vector, signals, max(N_LATE, LATE_PER_HIT * k))
        signals = self._match_names(query, signals)
        scores, parts = fuse_signals(signals, self.weights, asks_fact=query.asks_fact)
        scores, parts = self._rerank(query, signals, scores, parts)
        order = np.lexsort((signals.rows, -scores))
        chosen = choose_places(self.generation.store, signals.rows, order, k, cap)
        return self._build_hits(query, signals, chosen, scores, parts)

    def _match_tokens(self, query: Query, vector: Vectors, signals: Signals, n: int) -> Signals:
        """The n best candidates so far, with their words held against the question's."""
        if self.matcher is None or not self.weights.late:
            return signals
        scores, _ = fuse_signals(signals, WITHOUT_TOKENS, asks_fact=query.asks_fact)
        signals = signals.take(np.lexsort((signals.rows, -scores))[:n])
        late, sentence = self.matcher.match(query.text, vector, signals.rows)
        nearby = nearby_scores(self.generation, vector, signals.rows)
        return replace(signals, late=late, sentence=sentence, nearby=nearby)

    def _match_names(self, query: Query, signals: Signals) -> Signals:
        """The candidates, with the question's proper nouns looked for in them."""
        if not self.weights.name or not (names := find_names(query.text)):
            return signals
        name = name_scores(self.generation, self.tokenizer, names, signals.rows)
        return replace(signals, name=name)

    def _rerank(
        self, query: Query, signals: Signals, scores: Floats, parts: dict[str, Floats]
    ) -> tuple[Floats, dict[str, Floats]]:
        """The best candidates by the reranker's score, above all others by their old one."""
        if self.reranker is None:
            return scores, parts
        best = np.lexsort((signals.rows, -scores))[:N_RERANKED]
        texts = [self.generation.store.text(int(row)) for row in signals.rows[best]]
        reranked = np.zeros_like(scores)
        reranked[best] = self.reranker.score(query.text, texts)
        rest = np.ones(len(scores), dtype=bool)
        rest[best] = False
        final = np.where(rest, np.minimum(scores, 1) - 1, reranked).astype(np.float32)
        return final, parts | {"rerank": reranked}

    def _build_hits(
        self,
        query: Query,
        signals: Signals,
        chosen: list[int],
        scores: Floats,
        parts: dict[str, Floats],
    ) -> list[Hit]:
        store = self.generation.store
        wanted = set(query.terms) | set(query.added)
        hits = []
        for rank, at in enumerate(chosen, 1):
            row = int(signals.rows[at])
            shares = {name: float(values[at]) for name, values in parts.items()}
            marks = Marks(self.tokenizer, wanted, *store.located(row))
            hits.append(build_hit(store, row, rank, float(scores[at]), shares, marks))
        return hits
