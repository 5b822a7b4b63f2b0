"""The layout of public documents after GB/T 9704-2012, as named styles of a Word document.

A4; margins 37, 35, 28 and 26 mm; body 仿宋_GB2312 三号 (16 pt), 28 pt from line to line, 22 lines
a page, first line indented by two characters; title 方正小标宋 二号 (22 pt); headings 黑体, 楷体,
bold 仿宋.
The fonts are named, not embedded: an office that writes public documents has them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

BODY_PT = 16  # 三号
TITLE_PT = 22  # 二号
LINE_PT = 28


class _Style(NamedTuple):
    name: str
    font: str
    size: float
    bold: bool = False
    centred: bool = False
    indent: float = 2 * BODY_PT
    level: int = 0  # outline level, 0 for body text


STYLES = (
    _Style("公文标题", "方正小标宋简体", TITLE_PT, centred=True, indent=0),
    _Style("公文正文", "仿宋_GB2312", BODY_PT),
    _Style("公文一级标题", "黑体", BODY_PT, level=1),
    _Style("公文二级标题", "楷体_GB2312", BODY_PT, level=2),
    _Style("公文三级标题", "仿宋_GB2312", BODY_PT, bold=True, level=3),
    _Style("公文出处", "楷体_GB2312", 14),
)
TITLE, BODY, HEADING_1, HEADING_2, HEADING_3, SOURCE = (style.name for style in STYLES)


def new_document() -> Any:
    """An empty document in the layout, with the styles above."""
    import docx

    document = docx.Document()
    section = document.sections[0]
    _set_page(section)
    for style in STYLES:
        add_style(document, style)
    return document


def _set_page(section: Any) -> None:
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)


def add_style(document: Any, style: _Style) -> None:
    """Add one of the styles to a document."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = document.styles["Normal"]
    made.quick_style = True
    made.font.name = "Times New Roman"  # of Latin letters and figures
    made.font.size = Pt(style.size)
    made.font.bold = style.bold
    made.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), style.font)
    layout = made.paragraph_format
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    layout.line_spacing = Pt(LINE_PT if style.size <= BODY_PT else LINE_PT + 7)
    layout.space_before = layout.space_after = Pt(0)
    layout.first_line_indent = Pt(style.indent)
    layout.alignment = WD_ALIGN_PARAGRAPH.CENTER if style.centred else WD_ALIGN_PARAGRAPH.JUSTIFY
    if style.level:
        level = made.element.get_or_add_pPr().makeelement(qn("w:outlineLvl"), {})
        level.set(qn("w:val"), str(style.level - 1))
        made.element.get_or_add_pPr().append(level)
