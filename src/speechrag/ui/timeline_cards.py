"""Timelines as HTML: charts drawn here, in SVG. Whatever comes from a speech is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from speechrag.timeline.counting import cuts_word
from speechrag.timeline.records import PhraseTimeline, Use, Year, n_passages, n_speeches
from speechrag.timeline.render import describe_succession, words_around
from speechrag.ui.cards import cite_attributes, mark_text
from speechrag.ui.strings import Strings

HEIGHT, TOP, BOTTOM, LEFT = 150, 22, 24, 34  # of a chart, in pixels
STEPS = ((10, 32), (30, 26), (1_000_000, 16))
"""Up to so many years, a year is so wide: ten years fit a phone; more are scrolled there."""
LABEL_WIDTH = 32
N_PLACES = 100


def render_phrases(timelines: Sequence[PhraseTimeline], t: Strings) -> str:
    """Every phrase, on one scale of years and counts, so that they compare."""
    head = t("timeline_found", n=len(timelines))
    years = [year.year for timeline in timelines for year in timeline.by_year]
    most = max((year.n for timeline in timelines for year in timeline.by_year), default=0)
    span = (min(years), max(years)) if years else (0, 0)
    body = "".join(_phrase(timeline, span, most, t) for timeline in timelines)
    return (
        f'<div class="sr-results st-results"><div class="sr-head"><h2><strong>{escape(head)}'
        f"</strong></h2></div>{body}</div>"
    )


def _phrase(timeline: PhraseTimeline, span: tuple[int, int], most: int, t: Strings) -> str:
    title = f'<h3 class="st-phrase">{mark_text(timeline.phrase)}</h3>'
    if not timeline.n:
        near = ("、" if t.lang == "zh" else ", ").join(timeline.suggestions)
        hint = f"<p>{escape(t('timeline_near', near=near))}</p>" if near else ""
        return f'<section class="st-one">{title}<p>{escape(t("timeline_none"))}</p>{hint}</section>'
    return (
        f'<section class="st-one">{title}<p class="st-total">{escape(_total(timeline, t))}</p>'
        f"{_chart(timeline, span, most, t)}{_ends(timeline, t)}"
        f"{_variants(timeline, t)}{_successors(timeline, t)}{_places(timeline, t)}</section>"
    )


def _total(timeline: PhraseTimeline, t: Strings) -> str:
    kept = timeline.uses.kept
    counts = {"n": len(kept), "n_passages": n_passages(kept), "n_speeches": n_speeches(kept)}
    facts = [t("timeline_total", **counts)]
    if timeline.undated:
        facts.append(t("timeline_undated", n=len(timeline.undated)))
    if timeline.uses.n_copies:
        facts.append(t("timeline_copies", n=timeline.uses.n_copies))
    return ("；" if t.lang == "zh" else "; ").join(facts)


def _chart(timeline: PhraseTimeline, span: tuple[int, int], most: int, t: Strings) -> str:
    """Bars by year over the whole span, with the figures as a table behind them."""
    if not timeline.by_year:
        return ""
    own = {year.year: year for year in timeline.by_year}
    years = range(span[0], span[1] + 1)
    step = next(wide for most_years, wide in STEPS if len(years) <= most_years)
    width, base = LEFT + step * len(years) + 10, TOP + HEIGHT
    shapes = [_axis(most, width)]
    every = next(n for n in (1, 2, 5) if n * step >= LABEL_WIDTH or n == 5)
    for place, number in enumerate(years):
        x = LEFT + place * step
        year = own.get(number)
        if year is not None:
            shapes.append(_bar(year, x, step, base, most, t))
        if number % every == 0 or len(years) < every:
            shapes.append(_text(x + step / 2, base + 17, str(number), "middle"))
    gaps = any(not year.n_library_speeches for year in timeline.by_year)
    note = f'<p class="st-note">{escape(t("timeline_gap_note"))}</p>' if gaps else ""
    label = t(
        "timeline_chart", phrase=timeline.phrase, first=min(own), last=max(own),
        most=max(year.n for year in timeline.by_year),
    )  # fmt: skip
    return (
        f'<div class="st-chart" tabindex="0" role="group" aria-label="{escape(label)}">'
        f'<svg role="img" aria-label="{escape(label)}" width="{width}" height="{base + BOTTOM}" '
        f'viewBox="0 0 {width} {base + BOTTOM}">{"".join(shapes)}</svg></div>{note}'
        f"{_table(timeline, t)}"
    )


def _axis(most: int, width: int) -> str:
    base = TOP + HEIGHT
    line = f'<line x1="{LEFT}" y1="{base}" x2="{width}" y2="{base}" stroke="#8494a3"/>'
    return line + _text(LEFT - 6, TOP + 5, str(most), "end") + _text(LEFT - 6, base, "0", "end")


def _bar(year: Year, x: int, step: int, base: int, most: int, t: Strings) -> str:
    if not year.n_library_speeches:
        said = escape(t("timeline_gap", year=year.year))
        return (
            f'<rect x="{x}" y="{TOP}" width="{step}" height="{HEIGHT}" fill="#e6e4de">'
            f"<title>{said}</title></rect>"
        )
    said = escape(t("timeline_bar", year=year.year, n=year.n, m=year.n_speeches))
    height = HEIGHT * year.n / most if most else 0
    height = max(height, 2) if year.n else 0
    bar = (
        f'<rect x="{x + 2}" y="{base - height:.1f}" width="{step - 4}" height="{height:.1f}" '
        f'fill="#1f4e79"><title>{said}</title></rect>'
    )
    fits = year.n and step * 2 > 9 * len(str(year.n))
    return bar + (_text(x + step / 2, base - height - 4, str(year.n), "middle") if fits else "")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="12" fill="#1c2127">'
        f"{escape(text)}</text>"
    )


def _table(timeline: PhraseTimeline, t: Strings) -> str:
    heads = ("timeline_year", "timeline_n", "timeline_m", "timeline_library")
    columns = "".join(f'<th scope="col">{escape(t(head))}</th>' for head in heads)
    rows = "".join(
        f'<tr><th scope="row">{year.year}</th><td>{year.n}</td><td>{year.n_speeches}</td>'
        f"<td>{year.n_library_speeches}</td></tr>"
        for year in timeline.by_year
    )
    return (
        f'<details class="st-more"><summary>{escape(t("timeline_table"))}</summary>'
        f'<table class="st-table"><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>'
        "</details>"
    )


def _ends(timeline: PhraseTimeline, t: Strings) -> str:
    first, last = timeline.first, timeline.last
    if first is None or last is None:
        return ""
    if first == last:
        return _use_card(first, t("timeline_only"), t)
    return _use_card(first, t("timeline_first"), t) + _use_card(last, t("timeline_last"), t)


def _use_card(use: Use, label: str, t: Strings) -> str:
    """A use with its place; page.js opens the passage's surroundings and the speech."""
    speech, passage = use.speech, use.passage
    spans = [] if use.in_heading else [(use.start - passage.start, use.end - passage.start)]
    heading = ""
    if use.in_heading:
        words = f"{t('timeline_in_heading')}{t('colon')}{words_around(use, 30)}"
        heading = f'<p class="st-heading">{escape(words)}</p>'
    if cuts_word(use):
        heading += f'<p class="st-heading">⚠ {escape(t("timeline_cuts_word"))}</p>'
    steps = "".join(f"<li>{mark_text(step)}</li>" for step in passage.section_path)
    path = f'<ol class="sr-path">{steps}</ol>' if steps else ""
    buttons = "".join(
        f'<button type="button" data-do="{do}"{extra}>{escape(t(key))}</button>'
        for do, key, extra in (
            ("context", "show_context", ' aria-expanded="false"'),
            ("copy", "copy", ""),
            ("speech", "read_all", ""),
        )
    )
    return (
        f'<article class="sr-card" data-passage="{escape(passage.id)}" '
        f'data-speech="{escape(speech.id)}" {cite_attributes(speech, passage)}>'
        f'<header><div><h4 class="sr-title"><span class="st-label">{escape(label)}</span> '
        f"{escape(speech.date or '')} 《{mark_text(speech.title)}》</h4>"
        f'<p class="sr-meta"><span>{escape(speech.source)}</span></p></div></header>'
        f"{path}{heading}"
        f'<div class="sr-text">{mark_text(use.passage_text, spans)}</div>'
        f'<div class="sr-actions">{buttons}</div>'
        f'<div class="sr-panel" aria-live="polite" hidden></div></article>'
    )


def _variants(timeline: PhraseTimeline, t: Strings) -> str:
    if not timeline.variants:
        return ""
    items = []
    for variant in timeline.variants:
        years = [str(year) for year in (variant.first_year, variant.last_year) if year]
        when = " ".join(("–".join(dict.fromkeys(years)), t(f"variant_{variant.kind}")))
        items.append(
            f"<li><b>{mark_text(variant.phrase)}</b> <span>{variant.n}</span> "
            f"<small>{escape(when.strip())}</small></li>"
        )
    return (
        f'<h4 class="st-title">{escape(t("timeline_variants"))}</h4>'
        f'<ul class="st-variants">{"".join(items)}</ul>'
    )


def _successors(timeline: PhraseTimeline, t: Strings) -> str:
    if not timeline.successors:
        return ""
    items = "".join(
        f"<li><b>{mark_text(successor.phrase)}</b>"
        f"<p>{mark_text(describe_succession(timeline.phrase, successor, t.lang))}</p></li>"
        for successor in timeline.successors
    )
    return (
        f'<h4 class="st-title">{escape(t("timeline_successors"))}</h4>'
        f'<ul class="st-successors">{items}</ul>'
    )


def _places(timeline: PhraseTimeline, t: Strings) -> str:
    """Every use, newest first, undated last; a button opens its speech there."""
    dated = [use for use in timeline.uses.kept if use.year is not None]
    dated.sort(key=lambda use: (use.speech.date or "", use.row, use.start), reverse=True)
    uses = [*dated, *timeline.undated]
    note = f"<p>{escape(t('timeline_newest', n=N_PLACES))}</p>" if len(uses) > N_PLACES else ""
    items = "".join(
        f'<li data-speech="{escape(use.speech.id)}" data-passage="{escape(use.passage.id)}">'
        f"<span>{escape(use.speech.date or t('timeline_no_date'))}</span> "
        f"《{mark_text(use.speech.title)}》 <q>{mark_text(words_around(use))}</q> "
        f'<button type="button" data-do="speech">{escape(t("read_all"))}</button></li>'
        for use in uses[:N_PLACES]
    )
    return (
        f'<details class="st-more"><summary>{escape(t("timeline_all", n=len(uses)))}</summary>'
        f'{note}<ul class="st-places">{items}</ul></details>'
    )
