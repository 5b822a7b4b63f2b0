"""Find where words stand in the library, exactly or nearly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from speechrag.draft.attribution import name_of
from speechrag.draft.candidates import Library, WordFinder, split_clauses
from speechrag.draft.records import Span
from speechrag.draft.runs import KeyedText
from speechrag.index.tokens import fold_key
from speechrag.types import Passage, Speech

MIN_SIMILARITY = 0.70  # of letters; below it a passage says something else
MIN_SIMILARITY_SHORT = 0.78  # for fewer than `SHORT_LETTERS`
SHORT_LETTERS = 14
N_ROWS = 24  # candidate passages by the words of each clause
MIN_COVERAGE = 0.3  # of a clause's words: the others may be the ones that differ
MIN_PARTIAL = 55.0  # of rapidfuzz's 100, before the window is fitted


@dataclass(frozen=True, slots=True)
class Match:
    """A place in the library. `start:end` index the speech's text; similarity is in [0, 1]."""

    speech: Speech
    passage: Passage
    start: int
    end: int
    similarity: float

    @property
    def text(self) -> str:
        """The words as they stand there."""
        return self.speech.text[self.start : self.end]

    @property
    def before(self) -> str:
        """What stands before them in their paragraph."""
        return self.speech.text[max(0, self.start - 120) : self.start].rsplit("\n")[-1]


class Finder:
    """Looks words up in one generation of the index."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._words = WordFinder(library)
        self._windows: dict[int, tuple[Speech, int, KeyedText]] = {}

    @cached_property
    def speaker_names(self) -> tuple[str, ...]:
        """The names of the library's speakers, as keys, longest first."""
        store = self._library.generation.store
        names = {name_of(speech.speaker) for speech in store.speeches()}
        return tuple(sorted(names - {""}, key=lambda n: (-len(n), n)))

    @cached_property
    def titles(self) -> dict[str, str]:
        """The key of each speech's title → the speech's id (of the first that has it)."""
        titles: dict[str, str] = {}
        for summary in self._library.generation.store.speeches():
            titles.setdefault(fold_key(summary.title, ignore_punctuation=True), summary.id)
        return titles

    def find(self, words: str) -> list[Match]:
        """The places where the words stand, most similar first, exact ones with similarity 1."""
        key = fold_key(words, ignore_punctuation=True)
        if not key:
            return []
        least = MIN_SIMILARITY if len(key) >= SHORT_LETTERS else MIN_SIMILARITY_SHORT
        found: dict[tuple[str, int], Match] = {}
        for row in self.candidate_rows(words):
            match = self._match(key, row)
            if match and match.similarity >= least:
                found.setdefault((match.speech.id, match.start), match)
        return sorted(found.values(), key=lambda m: (-m.similarity, m.passage.id, m.start))

    def candidate_rows(self, words: str, min_coverage: float = MIN_COVERAGE) -> list[int]:
        """Passages that hold enough of the words or of one of their clauses, rising."""
        clauses = split_clauses(words)
        asked = dict.fromkeys([words, *clauses])
        rows = [self._words.rows(text, N_ROWS, min_coverage) for text in asked]
        return [int(row) for row in np.unique(np.concatenate(rows))]

    def passage_at(self, speech: Speech, offset: int) -> Passage | None:
        """The passage that holds a character of a speech; the one behind it for a heading."""
        after = (p for p in speech.passages if p.end > offset)
        return next(after, speech.passages[-1] if speech.passages else None)

    def first_passage(self, speech_id: str) -> tuple[Speech, Passage] | None:
        """A speech and the passage it begins with."""
        speech = self._library.generation.store.speech(speech_id)
        return (speech, speech.passages[0]) if speech.passages else None

    def text_of(self, row: int) -> tuple[Speech, Passage, str]:
        """A passage with its text."""
        speech, passage = self._library.generation.store.located(row)
        return speech, passage, speech.text[passage.start : passage.end]

    def _window(self, row: int) -> tuple[Speech, int, KeyedText]:
        """A passage with its neighbours: words may run over the end of a passage."""
        if row not in self._windows:
            speech, passage = self._library.generation.store.located(row)
            at = speech.passages.index(passage)
            start = speech.passages[max(0, at - 1)].start
            end = speech.passages[min(len(speech.passages) - 1, at + 1)].end
            self._windows[row] = speech, start, KeyedText(speech.text[start:end])
        return self._windows[row]

    def _match(self, key: str, row: int) -> Match | None:
        speech, offset, window = self._window(row)
        at = window.key.find(key)
        if at >= 0:
            span, similarity = (at, at + len(key)), 1.0
        else:
            near = fuzz.partial_ratio_alignment(key, window.key, score_cutoff=MIN_PARTIAL)
            if near is None or len(key) > len(window.key):
                return None
            span, similarity = fit_window(key, window.key, (near.dest_start, near.dest_end))
            if span[0] >= span[1]:
                return None
        start, end = window.span(*span)
        passage = self.passage_at(speech, offset + start)
        assert passage is not None
        return Match(speech, passage, offset + start, offset + end, similarity)


def fit_window(key: str, text: str, span: Span) -> tuple[Span, float]:
    """The stretch of `text` around `span` that is nearest to `key`, and how near in [0, 1].

    The span is widened, then what the alignment leaves over at either end is cut off.
    """
    margin = max(4, len(key) // 5)
    start = max(0, span[0] - margin)
    wide = text[start : span[1] + margin]
    equal = [op for op in Levenshtein.opcodes(key, wide) if op.tag == "equal"]
    if not equal:
        return (0, 0), 0.0
    # letters of the key before its first common letter stand for as many of the text
    low = max(0, equal[0].dest_start - equal[0].src_start)
    high = min(len(wide), equal[-1].dest_end + len(key) - equal[-1].src_end)
    similarity = Levenshtein.normalized_similarity(key, wide[low:high])
    return (start + low, start + high), float(similarity)
