"""The gathered material, with drafts and sources, through the exporters of the 素材篮."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from speechrag.answer.outline_draft import Draft
from speechrag.answer.outline_help import Material, Standing
from speechrag.draft.basket import BasketItem, export_basket, write_basket
from speechrag.types import Hit
from speechrag.ui.strings import Strings


def export_material(
    topic: str, materials: Sequence[Material], drafts: Mapping[int, Draft], kind: str, t: Strings
) -> bytes:
    """The material as a file.

    Args:
        topic: What the speech is about.
        materials: One a heading.
        drafts: By the heading's place, from 0; only those that were written.
        kind: "docx" or "md".
        t: The page's language.

    """
    items = [
        item
        for at, material in enumerate(materials)
        for item in _items(materials, material, drafts.get(at), t)
    ]
    title = t("writing_title", topic=topic)
    return write_basket(items, title).encode() if kind == "md" else export_basket(items, title)


def _items(
    materials: Sequence[Material], material: Material, draft: Draft | None, t: Strings
) -> Iterator[BasketItem]:
    """A heading's drafted paragraph, what is to be said of it, and its passages."""
    topic = material.heading.title
    if draft and draft.sentences:
        note = t(f"draft_{draft.note.name.lower()}") if draft.note else ""
        yield BasketItem(draft_text(draft), source=t("writing_by_model"), note=note, topic=topic)
    if remark := describe_standing(materials, material, t):
        yield BasketItem("", note=remark, topic=topic)
    for number, hit in enumerate(material.passages, 1):
        yield _item(hit, topic, number)


def _item(hit: Hit, topic: str, number: int) -> BasketItem:
    speech = hit.speech
    return BasketItem(
        text=hit.text,
        title=speech.title.removeprefix("《").removesuffix("》"),
        date=speech.date,
        speaker=speech.speaker,
        source=speech.source,
        section=hit.passage.section_path,
        topic=topic,
        number=number,
    )


def describe_standing(materials: Sequence[Material], material: Material, t: Strings) -> str:
    """What is to be said of a heading's passages; nothing where the library speaks to it."""
    if material.same_as is not None:
        return t("writing_repeated", heading=materials[material.same_as].heading.title)
    if material.standing is Standing.SPOKEN:
        return ""
    return t(f"writing_{material.standing.value}")


def draft_text(draft: Draft) -> str:
    """The paragraph in one line: each sentence with its citations, and what is wrong with it."""
    return "".join(
        sentence.text
        + "".join(f"[{number}]" for number in sentence.citations)
        + (f"〔⚠{sentence.problem}〕" if sentence.problem else "")
        for sentence in draft.sentences
    )
