"""Find the place of a draft's words in its Word document, and the runs that hold just them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from speechrag.draft.records import Span
from speechrag.index.tokens import fold_key, fold_key_map

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
N_HEAD_LETTERS = 24  # enough to know a paragraph by
N_NUMBER_LETTERS = 4  # of 第十一条, 二十一 and the like


class WordPlaces:
    """The paragraphs of a Word document in reading order, table cells and text boxes included.

    Words are looked for from the last place found onwards, since a draft is asked for in its order;
    then from the start.
    """

    def __init__(self, document: Any) -> None:
        from docx.text.paragraph import Paragraph

        body = document.element.body
        self._paragraphs = [Paragraph(p, document) for p in body.iter(f"{_W}p")]
        self._keys = [fold_key(p.text, ignore_punctuation=True) for p in self._paragraphs]
        self._at = 0

    def find(self, text: str) -> tuple[Any, Span] | None:
        """The paragraph that holds a text (or its beginning), and where in `paragraph.text`."""
        key = fold_key(text, ignore_punctuation=True)
        if not key:
            return None
        behind = key[N_NUMBER_LETTERS:][:N_HEAD_LETTERS]  # Word's automatic numbers are no text
        for wanted in filter(None, dict.fromkeys((key, key[:N_HEAD_LETTERS], behind))):
            order = [*range(self._at, len(self._keys)), *range(self._at)]
            for at in order:
                if wanted in self._keys[at]:
                    self._at = at
                    paragraph = self._paragraphs[at]
                    return paragraph, _place(paragraph.text, text, wanted)
        return None


def _place(text: str, words: str, wanted: str) -> Span:
    """Where the words stand with their marks, or at least the letters looked for."""
    at = text.find(words)
    if at >= 0:
        return at, at + len(words)
    key, offsets = fold_key_map(text, ignore_punctuation=True)
    at = key.find(wanted)
    return offsets[at], offsets[at + len(wanted) - 1] + 1


def runs_of(paragraph: Any, span: Span | None = None) -> Sequence[Any]:
    """The runs of a paragraph, or those that hold just a range of its text.

    A run that goes beyond the range is split; its formatting stays on both parts. Where text lies
    in something that is no run (a link, a field), the nearest whole runs are given.
    """
    runs = [run for run in paragraph.runs if run.text]
    if not runs:
        return [paragraph.add_run("")]  # all of it is links or fields: at its end
    if span is None:
        return runs
    text = paragraph.text
    chosen = []
    at = 0
    for run in runs:
        begin = text.find(run.text, at)  # words between runs belong to links
        begin = at if begin < 0 else begin
        end = begin + len(run.text)
        at = end
        low, high = max(span[0], begin), min(span[1], end)
        if low < high:
            chosen.append(_part(run, low - begin, high - begin))
    return chosen or runs


def _part(run: Any, start: int, end: int) -> Any:
    """The run that holds just `run.text[start:end]`, the rest in runs of their own."""
    from docx.text.run import Run

    children = [child for child in run._r if child.tag != f"{_W}rPr"]
    if (start, end) == (0, len(run.text)) or any(c.tag != f"{_W}t" for c in children):
        return run
    text = run.text
    for piece, before in ((text[:start], True), (text[end:], False)):
        if piece:
            other = deepcopy(run._r)
            (run._r.addprevious if before else run._r.addnext)(other)
            Run(other, run._parent).text = piece
    run.text = text[start:end]
    return run
