"""The engine: one generation of the index, one encoder, one tokenizer; questions in, hits out.

What happens between a question and its hits is in `search.pipeline`; here questions are read and
encoded, what is too far off is cut, and the library can be looked through.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import Protocol, runtime_checkable

from speechrag.config import Settings
from speechrag.index.encoders import load_encoder
from speechrag.index.generation import Generation, check_compatible, open_current
from speechrag.index.milvus.vectors import open_remote
from speechrag.index.store import SpeechSummary
from speechrag.index.tokens import Tokenizer
from speechrag.search.candidates import Searchable, Selection
from speechrag.search.explain import Explanation, explain_hit
from speechrag.search.fuse import Weights
from speechrag.search.pipeline import Pipeline
from speechrag.search.query import Query, analyse_question
from speechrag.search.rerank import CrossEncoderReranker, Reranker
from speechrag.search.rewrite import expand_query
from speechrag.search.said import Said, Speakers, latest_titles
from speechrag.search.stopwords import QUESTION_WORDS, SPEECH_WORDS
from speechrag.types import (
    Encoder,
    Filters,
    Hit,
    Passage,
    SearchResult,
    Skipped,
    Speech,
    Vectors,
)

log = logging.getLogger(__name__)

N_SUGGESTIONS = 3


class Engine:
    """Answers questions from one generation. Safe to use from several threads.

    Args:
        generation: The index to search.
        encoder: The encoder the index was built with.
        tokenizer: The tokenizer the index was built with.
        settings: `k` and `per_speech` are read.
        weights: How the stages count; the fitted ones when None.

    """

    def __init__(
        self,
        generation: Searchable,
        encoder: Encoder,
        tokenizer: Tokenizer,
        settings: Settings,
        weights: Weights | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.generation = generation
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.settings = settings
        self.reranker = reranker
        self.pipeline = Pipeline(generation, encoder, tokenizer, weights, reranker)

    @classmethod
    def open(cls, settings: Settings, encoder: Encoder | None = None) -> Engine:
        """Open the live generation of `settings.index`.

        Raises:
            IndexMissing: Nothing was built there yet.
            IndexIncompatible: It was built with another encoder or tokenizer.
            EncoderError: The encoder cannot be loaded.
            StoreError: The engine that keeps the vectors does not answer, or refuses.

        """
        encoder = encoder or load_encoder(settings.encoder, allow_download=settings.allow_download)
        tokenizer = Tokenizer(settings.user_terms)
        remote = open_remote(settings)
        # What is loaded with the first question (0.5 s) is loaded while files are verified.
        with ThreadPoolExecutor(max_workers=1) as pool:
            warmed = pool.submit(_warm_up, encoder, tokenizer)
            generation = open_current(settings.index, encoder, remote=remote)
            generation.aim(settings.recall)
            warmed.result()
        tokenizer = _tokenizer_of(generation, tokenizer)
        return cls(generation, encoder, tokenizer, settings, reranker=_load_reranker(settings))

    @property
    def weights(self) -> Weights:
        """How the stages count."""
        return self.pipeline.weights

    @property
    def encoder_name(self) -> str:
        """The name of the encoder."""
        return self.encoder.name

    def search(
        self,
        question: str,
        *,
        k: int | None = None,
        filters: Filters | None = None,
        per_speech: int | None = None,
    ) -> SearchResult:
        """The passages that answer one question, best first; ties by passage id.

        Raises:
            QuestionError: The question holds nothing to search for.

        """
        return self.search_batch([question], k=k, filters=filters, per_speech=per_speech)[0]

    def search_batch(
        self,
        questions: Sequence[str],
        *,
        k: int | None = None,
        filters: Filters | None = None,
        per_speech: int | None = None,
    ) -> list[SearchResult]:
        """Several questions at once, encoded together; results in their order."""
        started = time.perf_counter()
        queries = [self.analyse(question) for question in questions]
        vectors = self.encoder.encode_queries([query.text for query in queries])
        given = Selection(self.generation.store, filters or Filters())
        cap = self.settings.per_speech if per_speech is None else per_speech
        results = []
        for question, query, vector in zip(questions, queries, vectors, strict=True):
            allowed = given
            if query.speakers and not given.filters.speakers:
                theirs = replace(given.filters, speakers=frozenset(query.speakers))
                allowed = Selection(self.generation.store, theirs)
            found = self._answer(query, vector, allowed, k or self.settings.k, cap, started)
            results.append(replace(found, question=question.strip(), speakers=query.speakers))
            started = time.perf_counter()
        return results

    def _answer(
        self,
        query: Query,
        vector: Vectors,
        allowed: Selection,
        k: int,
        cap: int,
        started: float,
    ) -> SearchResult:
        """One question: a first pass, a relaxed one when it finds nothing, else suggestions."""
        found = self.pipeline.run(query, vector, allowed, k, cap)
        hits = self._close_enough(found)
        relaxed = False
        if not hits and found:
            wider = expand_query(query, self.encoder, self.generation.lexical, relaxed=True)
            found = self.pipeline.run(wider, vector, allowed, k, cap)
            hits = self._close_enough(found)
            relaxed = bool(hits)
        return SearchResult(
            question=query.text,
            hits=hits,
            took_ms=(time.perf_counter() - started) * 1000,
            relaxed=relaxed,
            suggestions=() if hits else tuple(found[:N_SUGGESTIONS]),
        )

    def _close_enough(self, hits: list[Hit]) -> tuple[Hit, ...]:
        """The hits worth showing: none where even the best is far off."""
        if not hits or (
            hits[0].score < self.weights.min_best_score and not hits[0].parts.get("phrase")
        ):
            return ()
        return tuple(hit for hit in hits if hit.score >= self.weights.min_score)

    def analyse(self, question: str) -> Query:
        """The question as the index is asked it; without who said it, where it asks for that."""
        said = self._speakers.read(question)
        text = self._what_was_said(said) if said else question
        query = analyse_question(text, self.tokenizer)
        query = expand_query(query, self.encoder, self.generation.lexical)
        return replace(query, speakers=said.lines) if said else query

    @cached_property
    def _speakers(self) -> Speakers:
        return Speakers(self.generation.store.speakers)

    def _what_was_said(self, said: Said) -> str:
        """What is asked about; where nothing is, what their latest speeches are called."""
        if not self.asks_nothing(said.rest):
            return said.rest
        return latest_titles(s for s in self.speeches() if s.speaker in said.lines)

    def asks_nothing(self, text: str) -> bool:
        """Whether it has no words but those that ask, and those for speaking and speeches."""
        return not set(self.tokenizer.tokenize(text)) - QUESTION_WORDS - SPEECH_WORDS

    def explain(self, question: str, hit: Hit) -> Explanation:
        """Why this hit was found for this question."""
        return explain_hit(self.analyse(question), hit, self.tokenizer, self.encoder)

    def context(self, passage_id: str, before: int = 2, after: int = 2) -> list[Passage]:
        """A passage with its neighbours in the speech, in reading order."""
        store = self.generation.store
        speech, passage = store.located(store.row_of(passage_id))
        at = speech.passages.index(passage)
        return list(speech.passages[max(0, at - before) : at + after + 1])

    def speech(self, speech_id: str) -> Speech:
        """One speech, whole."""
        return self.generation.store.speech(speech_id)

    def speeches(self) -> list[SpeechSummary]:
        """Every speech of the library, in order of its files."""
        return self.generation.store.speeches()

    def notices(self) -> tuple[str, ...]:
        """What went wrong on the way to opening the index; usually nothing."""
        return self.generation.notices

    def skipped(self) -> list[Skipped]:
        """The files that could not be read, by name."""
        return [skipped for _row, skipped in self.generation.store.skipped()]

    def removed(self, speech_id: str) -> list[tuple[str, str]]:
        """What cleaning took out of the file of a speech: (text, reason), in order of the file."""
        store = self.generation.store
        parsed = store.parsed_file(store.speech(speech_id).source)
        source = parsed.document.text
        return [(source[span.start : span.end], span.reason.value) for span in parsed.removed]

    def kinds(self) -> list[str]:
        """The kinds of speech there are, sorted."""
        return self.generation.store.values("kind")

    def sources(self) -> list[str]:
        """The files there are, sorted."""
        return self.generation.store.values("source")

    def date_range(self) -> tuple[str, str] | None:
        """The earliest and the latest date of a speech, ISO; None when none is dated."""
        dates = sorted(summary.date for summary in self.speeches() if summary.date)
        return (dates[0], dates[-1]) if dates else None

    def iter_passages(self) -> Iterator[tuple[str, str]]:
        """(id, text) of every passage, in index order."""
        for speech in self.generation.store.iter_speeches():
            for passage in speech.passages:
                yield passage.id, speech.text[passage.start : passage.end]

    def ranker(self, mode: str) -> Callable[[str], list[tuple[str, str]]]:
        """A function from a question to its first ten (id, text): "lexical", "dense" or "fused".

        "lexical" is BM25 over the passages' own words, "dense" the cosine of their own vectors;
        both know nothing of headings, roles or copies. "fused" is what a person gets.
        """
        if mode == "fused":
            return lambda question: [
                (hit.passage.id, hit.text) for hit in self.search(question, k=10).hits
            ]
        return lambda question: [
            self._id_and_text(row) for row in self._rank_by_one_stage(mode, question)
        ]

    def _rank_by_one_stage(self, mode: str, question: str) -> list[int]:
        if mode == "lexical":
            terms = dict.fromkeys(self.tokenizer.tokenize(question), 1.0)
            return [int(row) for row in self.generation.lexical.search(terms, 10)[1]]
        vectors = self.encoder.encode_queries([question])
        return [int(row) for row in self.generation.body.search(vectors, 10)[1][0] if row >= 0]

    def _id_and_text(self, row: int) -> tuple[str, str]:
        speech, passage = self.generation.store.located(row)
        return passage.id, speech.text[passage.start : passage.end]

    def with_weights(self, weights: Weights) -> Engine:
        """The same engine with other weights, for ablations."""
        return Engine(
            self.generation, self.encoder, self.tokenizer, self.settings, weights, self.reranker
        )


@runtime_checkable
class _WarmsUp(Protocol):
    def warm_up(self) -> None: ...


def _tokenizer_of(generation: Generation, tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer that an index was built with, which may not have the terms of the settings."""
    terms = generation.info.user_terms
    if terms is not None and generation.manifest.tokenizer_digest != tokenizer.digest:
        built_with = Tokenizer(terms)
        if generation.manifest.tokenizer_digest == built_with.digest:
            log.warning(
                "现在的用户词典（user_terms）和建索引时不同，先按建索引时的查；"
                "运行 speechrag index 后换用现在的。"
            )
            return built_with
    check_compatible(generation, None, tokenizer)
    return tokenizer


def _warm_up(*parts: object) -> None:
    for part in parts:
        if isinstance(part, _WarmsUp):
            part.warm_up()


def _load_reranker(settings: Settings) -> Reranker | None:
    if not settings.reranker:
        return None
    return CrossEncoderReranker(settings.reranker, allow_download=settings.allow_download)
