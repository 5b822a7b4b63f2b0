"""A draft beside the library: for each paragraph the passages most like it, and in what.

In batches: paragraphs are encoded together and searched in one call of the vector store; words
find further candidates; common runs are looked for in every candidate; the closest few are kept
and aligned.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from speechrag.draft.align import align_sentences
from speechrag.draft.candidates import Library, Rows, WordFinder, gather_rows
from speechrag.draft.evidence import Calibration, measure, sentence_grams, sentence_spans
from speechrag.draft.labels import DEFAULT, Thresholds, choose_label, score_of
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
MAX_MEASURED = 40  # candidates a paragraph whose evidence is measured in full


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
        self._thresholds = thresholds
        body, context = library.generation.body, library.generation.context
        self._calibration = Calibration.of_store(body)
        self._context_calibration = Calibration.of_stores(body, context)
        self._words = WordFinder(library)
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
        return self._align(findings)

    def _load(self, rows: Rows) -> None:
        """The texts of passages, in the order of the library: each speech is read once."""
        store = self._library.generation.store
        for row in rows.tolist():
            if row not in self._texts:
                self._texts[row] = KeyedText(store.text(row))

    def _judge(
        self, paragraph: DraftParagraph, keyed: KeyedText, rows: Rows, vectors: Vectors
    ) -> Finding:
        candidates, precedent = self._measure(keyed, rows, vectors)
        chosen = list(self._choose(candidates))
        hits = tuple(self._to_hit(keyed, c, rank) for rank, c in enumerate(chosen, 1))
        return Finding(
            paragraph=paragraph,
            label=hits[0].label if hits else Label.UNPRECEDENTED,
            hits=hits,
            precedent=tuple(keyed.span(a, b) for a, b in precedent),
            n_letters=keyed.n_letters,
            n_verbatim=sum(keyed.n_counted(a, b) for a, b in precedent),
        )

    def _measure(
        self, keyed: KeyedText, rows: Rows, vectors: Vectors
    ) -> tuple[list[_Candidate], list[Span]]:
        """The candidates worth showing, and the ranges of the key with a verbatim precedent."""
        rows = self._allowed(rows)
        if not len(rows) or keyed.n_letters < MIN_LETTERS:
            return [], []
        cosines, contexts = self._cosines(rows, vectors)
        runs = [find_runs(keyed, self._texts[row]) for row in rows.tolist()]
        precedent = merge_spans([
            (run.start, run.end) for found in runs for run in found
            if keyed.n_counted(run.start, run.end) >= MIN_PRECEDENT_CHARS
        ])  # fmt: skip
        covered = [sum(run.n_chars for run in found) for found in runs]
        order = np.lexsort((rows, -np.array(cosines), -np.array(covered)))
        first = dict.fromkeys(
            [*order[: MAX_MEASURED // 2].tolist(), *np.argsort(-np.array(cosines)).tolist()]
        )
        sentences = sentence_grams(keyed)
        candidates = []
        for at in list(first)[:MAX_MEASURED]:
            evidence = measure(
                keyed, self._texts[int(rows[at])], runs[at], cosines[at], contexts[at], sentences
            )
            label = choose_label(evidence, self._thresholds)
            if label is not Label.UNPRECEDENTED:
                score = score_of(evidence, self._thresholds)
                candidates.append(_Candidate(int(rows[at]), runs[at], evidence, label, score))
        return sorted(candidates, key=lambda c: (c.label.rank, -c.score, c.row)), precedent

    def _cosines(self, rows: Rows, vectors: Vectors) -> tuple[list[float], list[float]]:
        """Calibrated cosines with passages and with their titles and headings."""
        generation = self._library.generation
        body = (generation.body.vectors(rows) @ vectors.T).max(axis=1)
        context_rows = generation.context_of[rows].astype(np.int64)
        context = (generation.context.vectors(context_rows) @ vectors.T).max(axis=1)
        return (
            [self._calibration.of(cosine) for cosine in body.tolist()],
            [self._context_calibration.of(cosine) for cosine in context.tolist()],
        )

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
                "context": evidence.context,
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

    def _align(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings with their hits' aligned sentences; all sentences are encoded together."""
        sides = [
            side for f in findings if f.hits
            for side in (f.paragraph.text, *(found.hit.text for found in f.hits))
        ]  # fmt: skip
        sentences = {
            side: [side[a:b] for a, b in sentence_spans(side)] for side in dict.fromkeys(sides)
        }
        flat = list(dict.fromkeys(s for parts in sentences.values() for s in parts))
        vectors = self._library.encoder.encode_passages(flat)
        at = {sentence: number for number, sentence in enumerate(flat)}
        of = {side: vectors[[at[s] for s in parts]] for side, parts in sentences.items()}
        return [
            replace(f, hits=tuple(_aligned(f, found, of) for found in f.hits)) for f in findings
        ]


def _aligned(finding: Finding, found: DraftHit, vectors: Mapping[str, Vectors]) -> DraftHit:
    ours, theirs = finding.paragraph.text, found.hit.text
    pairs = align_sentences(ours, theirs, found.runs, vectors[ours], vectors[theirs])
    return replace(found, pairs=pairs)


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
