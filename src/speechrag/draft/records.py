"""What comparing a draft gives: paragraphs, the passages most like them, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from speechrag.types import Document, Hit, Section

Span = tuple[int, int]

MIN_LETTERS = 8
"""A paragraph with fewer letters beside its formulaic phrases is not compared."""


class Label(StrEnum):
    """What a paragraph shares with a passage, the closest kinship first."""

    VERBATIM = "原文重复"
    REWORDED = "改写"
    SAME_MEANING = "同义"
    SAME_TOPIC = "同题"
    UNPRECEDENTED = "未见先例"

    @property
    def rank(self) -> int:
        """0 for the closest kinship, 4 for none."""
        return list(Label).index(self)


class Verdict(StrEnum):
    """What became of a quotation."""

    EXACT = "一字不差"
    DIFFERS = "有出入"
    MISATTRIBUTED = "张冠李戴"
    NOT_FOUND = "查无出处"
    NOT_A_QUOTE = "非引文"

    @property
    def is_amiss(self) -> bool:
        """Whether someone has to look at it."""
        return self in (Verdict.DIFFERS, Verdict.MISATTRIBUTED, Verdict.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Run:
    """Words that stand in both texts, character by character on the search fold.

    `draft` and `passage` are ranges of the paragraph's and the passage's own text.
    """

    draft: Span
    passage: Span


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A sentence of the draft and the passage's sentence that says it.

    `similarity` is in [0, 1]: of letters for "verbatim" and "reworded", of meaning for "meaning".
    """

    draft: Span
    passage: Span
    kind: str  # "verbatim" "reworded" "meaning"
    similarity: float


@dataclass(frozen=True, slots=True)
class Closeness:
    """What words and vectors say of a paragraph and a passage; see `Evidence` for the units."""

    cosine: float
    surroundings: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured between a paragraph and a passage; the label rests on it.

    longest_run: letters of the longest common run, formulaic phrases not counted.
    verbatim_share: share of the paragraph's letters in such runs, in [0, 1].
    copied_sentence: letters of the longest sentence that lies in one run, end to end.
    cosine: calibrated, in standard deviations above two unrelated passages of the library.
    surroundings: the same as `cosine`, of the paragraph and the passages around this one.
    coverage: share of the paragraph's words, by their rarity in the library, that stand in the
        passage, its headings or its title, in [0, 1].
    overlap: share of the paragraph's pairs of letters that the passage holds, in [0, 1].
    sentence_overlap: the same of the sentence that shares most.
    """

    longest_run: int = 0
    verbatim_share: float = 0.0
    copied_sentence: int = 0
    cosine: float = 0.0
    surroundings: float = 0.0
    coverage: float = 0.0
    overlap: float = 0.0
    sentence_overlap: float = 0.0


@dataclass(frozen=True, slots=True)
class DraftParagraph:
    """A paragraph of the draft. `start:end` is its place in the decoded draft (`Document.text`)."""

    text: str
    start: int
    end: int
    section_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it was read: its source, its paragraphs, its outline."""

    document: Document
    title: str
    paragraphs: tuple[DraftParagraph, ...]
    outline: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftHit:
    """A passage like a paragraph, and in what. `hit.matched` are the runs in its speech."""

    hit: Hit
    label: Label
    evidence: Evidence
    runs: tuple[Run, ...]
    pairs: tuple[SentencePair, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A paragraph with its label (that of its closest passage) and its passages, closest first.

    `precedent` are the ranges of the paragraph that stand verbatim in any passage looked at,
    `n_letters` its letters, formulaic phrases not counted, `n_verbatim` those of them in
    `precedent`.
    """

    paragraph: DraftParagraph
    label: Label
    hits: tuple[DraftHit, ...]
    precedent: tuple[Span, ...]
    n_letters: int
    n_verbatim: int

    @property
    def is_formulaic(self) -> bool:
        """Whether there is next to nothing in it but formulaic phrases (同志们、谢谢大家)."""
        return self.n_letters < MIN_LETTERS


@dataclass(frozen=True, slots=True)
class SourceUse:
    """A speech that the draft draws on: how many paragraphs, how many letters verbatim."""

    title: str
    date: str | None
    source: str
    n_paragraphs: int
    n_verbatim: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A whole draft beside the library."""

    draft: Draft
    findings: tuple[Finding, ...]
    sources: tuple[SourceUse, ...]
    took_ms: float

    @property
    def verbatim_share(self) -> float:
        """Share of the draft's letters with a verbatim precedent, in [0, 1]."""
        total = sum(f.n_letters for f in self.findings)
        return sum(f.n_verbatim for f in self.findings) / total if total else 0.0

    @property
    def label_counts(self) -> Mapping[str, int]:
        """Paragraphs by label, every label named."""
        counts = {label.value: 0 for label in Label}
        for finding in self.findings:
            counts[finding.label.value] += 1
        return counts
