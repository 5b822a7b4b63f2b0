"""What an RTF document is read with: the state of a group, and a text while its parts come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from speechrag.corpus.ooxml import BlockBuilder, W, valued
from speechrag.corpus.word_package import Element


@dataclass(slots=True)
class State:
    """What a group inherits from the one around it and gives back at its end."""

    silent: bool = False
    optional: bool = False  # after \*, before the word that says what for
    reads: str = "text"  # or "fonts", "styles", "info", "title", "label"
    opened: str = ""  # what this very group is: "footnote", "endnote", "box" or "label"
    font: int = 0
    skip: int = 1  # characters that stand for one of \u
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    style: int | None = None
    outline: int | None = None


class Story:
    """A body, a note or a text box while it is read.

    Args:
        root: Takes its paragraphs and tables.
    """

    def __init__(self, root: Element) -> None:
        self.runs: list[Element] = []
        self._blocks = BlockBuilder(root)

    @property
    def root(self) -> Element:
        """What its paragraphs and tables are in."""
        return self._blocks.root

    def end_paragraph(self, state: State) -> None:
        """The runs so far are a paragraph."""
        properties = W.pPr()
        if state.style is not None:
            properties.append(valued("pStyle", state.style))
        if state.outline is not None:
            properties.append(valued("outlineLvl", state.outline))
        paragraph, self.runs = W.p(properties, *self.runs), []
        self._blocks.add(paragraph, in_table=state.in_table)

    def end_cell(self, state: State) -> None:
        """The runs so far are the last paragraph of a cell."""
        self.end_paragraph(replace(state, in_table=True))
        self._blocks.end_cell()

    def end_row(self) -> None:
        """The cells so far are a row."""
        self._blocks.end_row()

    def end(self, state: State) -> None:
        """Nothing more comes."""
        if self.runs:
            self.end_paragraph(state)
        self._blocks.end()
