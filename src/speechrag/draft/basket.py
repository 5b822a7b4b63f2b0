"""素材篮: passages collected while reading, as a Word document laid out like a public document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from speechrag.corpus.labels import parse_label
from speechrag.draft.word_style import (
    BODY,
    HEADING_1,
    HEADING_2,
    HEADING_3,
    SOURCE,
    TITLE,
    new_document,
)

UNSORTED = "素材"
_HEADINGS = (HEADING_1, HEADING_2, HEADING_3, HEADING_3)  # by the level of a topic's own label


@dataclass(frozen=True, slots=True)
class BasketItem:
    """A passage that someone put aside, with its source; `topic` groups items under a heading.

    `number` is what a paragraph drafted from the passages cites it by; 0 for none.
    """

    text: str
    title: str = ""
    date: str | None = None
    speaker: str | None = None
    source: str = ""
    section: tuple[str, ...] = ()
    note: str = ""
    topic: str = ""
    number: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BasketItem:
        """From a hit as JSON (`render_hit`), or a flat object with the fields above."""
        speech = data.get("speech") or data
        return cls(
            text=str(data.get("text", "")),
            title=str(speech.get("title") or ""),
            date=speech.get("date") and str(speech["date"]),
            speaker=speech.get("speaker") and str(speech["speaker"]),
            source=str(speech.get("source") or ""),
            section=tuple(str(part) for part in data.get("section") or ()),
            note=str(data.get("note") or ""),
            topic=str(data.get("topic") or ""),
        )


def export_basket(items: Iterable[BasketItem], title: str = "素材汇编") -> bytes:
    """The items as a .docx, by topic in the order in which the topics first come.

    A topic with a label of its own (（二）存在的问题) keeps it and its level; others are numbered.
    """
    document = new_document()
    document.add_paragraph(_clean(title), style=TITLE)
    for topic, level, members in _by_topic(items):
        if topic:
            document.add_paragraph(_clean(topic), _HEADINGS[level - 1])
        for item in members:
            _add_item(document, item)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def write_basket(items: Iterable[BasketItem], title: str = "素材汇编") -> str:
    """The same as Markdown."""
    parts = [f"# {_clean(title)}"]
    for topic, level, members in _by_topic(items):
        if topic:
            parts.append(f"{'#' * (level + 1)} {_clean(topic)}")
        for item in members:
            lines = [_clean(line.strip()) for line in item.text.splitlines() if line.strip()]
            # a line of a speech may look like Markdown
            parts += [re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", line) for line in lines]
            parts += [f"> {_clean(told)}" for told in _told(item)]
    return "\n\n".join(parts) + "\n"


def _by_topic(items: Iterable[BasketItem]) -> list[tuple[str, int, list[BasketItem]]]:
    """(topic with its label, level from 1, its items); the topic of a lone nameless group is ""."""
    groups: dict[str, list[BasketItem]] = {}
    for item in items:
        groups.setdefault(item.topic, []).append(item)
    found = []
    for number, (topic, members) in enumerate(groups.items(), 1):
        label = parse_label(topic)
        named = topic if label else f"{_chinese(number)}、{topic or UNSORTED}"
        if len(groups) == 1 and not topic:
            named = ""
        found.append((named, label.level if label else 1, members))
    return found


def _add_item(document: Any, item: BasketItem) -> None:
    for line in item.text.splitlines():
        if line.strip():
            document.add_paragraph(_clean(line.strip()), style=BODY)
    for told in _told(item):
        document.add_paragraph(_clean(told), style=SOURCE)


def _told(item: BasketItem) -> list[str]:
    """What is told of an item beneath it: the note, and where it is from."""
    note = f"\uff08按：{item.note}\uff09" if item.note else ""
    return [line for line in (note, _origin(item)) if line]


def _origin(item: BasketItem) -> str:
    title = f"《{item.title}》" if item.title else ""
    parts: Sequence[str | None] = (title, item.date, item.speaker, " > ".join(item.section))
    told = "，".join(part for part in parts if part)
    whole = "；".join(part for part in (told, item.source) if part)
    number = f"[{item.number}] " if item.number else ""
    return f"\uff08{number}{whole}\uff09" if whole else ""


def _chinese(number: int) -> str:
    """1 to 99 in Chinese."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")


def _clean(text: str) -> str:
    return "".join(c for c in text if c == "\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))
