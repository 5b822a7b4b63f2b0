"""What an RTF document is read with: the state of a group, and a text while its parts come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from speechrag.corpus.ooxml import W, valued
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


@dataclass(slots=True)
class Story:
    """A body, a note or a text box while it is read."""

    root: Element
    runs: list[Element] = field(default_factory=list)
    rows: list[list[Element]] = field(default_factory=list)
    cells: list[Element] = field(default_factory=list)
    cell: list[Element] = field(default_factory=list)

    def end_paragraph(self, state: State) -> None:
        """The runs so far are a paragraph, of a table or not."""
        properties = W.pPr()
        if state.style is not None:
            properties.append(valued("pStyle", state.style))
        if state.outline is not None:
            properties.append(valued("outlineLvl", state.outline))
        paragraph, self.runs = W.p(properties, *self.runs), []
        if state.in_table:
            self.cell.append(paragraph)
        else:
            self.end_table()
            self.root.append(paragraph)

    def end_cell(self, state: State) -> None:
        """The paragraphs so far are a cell."""
        self.end_paragraph(replace(state, in_table=True))
        self.cells.append(W.tc(*self.cell))
        self.cell = []

    def end_row(self) -> None:
        """The cells so far are a row."""
        if self.cell:
            self.cells.append(W.tc(*self.cell))
        if self.cells:
            self.rows.append(self.cells)
        self.cells, self.cell = [], []

    def end_table(self) -> None:
        """The rows so far, if any, are a table."""
        self.end_row()
        if self.rows:
            self.root.append(W.tbl(*(W.tr(*row) for row in self.rows)))
        self.rows = []

    def end(self, state: State) -> None:
        """Nothing more comes."""
        if self.runs:
            self.end_paragraph(state)
        self.end_table()
