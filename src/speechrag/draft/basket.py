"""素材篮: passages collected while reading, as a Word document laid out like a public document."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from speechrag.draft.word_style import BODY, HEADING_1, SOURCE, TITLE, new_document

UNSORTED = "素材"


@dataclass(frozen=True, slots=True)
class BasketItem:
    """A passage that someone put aside, with its source; `topic` groups items under a heading."""

    text: str
    title: str = ""
    date: str | None = None
    speaker: str | None = None
    source: str = ""
    section: tuple[str, ...] = ()
    note: str = ""
    topic: str = ""

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
    """The items as a .docx, by topic in the order in which the topics first come."""
    document = new_document()
    document.add_paragraph(_clean(title), style=TITLE)
    groups: dict[str, list[BasketItem]] = {}
    for item in items:
        groups.setdefault(item.topic, []).append(item)
    for number, (topic, members) in enumerate(groups.items(), 1):
        if len(groups) > 1 or topic:
            document.add_paragraph(f"{_chinese(number)}、{_clean(topic or UNSORTED)}", HEADING_1)
        for item in members:
            _add_item(document, item)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_item(document: Any, item: BasketItem) -> None:
    for line in item.text.splitlines():
        if line.strip():
            document.add_paragraph(_clean(line.strip()), style=BODY)
    if item.note:
        document.add_paragraph(_clean(f"\uff08按：{item.note}\uff09"), style=SOURCE)
    document.add_paragraph(_clean(_origin(item)), style=SOURCE)


def _origin(item: BasketItem) -> str:
    title = f"《{item.title}》" if item.title else ""
    parts: Sequence[str | None] = (title, item.date, item.speaker, " > ".join(item.section))
    told = "，".join(part for part in parts if part)
    return "\uff08" + "；".join(part for part in (told, item.source) if part) + "\uff09"


def _chinese(number: int) -> str:
    """1 to 99 in Chinese."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return (digits[tens] if tens > 1 else "") + "十" + (digits[ones] if ones else "")


def _clean(text: str) -> str:
    return "".join(c for c in text if c == "\t" or (c >= " " and not "\ud800" <= c <= "\udfff"))
