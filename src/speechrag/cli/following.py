"""Commands that look back over the years: timeline (提法时间轴) and outline (历年提纲)."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from speechrag.cli.library import print_json
from speechrag.cli.text import Text
from speechrag.config import Settings
from speechrag.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechrag.outlines import Outline
    from speechrag.timeline.records import PhraseTimeline, Use

BAR_WIDTH = 30


def run_timeline(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """Follow one phrase, or several side by side."""
    from speechrag.search.engine import Engine
    from speechrag.timeline.follow import follow_phrases
    from speechrag.timeline.pattern import Phrase
    from speechrag.timeline.plot import check_plot_path, save_plot
    from speechrag.timeline.render import render_timelines

    for phrase in args.phrases:
        Phrase(phrase)  # refused before anything is loaded
    if args.plot:
        check_plot_path(args.plot)
    timelines = follow_phrases(Engine.open(settings), args.phrases)
    for timeline in timelines:
        if not timeline.n:
            _print_suggestions(timeline, text)
    if args.plot:
        if not save_plot(timelines, args.plot):
            print(text("timeline_no_font"), file=sys.stderr)
        print(text("plotted", file=args.plot), file=sys.stderr)
    if args.json:
        print_json(render_timelines(timelines, text.lang))
    else:
        for timeline in timelines:
            _print_timeline(timeline, text)
    return 0


def _print_suggestions(timeline: PhraseTimeline, text: Text) -> None:
    key = "timeline_suggest" if timeline.suggestions else "timeline_nothing_near"
    near = ("、" if text.lang == "zh" else ", ").join(timeline.suggestions)
    print(text(key, phrase=timeline.phrase, near=near), file=sys.stderr)


def _print_timeline(timeline: PhraseTimeline, text: Text) -> None:
    from speechrag.timeline.records import n_passages, n_speeches
    from speechrag.timeline.render import describe_succession

    kept = timeline.uses.kept
    print(f"\n{timeline.phrase}")
    if not kept:
        print(f"  {text('timeline_none')}")
        return
    facts = [
        text(
            "timeline_count", n=len(kept), n_passages=n_passages(kept), n_speeches=n_speeches(kept)
        )
    ]
    if headings := sum(use.in_heading for use in kept):
        facts.append(text("timeline_headings", n=headings))
    if timeline.uses.n_copies:
        facts.append(text("timeline_copies", n=timeline.uses.n_copies))
    print(f"  {('；' if text.lang == 'zh' else '; ').join(facts)}")
    for key, use in (("timeline_first", timeline.first), ("timeline_last", timeline.last)):
        if use:
            _print_use(text(key), use, text)
    _print_years(timeline, text)
    if timeline.variants:
        print(f"  {text('timeline_variants')}")
        for variant in timeline.variants:
            years = [str(year) for year in (variant.first_year, variant.last_year) if year]
            when = "–".join(dict.fromkeys(years))
            print(f"    {variant.n:>5}  {variant.phrase}  [{text(f'kind_{variant.kind}')}] {when}")
    if timeline.successors:
        print(f"  {text('timeline_successors')}")
        for successor in timeline.successors:
            print(f"    {successor.phrase}")
            print(f"      {describe_succession(timeline.phrase, successor, text.lang)}")


def _print_use(label: str, use: Use, text: Text) -> None:
    from speechrag.timeline.counting import cuts_word
    from speechrag.timeline.render import words_around

    place = " > ".join(use.passage.section_path)
    date = use.speech.date or ""
    print(f"  {label}{text('colon')}{date} 《{use.speech.title}》 {place}")
    print(f"      {words_around(use, 40)}")
    print(f"      {use.speech.source}  {use.passage.id}")
    if cuts_word(use):
        print(f"      ! {text('timeline_cuts_word')}")


def _print_years(timeline: PhraseTimeline, text: Text) -> None:
    if timeline.by_year:
        print(f"  {text('timeline_years')}")
    most = max((year.n for year in timeline.by_year), default=0)
    for year in timeline.by_year:
        bar = "█" * max(int(year.n > 0), round(BAR_WIDTH * year.n / most)) if most else ""
        note = text("timeline_times", n=year.n, m=year.n_speeches) if year.n else "0"
        if not year.n_library_speeches:
            note += text("timeline_no_speech")
        print(f"    {year.year}  {bar}{' ' if bar else ''}{note}")
    if timeline.undated:
        print(f"  {text('timeline_undated', n=len(timeline.undated))}")
        for title, source in dict.fromkeys(
            (use.speech.title, use.speech.source) for use in timeline.undated
        ):
            print(f"    《{title}》 {source}")


def run_outline(args: argparse.Namespace, settings: Settings, text: Text) -> int:
    """The outlines of the speeches most about a topic."""
    from speechrag.cli.searching import check_filters, read_filters
    from speechrag.outlines import MAX_K, check_topic, find_outlines, render_outlines
    from speechrag.search.engine import Engine

    check_topic(args.topic)
    if not 1 <= args.k <= MAX_K:
        raise SettingsError(f"-k 的值 {args.k} 超出范围。", f"应在 1 到 {MAX_K} 之间。")
    filters = read_filters(args)
    engine = Engine.open(settings)
    check_filters(filters, engine)
    outlines = find_outlines(engine, args.topic, k=args.k, filters=filters)
    if not outlines:
        print(text("outline_none", topic=args.topic), file=sys.stderr)
    if args.json:
        print_json(render_outlines(args.topic, outlines))
    else:
        _print_outlines(outlines, text)
    return 0


def _print_outlines(outlines: Sequence[Outline], text: Text) -> None:
    from speechrag.outlines import depths

    for number, outline in enumerate(outlines, 1):
        speech = outline.speech
        print(f"\n{number:>2}  《{speech.title}》 {speech.date or ''}  {speech.source}")
        if speech.truncated:
            said = text("truncated", shown=speech.truncated.shown, total=speech.truncated.total)
            unknown = speech.truncated.shown is None or speech.truncated.total is None
            print(f"    ! {text('outline_partial') if unknown else said}")
        for item, depth in zip(outline.items, depths(outline.items), strict=True):
            if item.level > 0:
                print(f"    {'  ' * depth}{item.label}{item.heading}")
        if speech.contents:
            print(f"    {text('outline_contents')}")
            for item in speech.contents:
                print(f"      {'  ' * max(0, item.level - 1)}{item.label}{item.heading}")
