"""Styles and automatic numbers of a Word document (ECMA-376 part 1, 17.7 and 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from speechrag.corpus.numerals import format_number
from speechrag.corpus.word_package import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HEADING_NAME = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_N_LEVELS = 9
_CLOSE = "、。，．：；）)】〕》"  # after these the text follows without a blank


def value(parent: Element | None, path: str) -> str | None:
    """The w:val of a descendant ("pPr/numPr/numId"), or None."""
    if parent is None:
        return None
    found = parent.find("/".join(W + step for step in path.split("/")))
    return None if found is None else found.get(W + "val")


def number(text: str | None, default: int | None = None) -> int | None:
    """An integer attribute; the default where it is missing or no integer."""
    try:
        return default if text is None else int(text)
    except ValueError:
        return default


def is_on(parent: Element | None, name: str) -> bool:
    """Whether a toggle such as w:vanish is present and not switched off."""
    found = None if parent is None else parent.find(W + name)
    return found is not None and found.get(W + "val") not in {"0", "false", "off"}


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says about numbers and headings; None where it says nothing."""

    id: str
    name: str
    based_on: str | None
    num_id: int | None
    level: int | None
    outline_level: int | None


class Styles:
    """The paragraph styles of a document, with their inheritance."""

    def __init__(self, root: Element | None) -> None:
        self._by_id: dict[str, Style] = {}
        self.default: str | None = None
        for node in root.iterfind(W + "style") if root is not None else ():
            if node.get(W + "type", "paragraph") not in {"paragraph", "numbering"}:
                continue
            style = _parse_style(node)
            self._by_id[style.id] = style
            is_default = node.get(W + "default") in {"1", "true", "on"}
            if is_default and node.get(W + "type") == "paragraph":
                self.default = style.id

    def chain(self, style_id: str | None) -> list[Style]:
        """The style and those it is based on, nearest first."""
        chain: list[Style] = []
        while style_id in self._by_id and len(chain) < len(self._by_id):
            chain.append(self._by_id[style_id])
            style_id = chain[-1].based_on
        return chain

    def heading_level(self, style_id: str | None) -> int:
        """1–9 for a heading style, -1 for the title's, else 0."""
        for style in self.chain(style_id):
            match = _HEADING_NAME.fullmatch(style.name)
            if match:
                return int(match[1])
            if style.name.lower() in {"title", "标题"}:
                return -1
            if style.outline_level is not None:
                return style.outline_level + 1 if style.outline_level < _N_LEVELS else 0
        return 0


def _parse_style(node: Element) -> Style:
    return Style(
        id=node.get(W + "styleId", ""),
        name=value(node, "name") or "",
        based_on=value(node, "basedOn"),
        num_id=number(value(node, "pPr/numPr/numId")),
        level=number(value(node, "pPr/numPr/ilvl")),
        outline_level=number(value(node, "pPr/outlineLvl")),
    )


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list definition."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"  # "tab" "space" "nothing"
    is_legal: bool = False  # all numbers of the label in decimal figures
    restart: int | None = None  # the level (from 1) whose use restarts this one; 0: none
    style: str | None = None  # the paragraph style linked to it


def _parse_level(node: Element) -> Level:
    number_format = value(node, "numFmt")
    if number_format in {None, "custom"}:
        fallback = node.find(f".//{_MC}Fallback/{W}numFmt")
        number_format = "decimal" if fallback is None else fallback.get(W + "val", "decimal")
    text = node.find(W + "lvlText")
    return Level(
        start=number(value(node, "start"), 0) or 0,
        format=number_format or "decimal",
        text="" if text is None else text.get(W + "val", ""),
        suffix=value(node, "suff") or "tab",
        is_legal=is_on(node, "isLgl"),
        restart=number(value(node, "lvlRestart")),
        style=value(node, "pStyle"),
    )


@dataclass(slots=True)
class _List:
    """A w:num: which definition it uses, what it overrides, how far it has counted."""

    levels: dict[int, Level]
    counters: dict[int, int]  # shared by the lists of one definition
    starts: dict[int, int] = field(default_factory=dict)  # overrides not applied yet


class Numbering:
    """Gives each numbered paragraph its label; must be asked in document order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[int, _List] = {}
        if root is None:
            return
        abstract = {
            node.get(W + "abstractNumId"): node for node in root.iterfind(W + "abstractNum")
        }
        nums = {number(node.get(W + "numId")): node for node in root.iterfind(W + "num")}
        counters: dict[Any, dict[int, int]] = {}
        for num_id, node in nums.items():
            definition = self._definition(node, abstract, nums)
            if num_id is not None and definition is not None:
                shared = counters.setdefault(definition.get(W + "abstractNumId"), {})
                self._lists[num_id] = _parse_list(node, definition, shared)

    def _definition(self, node: Element, abstract: Any, nums: Any) -> Element | None:
        """The w:abstractNum of a w:num, through at most a few numbering styles."""
        found = abstract.get(value(node, "abstractNumId"))
        for _ in range(5):
            link = value(found, "numStyleLink")
            if link is None:
                break
            linked = next((s.num_id for s in self._styles.chain(link) if s.num_id), None)
            if nums.get(linked) is None:
                break
            found = abstract.get(value(nums[linked], "abstractNumId"))
        return found

    def label(self, properties: Element | None, style_id: str | None) -> str:
        """The automatic number of the next paragraph, with the blank after it; "" if it has none.

        Args:
            properties: Its w:pPr.
            style_id: Its paragraph style.
        """
        num_id, level = self._resolve(properties, style_id)
        numbered = self._lists.get(num_id or 0)
        if numbered is None or level not in numbered.levels:
            return ""
        _advance(numbered, level)
        return _write(numbered, level)

    def _resolve(self, properties: Element | None, style_id: str | None) -> tuple[int | None, int]:
        num_id = number(value(properties, "numPr/numId"))
        level = number(value(properties, "numPr/ilvl"))
        for style in self._styles.chain(style_id):
            if num_id is None and style.num_id is not None:
                num_id = style.num_id
                linked = self._linked_level(num_id, style.id)
                level = level if level is not None else style.level if linked is None else linked
        return num_id, min(max(level or 0, 0), _N_LEVELS - 1)

    def _linked_level(self, num_id: int, style_id: str) -> int | None:
        numbered = self._lists.get(num_id)
        levels = numbered.levels if numbered else {}
        return next((i for i, level in sorted(levels.items()) if level.style == style_id), None)


def _parse_list(node: Element, definition: Element, counters: dict[int, int]) -> _List:
    levels = {
        number(level.get(W + "ilvl"), 0) or 0: _parse_level(level)
        for level in definition.iterfind(W + "lvl")
    }
    parsed = _List(levels, counters)
    for override in node.iterfind(W + "lvlOverride"):
        at = number(override.get(W + "ilvl"), 0) or 0
        replaced = override.find(W + "lvl")
        if replaced is not None:
            levels[at] = _parse_level(replaced)
            parsed.starts[at] = levels[at].start
        start = number(value(override, "startOverride"))
        if start is not None:
            parsed.starts[at] = start
            levels[at] = replace(levels.get(at, Level()), start=start)
    return parsed


def _advance(numbered: _List, level: int) -> None:
    """Count one on at a level, and restart the levels below it."""
    counters = numbered.counters
    if level in numbered.starts:
        counters[level] = numbered.starts.pop(level)
    elif level in counters:
        counters[level] += 1
    else:
        counters[level] = numbered.levels[level].start
    for deeper in [at for at in counters if at > level]:
        restart = numbered.levels[deeper].restart if deeper in numbered.levels else None
        if level < (deeper if restart is None else restart):
            del counters[deeper]


def _write(numbered: _List, level: int) -> str:
    shape = numbered.levels[level]
    if shape.format == "bullet":
        label = _bullet(shape.text)
    else:
        label = re.sub(r"%([1-9])", lambda m: _figure(numbered, shape, int(m[1]) - 1), shape.text)
    if not label or shape.suffix == "nothing":
        return label
    if shape.suffix == "tab" and label[-1] in _CLOSE:
        return label
    return label.rstrip() + " "


def _figure(numbered: _List, shape: Level, at: int) -> str:
    level = numbered.levels.get(at, Level())
    n = numbered.counters.get(at, numbered.levels[at].start if at in numbered.levels else 1)
    return format_number(n, "decimal" if shape.is_legal else level.format)


def _bullet(text: str) -> str:
    """The sign of a bullet; symbol fonts use private characters that mean nothing elsewhere."""
    if not text.strip():
        return ""
    is_word = any(char.isalnum() and not "\ue000" <= char <= "\uf8ff" for char in text)
    return text if is_word and len(text) > 1 else "•"
