"""From evidence to a label, by thresholds fitted on part of tests/draft/labelled_pairs.tsv.

`python -m benchmarks.draft_labels` fits them again; tests/draft/test_labels.py reports precision
and recall a label on speeches that took no part in the fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from speechrag.draft.records import Closeness, Evidence, Label

N_FITTED = 227  # passages of the library of the labelled pairs


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one label ends and the next begins; see `Evidence` for the units."""

    run: int = 16  # letters in one run: from here a copy, whatever stands around it
    share: float = 0.6  # or so much of the paragraph in runs, the longest of `share_run` letters
    share_run: int = 10
    sentence: int = 13  # or one whole sentence of so many letters
    overlap: float = 0.35  # letter pairs of a sentence that the passage holds: from here reworded
    meaning: float = 6.31  # closeness, in deviations: from here the same meaning
    topic: float = 1.26  # from here the same topic
    precedent: float = 4.25  # what a passage needs that was chosen among many
    words_weight: float = 22.0  # what a full coverage adds to the cosine's deviations
    surroundings_weight: float = 1.1  # what a deviation of the surroundings' cosine adds to them
    growth: float = 6.0  # how the three rise with the size of the library, see `for_library`

    def for_library(self, n_passages: int) -> Thresholds:
        """These thresholds in a library of some size.

        The nearest of many unrelated passages is nearer than the nearest of few: for normal
        deviates by sqrt(2 ln n) deviations. The thresholds were fitted among `N_FITTED`.
        """
        n = max(n_passages, N_FITTED)
        excess = math.sqrt(2 * math.log(n)) - math.sqrt(2 * math.log(N_FITTED))
        rise = self.growth * excess
        return replace(
            self,
            meaning=self.meaning + rise,
            topic=self.topic + rise,
            precedent=self.precedent + rise,
        )


DEFAULT = Thresholds()


def choose_label(
    evidence: Evidence, thresholds: Thresholds = DEFAULT, *, among_many: bool = False
) -> Label:
    """The closest kinship that the evidence bears out.

    Args:
        evidence: What was measured.
        thresholds: Where the labels part.
        among_many: Whether the passage was chosen among those of a whole library. Of thousands of
            unrelated ones some are near by chance, so that it needs more to be a precedent.
    """
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
    least = max(t.topic, t.precedent) if among_many else t.topic
    return Label.SAME_TOPIC if closeness >= least else Label.UNPRECEDENTED


def closeness_of(evidence: Evidence | Closeness, thresholds: Thresholds = DEFAULT) -> float:
    """Meaning, topic and words together, in deviations above two unrelated passages."""
    return (
        evidence.cosine
        + thresholds.surroundings_weight * evidence.surroundings
        + thresholds.words_weight * evidence.coverage
    )


def score_of(evidence: Evidence, thresholds: Thresholds = DEFAULT) -> float:
    """How alike two texts are, in [0, 1]: what orders passages of one label."""
    meaning = min(1.0, max(0.0, closeness_of(evidence, thresholds) / (2 * thresholds.meaning)))
    words = max(evidence.verbatim_share, evidence.overlap)
    return 0.5 * meaning + 0.5 * words
