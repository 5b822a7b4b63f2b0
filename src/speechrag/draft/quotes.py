"""引文核验: every quotation of a draft, looked up in the library character by character."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from speechrag.draft.attribution import Claim, agrees
from speechrag.draft.candidates import Library
from speechrag.draft.compare import Progress
from speechrag.draft.differences import Difference, find_differences
from speechrag.draft.lookup import Finder, Match
from speechrag.draft.quote_marks import Quotation, find_quotations
from speechrag.draft.records import Span, Verdict
from speechrag.index.tokens import fold_key
from speechrag.types import Document, Hit, Passage, Speech

MIN_TITLE_RATIO = 78.0  # of letters; above it a title is a near miss of another
MIN_TITLE_LETTERS = 4
MIN_PART_LETTERS = 4  # of what stands between two ellipses

ELLIPSIS = "\u2026\u2026"  # between the parts of `source_text`
_ELLIPSIS = re.compile(r"…+|\.{3,}|\u2026+")
_TITLE = re.compile("[\u300a\u3008]([^\u300b\u3009\n]{2,80})[\u300b\u3009]")


@dataclass(frozen=True, slots=True)
class QuoteFinding:
    """A quotation, its verdict and, where there is one, its place in the library.

    `start:end` index the decoded draft; `source.matched` is the place in the source's speech;
    spans of differences index `text` and the words found (`source_text`). `is_stitched`: what
    stands before and behind an ellipsis comes from different speeches.
    """

    text: str
    start: int
    end: int
    kind: str
    verdict: Verdict
    claim: Claim
    differences: tuple[Difference, ...] = ()
    source: Hit | None = None
    source_text: str = ""
    is_stitched: bool = False


def check_quotes(
    document: Document, library: Library, progress: Callable[[Progress], None] | None = None
) -> list[QuoteFinding]:
    """Look up every quotation of a decoded draft, in its order."""
    finder = Finder(library)
    quotations = find_quotations(document.text)
    findings = []
    for number, quotation in enumerate(quotations, 1):
        findings.append(check_quotation(quotation, finder))
        if progress:
            progress(Progress(number, len(quotations)))
    return findings


def check_quotation(quotation: Quotation, finder: Finder) -> QuoteFinding:
    """The verdict on one quotation."""
    if quotation.is_scare_quote or quotation.n_letters == 0:
        return _finding(quotation, Verdict.NOT_A_QUOTE)
    if quotation.kind == "title":
        return _check_title(quotation, finder)
    parts = _parts(quotation.text)
    found = [finder.find(part) for _, part in parts]
    if not all(found):
        is_term = quotation.may_be_a_term
        return _finding(quotation, Verdict.NOT_A_QUOTE if is_term else Verdict.NOT_FOUND)
    best = [[m for m in matches if m.similarity == matches[0].similarity] for matches in found]
    shared = set.intersection(*({m.speech.id for m in matches} for matches in best))
    if shared:  # what stands between ellipses comes from one speech
        best = [[m for m in matches if m.speech.id in shared] for matches in best]
    fitting = [
        [m for m in matches if agrees(quotation.claim, m.speech, m.before, finder.speaker_names)]
        for matches in best
    ]
    chosen = [(fits or matches)[0] for fits, matches in zip(fitting, best, strict=True)]
    differences, source_text = _compare_parts(parts, chosen)
    if not shared or any(d.kind == "words" for d in differences):
        verdict = Verdict.DIFFERS
    else:
        verdict = Verdict.EXACT if all(fitting) else Verdict.MISATTRIBUTED
    match = chosen[0]
    spans = tuple((m.start, m.end) for m in chosen if m.speech.id == match.speech.id)
    return replace(
        _finding(quotation, verdict),
        differences=differences,
        source=_hit(match.speech, match.passage, min(m.similarity for m in chosen), spans),
        source_text=source_text,
        is_stitched=not shared,
    )


def _parts(text: str) -> list[tuple[int, str]]:
    """What stands before, between and behind ellipses, with its offset; all of it where short."""
    ends = [(mark.start(), mark.end()) for mark in _ELLIPSIS.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    pieces = [(a, text[a:b]) for a, b in zip(starts, stops, strict=True)]
    long = [piece for piece in pieces if _n_letters(piece[1]) >= MIN_PART_LETTERS]
    return long or [(0, text)]


def _compare_parts(
    parts: Sequence[tuple[int, str]], matches: Sequence[Match]
) -> tuple[tuple[Difference, ...], str]:
    """The differences of all parts, their spans in the whole quotation and source; the source."""
    found: list[Difference] = []
    source = ""
    for (offset, part), match in zip(parts, matches, strict=True):
        source += ELLIPSIS if source else ""
        for d in find_differences(part, match.text):
            ours = (d.draft_span[0] + offset, d.draft_span[1] + offset)
            theirs = (d.source_span[0] + len(source), d.source_span[1] + len(source))
            found.append(replace(d, draft_span=ours, source_span=theirs))
        source += match.text
    return tuple(found), source


def _check_title(quotation: Quotation, finder: Finder) -> QuoteFinding:
    """A title is found as the title of a speech, or between title marks in any passage."""
    key = fold_key(quotation.text, ignore_punctuation=True)
    speech_id = finder.titles.get(key)
    if speech_id:
        place = finder.first_passage(speech_id)
        if place:
            found = _finding(quotation, Verdict.EXACT)
            return replace(
                found,
                source=_hit(*place, 1.0, ()),
                source_text=place[0].title,
                differences=tuple(find_differences(quotation.text, place[0].title)),
            )
    near = max(_titles_near(quotation, key, finder), key=lambda near: near[0], default=None)
    if near is None or near[0] < MIN_TITLE_RATIO:
        return _finding(quotation, Verdict.NOT_FOUND)
    ratio, match, title = near
    if ratio == 100.0:
        differences = [d for d in find_differences(quotation.text, title) if d.kind != "words"]
        return _with_match(_finding(quotation, Verdict.EXACT), match, differences)
    differences = find_differences(quotation.text, title)
    return _with_match(_finding(quotation, Verdict.DIFFERS), match, differences)


def _titles_near(
    quotation: Quotation, key: str, finder: Finder
) -> Sequence[tuple[float, Match, str]]:
    """Titles of the library like this one: how like (of 100), where, and as they stand there."""
    found = []
    for row in finder.candidate_rows(quotation.text):
        speech, passage, text = finder.text_of(row)
        for mark in _TITLE.finditer(text):
            at = passage.start + mark.start(1)
            match = Match(speech, passage, at, at + len(mark[1]), 1.0)
            found.append((_likeness(key, mark[1]), match, mark[1]))
    for other, speech_id in finder.titles.items():
        ratio = _likeness(key, other)
        if ratio >= MIN_TITLE_RATIO:
            place = finder.first_passage(speech_id)
            if place:
                speech, passage = place
                match = Match(speech, passage, passage.start, passage.start, ratio / 100)
                found.append((ratio, match, speech.title))
    return found


def _likeness(key: str, title: str) -> float:
    """100 for the same title or a shortened form of it (安全生产法)."""
    other = fold_key(title, ignore_punctuation=True)
    if key == other or (len(key) >= MIN_TITLE_LETTERS and key in other):
        return 100.0
    return min(99.0, float(fuzz.ratio(key, other)))


def _finding(quotation: Quotation, verdict: Verdict) -> QuoteFinding:
    return QuoteFinding(
        text=quotation.text,
        start=quotation.start,
        end=quotation.end,
        kind=quotation.kind,
        verdict=verdict,
        claim=quotation.claim,
    )


def _with_match(
    found: QuoteFinding, match: Match, differences: Sequence[Difference]
) -> QuoteFinding:
    spans = ((match.start, match.end),) if match.end > match.start else ()
    return replace(
        found,
        differences=tuple(differences),
        source=_hit(match.speech, match.passage, match.similarity, spans),
        source_text=match.text or match.speech.title,
    )


def _hit(speech: Speech, passage: Passage, score: float, spans: tuple[Span, ...]) -> Hit:
    return Hit(passage=passage, speech=speech, rank=1, score=score, matched=spans)


def _n_letters(text: str) -> int:
    return len(fold_key(text, ignore_punctuation=True))
