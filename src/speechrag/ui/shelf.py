"""The library tab as HTML: the list of speeches, one speech in detail, how a rebuild went."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

from speechrag.index.tokens import fold
from speechrag.types import Passage, Section, Skipped, Speech
from speechrag.ui.backend import SpeechSummary
from speechrag.ui.cards import mark_text, render_passages, render_truncated
from speechrag.ui.strings import Strings

MAX_ROWS = 300  # more would make the page slow; the rest is found by name


def render_shelf(speeches: Sequence[SpeechSummary], t: Strings) -> str:
    """The list of speeches with its headings and the box that filters it."""
    if not speeches:
        return f'<p class="sr-welcome">{escape(t("empty_library"))}</p>'
    label = escape(t("filter_list"))
    columns = ("col_date", "col_title", "col_kind", "col_passages", "col_source")
    heads = "".join(f"<span>{escape(t(column))}</span>" for column in columns)
    return (
        f'<div class="sr-shelf"><div class="sr-shelf-top">'
        f"<h2>{escape(t('library_size', n_speeches=len(speeches)))}</h2>"
        f'<input type="search" data-filter placeholder="{label}" aria-label="{label}"></div>'
        f'<div class="sr-row sr-row-head" aria-hidden="true">{heads}</div>'
        f'<div class="sr-rows">{render_rows(speeches, "", t)}</div></div>'
    )


def render_rows(speeches: Sequence[SpeechSummary], wanted: str, t: Strings) -> str:
    """The rows whose title, date or file holds `wanted`: newest first, the undated last."""
    needle = fold(wanted).strip()
    found = [s for s in speeches if needle in fold(f"{s.title} {s.date or ''} {s.source}")]
    found.sort(key=lambda s: (s.title, s.id))
    found.sort(key=lambda s: s.date or "", reverse=True)
    rest = len(found) - MAX_ROWS
    note = t("newest_only", shown=MAX_ROWS, rest=rest) if rest > 0 else ""
    note = note if found else t("none_listed")
    rows = "".join(_row(speech, t) for speech in found[:MAX_ROWS])
    return f"<ul>{rows}</ul>" + (_none(note) if note else "")


def _row(speech: SpeechSummary, t: Strings) -> str:
    partial = f'<em class="sr-partial">{escape(t("partial"))}</em>' if speech.truncated else ""
    date = escape(speech.date or t("no_date"))
    kind = escape(t.kind(speech.kind)) if speech.kind else ""
    return (
        f'<li data-speech="{escape(speech.id)}">'
        '<button type="button" class="sr-row" data-do="detail" aria-expanded="false">'
        f'<span>{date}</span><span class="sr-row-title">{mark_text(speech.title)}{partial}</span>'
        f"<span>{kind}</span><span>{escape(t('n_passages', n=speech.n_passages))}</span>"
        f'<span class="sr-file">{escape(speech.source)}</span></button>'
        '<div class="sr-panel" aria-live="polite" hidden></div></li>'
    )


def render_detail(
    speech: Speech, removed: Sequence[tuple[str, str]], t: Strings, download: str = ""
) -> str:
    """One speech: facts, outline, passages, what cleaning took out, the file."""
    facts = ((label, getattr(speech, label)) for label in ("speaker", "occasion", "place"))
    about = "".join(
        f"<span>{escape(t(label) + t('colon'))}{mark_text(value)}</span>"
        for label, value in facts
        if value
    )
    link = (
        f'<a class="sr-download" href="{escape(download)}" download>{escape(t("download"))}</a>'
        if download
        else ""
    )
    whole = f'<button type="button" data-do="speech">{escape(t("read_all"))}</button>'
    doubtful = (
        f'<p class="sr-truncated">{escape(t("doubtful", n=len(speech.doubtful)))}</p>'
        if speech.doubtful
        else ""
    )
    passages = "".join(_passage(speech, passage, t) for passage in speech.passages)
    contents = _section(t("printed_contents"), _outline(speech.contents)) if speech.contents else ""
    return (
        f'<div class="sr-detail"><p class="sr-meta">{about}</p>'
        f"{render_truncated(speech.truncated, t)}{doubtful}"
        f'<div class="sr-actions">{whole}{link}</div>'
        + _section(t("outline"), _outline(speech.sections) or _none(t("no_outline")), opened=True)
        + contents
        + _section(
            f"{t('passages')}（{len(speech.passages)}）",
            f'<ol class="sr-passages">{passages}</ol>',
        )
        + _removed(removed, t)
        + "</div>"
    )


def _section(title: str, body: str, *, opened: bool = False) -> str:
    state = " open" if opened else ""
    return f"<details{state}><summary>{escape(title)}</summary>{body}</details>"


def _none(text: str) -> str:
    return f'<p class="sr-none">{escape(text)}</p>'


def _outline(sections: Sequence[Section]) -> str:
    items = "".join(
        f'<li class="sr-level-{min(max(section.level, 0), 6)}">'
        f"{mark_text(section.label + section.heading)}</li>"
        for section in sections
    )
    return f'<ul class="sr-outline">{items}</ul>' if items else ""


def _passage(speech: Speech, passage: Passage, t: Strings) -> str:
    role = (
        f'<span class="sr-role">{escape(t.role(passage.role.value))}</span>' if passage.role else ""
    )
    path = mark_text(" › ".join(passage.section_path))
    text = mark_text(speech.text[passage.start : passage.end])
    return f'<li><p class="sr-where">{role}<span>{path}</span></p><p>{text}</p></li>'


def _removed(removed: Sequence[tuple[str, str]], t: Strings) -> str:
    seen = [(t.reason(str(reason)), text.strip()) for text, reason in removed if text.strip()]
    runs = [
        (reason, "\n".join(text for _, text in run)) for reason, run in groupby(seen, itemgetter(0))
    ]
    items = "".join(
        f'<li><span class="sr-reason">{escape(reason)}</span><span>{escape(text)}</span></li>'
        for reason, text in runs
    )
    body = (
        f'<p class="sr-none">{escape(t("removed_info"))}</p><ul class="sr-removed">{items}</ul>'
        if items
        else _none(t("removed_none"))
    )
    return _section(f"{t('removed')}（{len(runs)}）", body)


def render_whole(speech: Speech, current: str, t: Strings) -> str:
    """The whole speech to read, the passage `current` marked."""
    title = speech.title.removeprefix("《").removesuffix("》")
    facts = (speech.date, speech.speaker, speech.source)
    meta = "".join(f"<span>{mark_text(fact)}</span>" for fact in facts if fact)
    return (
        f'<h2 id="sr-dialog-title">《{mark_text(title)}》</h2><p class="sr-meta">{meta}</p>'
        f"{render_truncated(speech.truncated, t)}"
        f'<div class="sr-context">{render_passages(speech, speech.passages, t, current)}</div>'
    )


def render_progress(text: str, fraction: float | None, t: Strings) -> str:
    """A running rebuild."""
    share = "" if fraction is None else f' value="{min(max(fraction, 0.0), 1.0):.3f}"'
    percent = "" if fraction is None else f"<span>{fraction:.0%}</span>"
    label = escape(t("rebuilding"))
    return (
        f'<div class="sr-progress"><p><strong>{label}</strong> {escape(text)}{percent}</p>'
        f'<progress max="1"{share} aria-label="{label}"></progress></div>'
    )


def render_report(report: dict[str, Any], t: Strings) -> str:
    """What a rebuild did; the skipped files each with reason and remedy."""
    built = t(
        "built",
        n_files=report["n_files"],
        n_speeches=report["n_speeches"],
        n_passages=report["n_passages"],
        seconds=f"{report['seconds']['total']:.1f}",
    )
    reused = report.get("reused", {}).get("files", 0)
    if reused:
        built += " " + t("reused", files=reused)
    skipped = ""
    if report["skipped"]:
        lead = escape(t("skipped", n=len(report["skipped"])))
        files = _skipped([Skipped(**each) for each in report["skipped"]])
        skipped = f'<div class="sr-skipped"><p>{lead}</p>{files}</div>'
    return f'<div class="sr-notice sr-good" role="status"><p>{escape(built)}</p></div>{skipped}'


def render_damage(notices: Sequence[str], t: Strings) -> str:
    """That the newest index is damaged and an earlier one answers; nothing where it is sound."""
    if not notices:
        return ""
    reasons = "".join(f'<p class="sr-hint">{escape(notice)}</p>' for notice in notices)
    return (
        f'<div class="sr-notice sr-error" role="alert"><p>{escape(t("damaged"))}</p>'
        f"<p>{escape(t('damaged_remedy'))}</p>{reasons}</div>"
    )


def render_unread(skipped: Sequence[Skipped], t: Strings) -> str:
    """The files that are in no list because they could not be read, each with its remedy."""
    if not skipped:
        return ""
    lead = escape(t("unread", n=len(skipped)))
    return (
        f'<details class="sr-skipped sr-unread"><summary>{lead}</summary>'
        f"{_skipped(skipped)}</details>"
    )


def _skipped(skipped: Sequence[Skipped]) -> str:
    items = "".join(
        f"<li><strong>{escape(each.file)}</strong><span>{escape(each.reason)}</span>"
        f'<span class="sr-hint">{escape(each.hint)}</span></li>'
        for each in skipped
    )
    return f"<ul>{items}</ul>"
