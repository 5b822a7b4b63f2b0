"""Timelines as the plain data that the command line, the page and programs share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from speechrag.timeline.counting import cuts_word
from speechrag.timeline.records import (
    Era,
    PhraseTimeline,
    Successor,
    Use,
    n_passages,
    n_speeches,
)

COPIES_RULE = (
    "几乎逐字相同的段落，若所在讲话的日期不相抵触，或年份和标题都相同，视为同一篇的副本，只计一次；"
    "n_with_copies 连副本一并计入。"
)
_EVIDENCE = {
    "zh": (
        "“{old}”在 {a.first}–{a.last} 年同类讲话 {a.n_library_speeches} 篇中见于 {a.n_speeches} 篇"
        "（每万字 {a.per_10k_chars:.2f} 次），{b.first}–{b.last} 年 {b.n_library_speeches} 篇中"
        "降为 {b.n_speeches} 篇（{b.per_10k_chars:.2f} 次）；同期“{new}”由 {c.n_speeches} 篇"
        "（{c.per_10k_chars:.2f} 次）升至 {d.n_speeches} 篇（{d.per_10k_chars:.2f} 次），"
        "用在原来的位置：{frames}。如《{x.title}》（{x.date}）“{x_words}”，"
        "后来《{y.title}》（{y.date}）“{y_words}”。"
    ),
    "en": (
        "“{old}” stands in {a.n_speeches} of {a.n_library_speeches} comparable speeches of "
        "{a.first}–{a.last} ({a.per_10k_chars:.2f} per 10,000 characters) and in {b.n_speeches} of "
        "{b.n_library_speeches} of {b.first}–{b.last} ({b.per_10k_chars:.2f}); meanwhile “{new}” "
        "rose from {c.n_speeches} ({c.per_10k_chars:.2f}) to {d.n_speeches} "
        "({d.per_10k_chars:.2f}) and stands in the same places: {frames}. Compare 《{x.title}》 "
        "({x.date}) “{x_words}” with 《{y.title}》 ({y.date}) “{y_words}”."
    ),
}
N_FRAMES_SHOWN = 3


def render_timelines(timelines: Sequence[PhraseTimeline], lang: str = "zh") -> dict[str, Any]:
    """The JSON document of `speechrag timeline`."""
    return {
        "phrases": [render_timeline(timeline, lang) for timeline in timelines],
        "copies_rule": COPIES_RULE,
    }


def render_timeline(timeline: PhraseTimeline, lang: str = "zh") -> dict[str, Any]:
    """One phrase; what the contract names first, the rest behind it."""
    kept = timeline.uses.kept
    return {
        "phrase": timeline.phrase,
        "n": timeline.n,
        "first": render_use(timeline.first),
        "last": render_use(timeline.last),
        "by_year": [asdict(year) for year in timeline.by_year],
        "variants": [asdict(variant) for variant in timeline.variants],
        "successors": [_successor(timeline.phrase, s, lang) for s in timeline.successors],
        "undated": {
            "n": len(timeline.undated),
            "n_passages": n_passages(timeline.undated),
            "uses": [render_use(use) for use in _one_a_speech(timeline.undated)],
        },
        "n_with_copies": timeline.n + timeline.uses.n_copies,
        "n_in_headings": sum(use.in_heading for use in kept),
        "n_passages": n_passages(kept),
        "n_speeches": n_speeches(kept),
        "suggestions": list(timeline.suggestions),
    }


def render_use(use: Use | None) -> dict[str, Any] | None:
    """A place where the phrase stands; offsets index the text of its speech."""
    if use is None:
        return None
    return {
        "date": use.speech.date,
        "title": use.speech.title,
        "passage": use.passage_text,
        "passage_id": use.passage.id,
        "speech_id": use.speech.id,
        "section": list(use.passage.section_path),
        "source": use.speech.source,
        "in_heading": use.in_heading,
        "cuts_word": cuts_word(use),
        "start": use.start,
        "end": use.end,
    }


def describe_succession(old: str, successor: Successor, lang: str = "zh") -> str:
    """What shows that one phrase took another's place, with the figures, in a sentence."""
    between = "、" if lang == "zh" else ", "
    frames = [f"“{frame}”" for frame in successor.frames[:N_FRAMES_SHOWN]]
    return _EVIDENCE["en" if lang == "en" else "zh"].format(
        old=old, new=successor.phrase,
        a=successor.old_before, b=successor.old_after,
        c=successor.new_before, d=successor.new_after,
        frames=between.join(frames),
        x=successor.old.speech, x_words=words_around(successor.old),
        y=successor.new.speech, y_words=words_around(successor.new),
    )  # fmt: skip


def words_around(use: Use, reach: int = 12) -> str:
    """The phrase as it stands, with some words beside it."""
    block_start = use.speech.text.rfind("\n", 0, use.start) + 1
    block_end = use.speech.text.find("\n", use.end)
    block_end = len(use.speech.text) if block_end < 0 else block_end
    start, end = max(block_start, use.start - reach), min(block_end, use.end + reach)
    left, right = "…" * (start > block_start), "…" * (end < block_end)
    return left + use.speech.text[start:end].replace("\n", " ") + right


def _successor(phrase: str, successor: Successor, lang: str) -> dict[str, Any]:
    return {
        "phrase": successor.phrase,
        "evidence": describe_succession(phrase, successor, lang),
        "frames": list(successor.frames),
        "similarity": round(successor.similarity, 3),
        "old": {"before": _era(successor.old_before), "after": _era(successor.old_after)},
        "new": {"before": _era(successor.new_before), "after": _era(successor.new_after)},
        "examples": {"old": render_use(successor.old), "new": render_use(successor.new)},
    }


def _era(era: Era) -> dict[str, Any]:
    return asdict(era) | {"per_10k_chars": round(era.per_10k_chars, 3)}


def _one_a_speech(uses: Sequence[Use]) -> list[Use]:
    first: dict[str, Use] = {}
    for use in uses:
        first.setdefault(use.speech.id, use)
    return list(first.values())
