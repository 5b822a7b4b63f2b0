"""Which sentence of a passage says what a sentence of the draft says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from speechrag.draft.evidence import sentence_spans
from speechrag.draft.records import DraftHit, Finding, Label, Run, SentencePair, Span
from speechrag.index.tokens import fold_key
from speechrag.types import Encoder, Vectors

MIN_REWORDED = 0.45  # similarity of characters: the mean share of letter pairs held, see _held
MIN_MEANING = 0.55  # cosine of two sentences
VERBATIM_SHARE = 0.6  # of a sentence's characters inside runs: the sentence is a copy


def align_findings(findings: Sequence[Finding], encoder: Encoder) -> list[Finding]:
    """The findings with their hits' aligned sentences; all sentences are encoded together."""
    sides = [
        side for finding in findings for found in finding.hits if _has_pairs(found)
        for side in (finding.paragraph.text, found.hit.text)
    ]  # fmt: skip
    sentences = {
        side: [side[a:b] for a, b in sentence_spans(side)] for side in dict.fromkeys(sides)
    }
    flat = list(dict.fromkeys(s for parts in sentences.values() for s in parts))
    if not flat:
        return list(findings)
    vectors = encoder.encode_passages(flat)
    at = {sentence: number for number, sentence in enumerate(flat)}
    of = {side: vectors[[at[s] for s in parts]] for side, parts in sentences.items()}
    return [replace(f, hits=tuple(_aligned(f, found, of) for found in f.hits)) for f in findings]


def _has_pairs(found: DraftHit) -> bool:
    """Whether there is anything to align: of one topic, two texts say different things."""
    return found.label.rank <= Label.SAME_MEANING.rank


def _aligned(finding: Finding, found: DraftHit, vectors: Mapping[str, Vectors]) -> DraftHit:
    if not _has_pairs(found):
        return found
    ours, theirs = finding.paragraph.text, found.hit.text
    pairs = align_sentences(ours, theirs, found.runs, vectors[ours], vectors[theirs])
    return replace(found, pairs=pairs)


def align_sentences(
    draft: str,
    passage: str,
    runs: Sequence[Run],
    draft_vectors: Vectors,
    passage_vectors: Vectors,
) -> tuple[SentencePair, ...]:
    """For each sentence of the draft the passage's sentence that says it, if any.

    Args:
        draft: The paragraph.
        passage: The passage.
        runs: Their common runs.
        draft_vectors: One row a sentence of `sentence_spans(draft)`, unit norm.
        passage_vectors: The same of the passage.
    """
    ours, theirs = sentence_spans(draft), sentence_spans(passage)
    if not ours or not theirs:
        return ()
    held = _held([draft[a:b] for a, b in ours], [passage[a:b] for a, b in theirs])
    cosines = draft_vectors @ passage_vectors.T
    shared = np.array([[_in_runs(a, b, runs) for b in theirs] for a in ours])
    pairs = []
    for i, span in enumerate(ours):
        j = int(np.argmax(2 * shared[i] + held[i] + np.maximum(cosines[i], 0)))
        kind, value = _judge(float(shared[i, j]), float(held[i, j]), float(cosines[i, j]))
        if kind:
            pairs.append(SentencePair(span, theirs[j], kind, round(min(1.0, value), 4)))
    return tuple(pairs)


def _judge(shared: float, held: float, cosine: float) -> tuple[str, float]:
    if shared >= VERBATIM_SHARE:
        return "verbatim", shared
    if held >= MIN_REWORDED or shared > 0:
        return "reworded", max(held, shared)
    return ("meaning", cosine) if cosine >= MIN_MEANING else ("", 0.0)


def _held(ours: Sequence[str], theirs: Sequence[str]) -> Vectors:
    """Share of each of our sentences' letter pairs that each of theirs holds."""
    a, b = ([_grams(s) for s in side] for side in (ours, theirs))
    table = [[len(x & y) / len(x) if x else 0.0 for y in b] for x in a]
    return np.array(table, dtype=np.float32)


def _grams(sentence: str) -> frozenset[str]:
    key = fold_key(sentence, ignore_punctuation=True)
    return frozenset(key[i : i + 2] for i in range(len(key) - 1))


def _in_runs(ours: Span, theirs: Span, runs: Sequence[Run]) -> float:
    """Share of our sentence that lies in runs which lead into their sentence."""
    length = ours[1] - ours[0]
    shared = sum(
        max(0, min(ours[1], run.draft[1]) - max(ours[0], run.draft[0]))
        for run in runs
        if min(theirs[1], run.passage[1]) > max(theirs[0], run.passage[0])
    )
    return shared / length if length else 0.0
