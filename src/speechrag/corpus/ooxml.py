"""Elements of WordprocessingML (ECMA-376), for readers that hand over what a .docx would hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml.builder import ElementMaker

from speechrag.corpus.word_package import Element, clean_text

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W: Any = ElementMaker(namespace=NAMESPACE, nsmap={"w": NAMESPACE})
_PRESERVE = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
_DUBLIN = "http://purl.org/dc/elements/1.1/"


def w(name: str) -> str:
    """The name of an attribute."""
    return f"{{{NAMESPACE}}}{name}"


def valued(name: str, value: object) -> Element:
    """An element with a w:val."""
    return W(name, {w("val"): str(value)})


def text_element(text: str) -> Element:
    """A w:t; what XML cannot hold is left out."""
    return W.t(clean_text(text), _PRESERVE)


class MadePackage:
    """What the parts of a document have in common that is read from no package."""

    title: str | None = None
    has_pictures = False

    def parse(self, part: str) -> Element | None:
        """The core properties, of which only the title is known."""
        if part != "docProps/core.xml" or not self.title:
            return None
        make = ElementMaker(namespace=_DUBLIN)
        return make.properties(make.title(clean_text(self.title)))

    def target(self, _relationship_id: str) -> str | None:
        """Nothing: there are no embedded parts."""
        return None

    def read(self, _part: str) -> bytes | None:
        """Nothing: there are no embedded parts."""
        return None


@dataclass(slots=True)
class BlockBuilder:
    """Puts paragraphs into an element, and those of tables into rows and cells first."""

    root: Element
    _rows: list[list[Element]] = field(default_factory=list)
    _cells: list[Element] = field(default_factory=list)
    _cell: list[Element] = field(default_factory=list)

    def add(self, paragraph: Element, *, in_table: bool) -> None:
        """The next paragraph, of the text or of a cell."""
        if in_table:
            self._cell.append(paragraph)
        else:
            self.end()
            self.root.append(paragraph)

    def end_cell(self) -> None:
        """The paragraphs of the table so far are a cell."""
        self._cells.append(W.tc(*self._cell))
        self._cell = []

    def end_row(self) -> None:
        """The cells so far are a row."""
        if self._cell:
            self.end_cell()
        if self._cells:
            self._rows.append(self._cells)
        self._cells = []

    def end(self) -> None:
        """The rows so far, if any, are a table."""
        self.end_row()
        if self._rows:
            self.root.append(W.tbl(*(W.tr(*row) for row in self._rows)))
        self._rows = []
