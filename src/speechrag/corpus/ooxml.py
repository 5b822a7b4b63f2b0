"""Elements of WordprocessingML (ECMA-376), for readers that hand over what a .docx would hold."""

from __future__ import annotations

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


def core_properties(title: str | None) -> Element | None:
    """The core properties, of which only the title is known; None without one."""
    if not title:
        return None
    make = ElementMaker(namespace=_DUBLIN)
    return make.properties(make.title(clean_text(title)))
