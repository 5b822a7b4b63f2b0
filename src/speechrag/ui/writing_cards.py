"""Material for an outline and its drafts as HTML. Everything from a text is escaped here."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from itertools import groupby

from speechrag.answer.outline_draft import Draft, DraftNote
from speechrag.answer.outline_help import Material
from speechrag.types import Hit, Role
from speechrag.ui.answer_cards import render_sentence
from speechrag.ui.cards import render_card
from speechrag.ui.strings import Strings
from speechrag.ui.writing_export import describe_standing
from speechrag.ui.writing_job import Gathered

N_OPEN = 12  # headings; of a longer outline only the first stands open


def render_gathered(gathered: Gathered, t: Strings, *, can_model: bool) -> str:
    """Everything: a line of what was found, the headings to choose from, then each in turn."""
    parts = "".join(
        _heading(gathered, n, t, can_model=can_model) for n in range(1, len(gathered.materials) + 1)
    )
    return (
        f'<div class="sw-gathered" data-gathered="{escape(gathered.token)}">'
        f"{_summary(gathered, t, can_model=can_model)}{_nav(gathered, t)}{parts}</div>"
    )


def _button(action: str, name: str, extra: str = "") -> str:
    return f'<button type="button" data-write="{action}"{extra}>{escape(name)}</button>'


def _summary(gathered: Gathered, t: Strings, *, can_model: bool) -> str:
    materials = gathered.materials
    told = t(
        "writing_found",
        topic=gathered.topic,
        n_headings=len(materials),
        n_passages=sum(len(material.passages) for material in materials),
    )
    if without := sum(not material.passages for material in materials):
        told += t("writing_without", n=without)
    has_any = without < len(materials)
    buttons = ""
    if can_model and has_any:
        buttons += _button("draft", t("writing_draft_all"), ' data-n="0" class="sw-model"')
    if has_any:
        buttons += f'<span class="sw-label">{escape(t("writing_export") + t("colon"))}</span>'
        buttons += _button("export", "Word", ' data-kind="docx"')
        buttons += _button("export", t("writing_export_md"), ' data-kind="md"')
    return (
        f'<div class="sw-summary"><h2><strong role="status">{escape(told)}</strong></h2>'
        f'<div class="sr-actions">{buttons}</div></div>'
        '<div class="sw-busy" role="status"></div>'
        '<div class="sw-preview" data-n="0" tabindex="-1"></div>'
    )


def _nav(gathered: Gathered, t: Strings) -> str:
    """The outline with how much was found for each heading; a heading leads to its material."""
    if len(gathered.materials) < 2:
        return ""
    top = min(material.heading.level for material in gathered.materials)
    rows = "".join(
        f'<li class="sw-level-{material.heading.level - top + 1}">'
        f'<a href="#sw-h{n}" data-write="goto" data-n="{n}">{escape(material.heading.title)}</a> '
        f"<span{'' if material.passages else ' class=sw-none'}>{escape(_count(material, t))}</span>"
        "</li>"
        for n, material in enumerate(gathered.materials, 1)
    )
    return f'<nav class="sw-nav" aria-label="{escape(t("writing_nav"))}"><ul>{rows}</ul></nav>'


def _count(material: Material, t: Strings) -> str:
    n = len(material.passages)
    return t("writing_n", n=n) if n else t("writing_none")


def _heading(gathered: Gathered, n: int, t: Strings, *, can_model: bool) -> str:
    material = gathered.material(n)
    opened = " open" if n == 1 or len(gathered.materials) <= N_OPEN else ""
    remark = describe_standing(gathered.materials, material, t)
    told = f'<p class="sw-remark">{escape(remark)}</p>' if remark else ""
    buttons = ""
    if material.passages:
        buttons = _button("basket-all", t("writing_all"))
        if can_model:
            buttons += _button("draft", t("writing_draft"), f' data-n="{n}" class="sw-model"')
        buttons = f'<div class="sr-actions">{buttons}</div>'
    return (
        f'<details class="sw-heading" id="sw-h{n}" data-n="{n}" '
        f'data-topic="{escape(material.heading.title)}"{opened}>'
        f"<summary><h3>{escape(material.heading.title)}</h3> "
        f"<span>{escape(_count(material, t))}</span></summary>{told}{buttons}"
        f'<div class="sw-preview" data-n="{n}" tabindex="-1"></div>'
        f'<div class="sw-slot" data-n="{n}" aria-live="polite"></div>'
        f"{_groups(material, n, t)}</details>"
    )


def _groups(material: Material, n: int, t: Strings) -> str:
    """The passages under what they do, numbered through: a draft cites them by these numbers."""
    numbered = [replace(hit, rank=at) for at, hit in enumerate(material.passages, 1)]
    html = []
    for role, hits in groupby(numbered, key=lambda hit: hit.passage.role):
        html.append(f'<h4 class="sw-role">{escape(_role(role, material, t))}</h4>')
        html.extend(_passage(hit, n, t) for hit in hits)
    return "".join(html)


def _role(role: Role | None, material: Material, t: Strings) -> str:
    if role is None:
        return t("answer_other")
    name = t.role(role.value)
    return t("writing_wanted", role=name) if role is material.role else name


def _passage(hit: Hit, n: int, t: Strings) -> str:
    card = render_card(hit, t, with_score=False)
    return f'<div class="sr-source" id="sw-{n}-{hit.rank}" tabindex="-1">{card}</div>'


def render_preview(gathered: Gathered, url: str, n: int, t: Strings) -> str:
    """Everything that would be sent, for one heading or for all (0), with its two buttons."""
    waiting = gathered.waiting
    what = gathered.material(n).heading.title if n else t("writing_preview_all", n=len(waiting))
    n_tokens = sum(request.n_tokens for _, request in waiting)
    bodies = "".join(
        (f"<h5>{escape(gathered.material(one).heading.title)}</h5>" if not n else "")
        + '<pre tabindex="0">'
        + escape(json.dumps(request.body(), ensure_ascii=False, indent=2))
        + "</pre>"
        for one, request in waiting
    )
    return (
        f'<div class="sw-sending" role="group" '
        f'aria-label="{escape(t("writing_preview", what=what))}">'
        f"<h4>{escape(t('writing_preview', what=what))}</h4>"
        f"<p>{escape(t('answer_preview_to', url=url, n=n_tokens))}</p>"
        f'<div class="sr-actions">{_button("send", t("writing_send"), _PRIMARY)}'
        f"{_button('cancel', t('writing_cancel'))}</div>"
        f'<div class="sw-bodies">{bodies}</div></div>'
    )


_PRIMARY = ' class="sw-primary"'


def render_busy(gathered: Gathered, t: Strings) -> str:
    """That a model is writing, how far it is, and the button that stops it."""
    done = min(gathered.n_done + 1, gathered.n_asked)
    told = t("writing_busy", done=done, total=gathered.n_asked)
    return f"<p>{escape(told)}</p>{_button('halt', t('writing_stop'))}"


def render_slot(gathered: Gathered, n: int, t: Strings) -> str:
    """What a model has written for a heading: its words as they come, or the checked draft."""
    slot = gathered.slot(n)
    if slot.draft is None:
        stop = _button("halt", t("writing_stop"))
        return (
            f'<section class="sw-draft" aria-busy="true"><p class="sr-asked">'
            f"{escape(t('answer_writing'))}</p>"
            f'<p class="sr-unchecked">{escape(slot.words)}</p>'
            f'<div class="sr-actions">{stop}</div></section>'
        )
    return _draft(slot.draft, n, t)


def _draft(draft: Draft, n: int, t: Strings) -> str:
    note = ""
    if draft.note:
        key = f"draft_{draft.note.name.lower()}"
        if draft.note is DraftNote.STOPPED and not draft.sentences:
            key = "draft_stopped_empty"
        note = f'<p class="sr-relaxed" role="status">{escape(t(key))}</p>'
    if not draft.sentences:
        return f'<section class="sw-draft">{note}</section>'
    told = t("writing_drafted")
    if amiss := sum(not sentence.checked for sentence in draft.sentences):
        told += t("semicolon") + t("writing_amiss", n=amiss)
    text = "".join(render_sentence(sentence, t, anchor=f"sw-{n}-") for sentence in draft.sentences)
    copy = _button("copy", t("writing_copy"))
    return (
        f'<section class="sw-draft">{note}<p class="sr-asked">{escape(told)}</p>'
        f'<p class="sw-text">{text}</p><div class="sr-actions">{copy}</div></section>'
    )
