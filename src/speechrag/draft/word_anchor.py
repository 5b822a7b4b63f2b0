"""Find the place of a draft's words in its Word document, and the runs that hold just them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from speechrag.draft.records import Span
from speechrag.index.tokens import fold_key, fold_key_map

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HOLDERS = {f"{_W}{name}" for name in (
    "ins", "moveTo", "hyperlink", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir",
    "bdo",
)}  # fmt: skip
N_HEAD_LETTERS = 24  # enough to know a paragraph by
N_NUMBER_LETTERS = 4  # of 第十一条, 二十一 and the like


class WordPlaces:
    """The paragraphs of a Word document in reading order, table cells and text boxes included.

    They have the text that a reader sees who accepts all changes: what was inserted or moved here
    belongs to it, what was deleted does not. Words are looked for from the last place found
    onwards, since a draft is asked for in its order; then from the start.
    """

    def __init__(self, document: Any) -> None:
        body = document.element.body
        self._paragraphs = [WordParagraph(p, document) for p in body.iter(f"{_W}p")]
        self._keys = [fold_key(p.text, ignore_punctuation=True) for p in self._paragraphs]
        self._at = 0

    def find(self, text: str) -> tuple[WordParagraph, Span] | None:
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


class WordParagraph:
    """A paragraph's runs, links and inserted words among them, and their text."""

    def __init__(self, element: Any, document: Any) -> None:
        self._element = element
        self._document = document

    @property
    def runs(self) -> list[Any]:
        """The runs, as they are now."""
        from docx.text.run import Run

        return [Run(r, self._document) for r in _runs_in(self._element)]

    @property
    def text(self) -> str:
        """The texts of the runs."""
        return "".join(run.text for run in self.runs)

    def runs_of(self, span: Span | None = None) -> Sequence[Any]:
        """Its runs, or those that hold just a range of its text.

        A run that goes beyond the range is split; its formatting stays on both parts.
        """
        chosen = []
        at = 0
        for run in [run for run in self.runs if run.text]:
            begin, end = at, at + len(run.text)
            at = end
            low, high = (begin, end) if span is None else (max(span[0], begin), min(span[1], end))
            if low < high:
                chosen.append(_part(run, low - begin, high - begin))
        return chosen


def _runs_in(element: Any) -> Iterator[Any]:
    """The runs of a paragraph in order, without deleted ones and those of text boxes in it."""
    for child in element:
        if child.tag == f"{_W}r":
            yield child
        elif child.tag in _HOLDERS:
            yield from _runs_in(child)


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
