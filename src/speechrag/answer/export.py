"""A conversation on paper, with its sources: Markdown and Word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from speechrag.answer.records import Answer, Mode
from speechrag.answer.render import render_lines, render_sources

_MODES = {Mode.EXTRACTIVE: "摘录原文", Mode.MODEL: "语言模型撰写，已逐句核对"}
_REFUSED = "资料库里没有找到能回答这个问题的内容。"


def render_markdown(turns: Sequence[Answer]) -> str:
    """Questions as headings, answers with citations, then the cited passages in full."""
    parts = ["# 问答记录"]
    for number, answer in enumerate(turns, 1):
        parts.append(f"## {number}. {_heading(answer)}")
        if answer.note:
            parts.append(f"> {answer.note}")
        if answer.refused:
            parts.append(_REFUSED)
            continue
        parts.append(f"（{_MODES[answer.mode]}）")
        parts.append("\n\n".join(render_lines(answer, "**", "**")))
        parts.append("### 出处")
        for source, hit in zip(render_sources(answer), answer.passages, strict=True):
            quoted = "\n".join(f"> {line}" for line in hit.text.split("\n"))
            parts.append(f"{source}\n\n{quoted}")
    return "\n\n".join(parts) + "\n"


def _heading(answer: Answer) -> str:
    if answer.asked and answer.asked != answer.question:
        return f"{answer.question}（按“{answer.asked}”查找）"
    return answer.question


def write_docx(turns: Sequence[Answer], file: Path) -> None:
    """The same as a Word document."""
    import docx

    document = docx.Document()
    document.add_heading("问答记录", level=0)
    for number, answer in enumerate(turns, 1):
        document.add_heading(f"{number}. {_heading(answer)}", level=1)
        if answer.note:
            document.add_paragraph(str(answer.note))
        if answer.refused:
            document.add_paragraph(_REFUSED)
            continue
        document.add_paragraph(f"（{_MODES[answer.mode]}）")
        for line in render_lines(answer):
            document.add_paragraph(line)
        document.add_heading("出处", level=2)
        for source, hit in zip(render_sources(answer), answer.passages, strict=True):
            document.add_paragraph(source)
            document.add_paragraph(hit.text, style="Quote")
    document.save(str(file))
