"""From evidence to a label: five thresholds, fitted on half of tests/draft/labelled_pairs.tsv.

`python -m benchmarks.draft_labels` fits them again; tests/draft/test_labels.py reports precision
and recall a label on the other half.
"""

from __future__ import annotations

from dataclasses import dataclass

from speechrag.draft.records import Evidence, Label


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one label ends and the next begins; see `Evidence` for the units."""

    run: int = 16  # letters in one run: from here a copy, whatever stands around it
    share: float = 0.6  # or so much of the paragraph in runs, the longest of `share_run` letters
    share_run: int = 10
    sentence: int = 13  # or one whole sentence of so many letters
    overlap: float = 0.35  # letter pairs of a sentence that the passage holds: from here reworded
    meaning: float = 4.0  # closeness, in deviations: from here the same meaning
    topic: float = 2.0  # from here the same topic
    words_weight: float = 14.0  # what a full overlap adds to the cosine's deviations
    context_weight: float = 0.6  # what a deviation of the context's cosine adds to them


DEFAULT = Thresholds()


def choose_label(evidence: Evidence, thresholds: Thresholds = DEFAULT) -> Label:
    """The closest kinship that the evidence bears out."""
    t = thresholds
    if evidence.longest_run >= t.run:
        return Label.VERBATIM
    if evidence.longest_run >= t.share_run and evidence.verbatim_share >= t.share:
        return Label.VERBATIM
    if evidence.copied_sentence >= t.sentence:
        return Label.VERBATIM
    if evidence.sentence_overlap >= t.overlap:
        return Label.REWORDED
    closeness = closeness_of(evidence, t)
    if closeness >= t.meaning:
        return Label.SAME_MEANING
    return Label.SAME_TOPIC if closeness >= t.topic else Label.UNPRECEDENTED


def closeness_of(evidence: Evidence, thresholds: Thresholds = DEFAULT) -> float:
    """Meaning and words together, in deviations above two unrelated passages."""
    return (
        evidence.cosine
        + thresholds.context_weight * max(0.0, evidence.context)
        + thresholds.words_weight * evidence.overlap
    )


def score_of(evidence: Evidence, thresholds: Thresholds = DEFAULT) -> float:
    """How alike two texts are, in [0, 1]: what orders passages of one label."""
    meaning = min(1.0, max(0.0, closeness_of(evidence, thresholds) / (2 * thresholds.meaning)))
    words = max(evidence.verbatim_share, evidence.overlap)
    return 0.5 * meaning + 0.5 * words
