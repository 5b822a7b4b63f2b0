"""A draft beside the library: for each paragraph the passages most like it, and in what.

In batches: paragraphs are encoded together and searched in one call of the vector store; words
find further candidates; common runs are looked for in every candidate; the closest few are kept
and aligned.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from speechrag.draft.align import align_findings
from speechrag.draft.background import Background
from speechrag.draft.candidates import Library, Rows, WordFinder, gather_rows
from speechrag.draft.evidence import measure, sentence_grams
from speechrag.draft.labels import (
    DEFAULT,
    Thresholds,
    choose_label,
    closeness_of,
    score_of,
)
from speechrag.draft.records import (
    MIN_LETTERS,
    Comparison,
    Draft,
    DraftHit,
    DraftParagraph,
    Evidence,
    Finding,
    Label,
    SourceUse,
    Span,
)
from speechrag.draft.runs import KeyedText, KeyRun, find_runs, merge_spans, to_text
from speechrag.types import Hit, Place, Vectors

BATCH_PARAGRAPHS = 64  # encoded and searched together; progress is told between batches
MIN_PRECEDENT_CHARS = 10  # letters: a shorter run is no precedent
MAX_TEXTS = 20_000  # passages kept for the next paragraphs, some 100 MB
MAX_MEASURED = 24  # candidates a paragraph whose evidence is measured in full


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a comparison has come, in paragraphs."""

    done: int
    total: int

    def describe(self, lang: str = "zh") -> str:
        """One line for a person."""
        if lang == "en":
            return f"comparing: paragraph {self.done} of {self.total}"
        return f"比对：第 {self.done}/{self.total} 段"


@dataclass(frozen=True, slots=True)
class _Measured:
    row: int
    runs: list[KeyRun]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    runs: list[KeyRun]
    evidence: Evidence
    label: Label
    score: float


class Comparer:
    """Compares drafts with one generation of the index.

    Args:
        library: The engine.
        k: Passages kept a paragraph.
        per_speech: Of these at most so many of one speech; 0 for no limit.
        exclude: Source files that are left out, such as the draft's own.
        thresholds: Where the labels part.
    """

    def __init__(
        self,
        library: Library,
        *,
        k: int = 5,
        per_speech: int = 2,
        exclude: frozenset[str] = frozenset(),
        thresholds: Thresholds = DEFAULT,
    ) -> None:
        self._library = library
        self._k = k
        self._per_speech = per_speech
        self._exclude = exclude
        self._thresholds = thresholds.for_library(library.generation.store.n_passages)
        self._words = WordFinder(library)
        self._background = Background(library, self._words)
        self._texts: dict[int, KeyedText] = {}

    def compare(
        self, draft: Draft, progress: Callable[[Progress], None] | None = None
    ) -> Comparison:
        """Compare every paragraph of a draft."""
        started = time.perf_counter()
        findings: list[Finding] = []
        total = len(draft.paragraphs)
        for at in range(0, total, BATCH_PARAGRAPHS):
            batch = draft.paragraphs[at : at + BATCH_PARAGRAPHS]
            findings += self._compare_batch(batch)
            if progress:
                progress(Progress(min(at + len(batch), total), total))
        took_ms = (time.perf_counter() - started) * 1000
        return Comparison(draft, tuple(findings), _rank_sources(findings), took_ms)

    def _compare_batch(self, paragraphs: Sequence[DraftParagraph]) -> list[Finding]:
        texts = [paragraph.text for paragraph in paragraphs]
        rows, vectors = gather_rows(self._library, self._words, texts)
        self._load(np.unique(np.concatenate(rows)))
        findings = [
            self._judge(paragraph, KeyedText(paragraph.text), found, vector)
            for paragraph, found, vector in zip(paragraphs, rows, vectors, strict=True)
        ]
        return align_findings(findings, self._library.encoder)

    def _load(self, rows: Rows) -> None:
        """The texts of passages, in the order of the library: each speech is read once."""
        if len(self._texts) > MAX_TEXTS:
            self._texts.clear()
        store = self._library.generation.store
        for row in rows.tolist():
            if row not in self._texts:
                self._texts[row] = KeyedText(store.text(row))

    def _judge(
        self, paragraph: DraftParagraph, keyed: KeyedText, rows: Rows, vectors: Vectors
    ) -> Finding:
        measured, precedent = self._measure(keyed, rows, vectors)
        chosen = list(self._choose(self._label(measured)))
        hits = tuple(self._to_hit(keyed, c, rank) for rank, c in enumerate(chosen, 1))
        return Finding(
            paragraph=paragraph,
            label=hits[0].label if hits else Label.UNPRECEDENTED,
            hits=hits,
            precedent=tuple(keyed.span(a, b) for a, b in precedent),
            n_letters=keyed.n_letters,
            n_verbatim=sum(keyed.n_counted(a, b) for a, b in precedent),
        )

    def evidence_of(self, paragraph: DraftParagraph) -> list[Evidence]:
        """The evidence of the passages looked at for one paragraph, whatever their labels."""
        rows, vectors = gather_rows(self._library, self._words, [paragraph.text])
        self._load(rows[0])
        measured, _ = self._measure(KeyedText(paragraph.text), rows[0], vectors[0])
        return [one.evidence for one in measured]

    def _measure(
        self, keyed: KeyedText, rows: Rows, vectors: Vectors
    ) -> tuple[list[_Measured], list[Span]]:
        """The nearest candidates, and the ranges of the key with a verbatim precedent."""
        rows = self._allowed(rows)
        if not len(rows) or keyed.n_letters < MIN_LETTERS:
            return [], []
        near = self._background.measure(keyed.text, rows, vectors)
        nearness = np.array([closeness_of(one, self._thresholds) for one in near])
        runs = [find_runs(keyed, self._texts[row]) for row in rows.tolist()]
        precedent = merge_spans([
            (run.start, run.end) for found in runs for run in found
            if keyed.n_counted(run.start, run.end) >= MIN_PRECEDENT_CHARS
        ])  # fmt: skip
        covered = np.array([sum(run.n_chars for run in found) for found in runs])
        by_words = np.lexsort((rows, -nearness, -covered))[: MAX_MEASURED // 2]
        first = dict.fromkeys([*by_words.tolist(), *np.lexsort((rows, -nearness)).tolist()])
        sentences = sentence_grams(keyed)
        measured = []
        for at in list(first)[:MAX_MEASURED]:
            row = int(rows[at])
            evidence = measure(keyed, self._texts[row], runs[at], near[at], sentences)
            measured.append(_Measured(row, runs[at], evidence))
        return measured, precedent

    def _label(self, measured: Sequence[_Measured]) -> list[_Candidate]:
        """The candidates worth showing, the closest first."""
        t = self._thresholds
        candidates = [
            _Candidate(
                one.row, one.runs, one.evidence,
                choose_label(one.evidence, t, among_many=True), score_of(one.evidence, t),
            )
            for one in measured
        ]  # fmt: skip
        shown = [c for c in candidates if c.label is not Label.UNPRECEDENTED]
        return sorted(shown, key=lambda c: (c.label.rank, -c.score, c.row))

    def _allowed(self, rows: Rows) -> Rows:
        if not self._exclude:
            return rows
        store = self._library.generation.store
        keep = [store.located(row)[0].source not in self._exclude for row in rows.tolist()]
        return np.asarray(rows[np.array(keep, dtype=bool)], dtype=np.int64)

    def _choose(self, candidates: Sequence[_Candidate]) -> Iterator[_Candidate]:
        """The first `k`: one a group of near copies, a few a speech."""
        store = self._library.generation.store
        groups: set[int] = set()
        taken: Counter[int] = Counter()
        n_chosen = 0
        for candidate in candidates:
            group, speech = store.group(candidate.row), store.speech_number(candidate.row)
            full = self._per_speech and taken[speech] >= self._per_speech
            if group in groups or full or n_chosen == self._k:
                continue
            groups.add(group)
            taken[speech] += 1
            n_chosen += 1
            yield candidate

    def _to_hit(self, keyed: KeyedText, candidate: _Candidate, rank: int) -> DraftHit:
        store = self._library.generation.store
        speech, passage = store.located(candidate.row)
        runs = tuple(to_text(run, keyed, self._texts[candidate.row]) for run in candidate.runs)
        others = store.rows_of_group(store.group(candidate.row)).tolist()
        places = (store.located(row)[0] for row in others if row != candidate.row)
        evidence = candidate.evidence
        hit = Hit(
            passage=passage,
            speech=speech,
            rank=rank,
            score=candidate.score,
            parts={
                "cosine": evidence.cosine,
                "surroundings": evidence.surroundings,
                "coverage": evidence.coverage,
                "overlap": evidence.overlap,
                "sentence_overlap": evidence.sentence_overlap,
                "longest_run": float(evidence.longest_run),
            },
            also_in=tuple(dict.fromkeys(Place(s.title, s.source) for s in places)),
            matched=tuple(
                (passage.start + a, passage.start + b)
                for a, b in merge_spans([run.passage for run in runs])
            ),
        )  # fmt: skip
        return DraftHit(hit, candidate.label, evidence, runs)


def _rank_sources(findings: Sequence[Finding]) -> tuple[SourceUse, ...]:
    """The speeches that paragraphs are closest to, most used first."""
    uses: dict[str, SourceUse] = {}
    for finding in findings:
        seen: set[str] = set()
        for found in finding.hits:
            speech = found.hit.speech
            if found.label.rank > Label.SAME_MEANING.rank or speech.id in seen:
                continue
            seen.add(speech.id)
            n_verbatim = round(found.evidence.verbatim_share * finding.n_letters)
            use = uses.get(speech.id) or SourceUse(speech.title, speech.date, speech.source, 0, 0)
            uses[speech.id] = replace(
                use, n_paragraphs=use.n_paragraphs + 1, n_verbatim=use.n_verbatim + n_verbatim
            )
    ranked = sorted(
        uses.values(), key=lambda u: (-u.n_paragraphs, -u.n_verbatim, u.source, u.title)
    )
    return tuple(ranked)
