import io

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from speechrag.draft.basket import BasketItem, export_basket, write_basket
from speechrag.draft.word_style import BODY, SOURCE, TITLE

ITEMS = [
    BasketItem(
        text="病长在干部身上，\n疼却落在群众身上。",
        title="表态发言",
        date="2016-03-11",
        speaker="邓春禾",
        source="2016.txt",
        section=("一、认错",),
        note="可用在开头",
        topic="作风",
    ),
    BasketItem(text="宁可十防九空。", title="防汛讲话", source="2022.txt", topic="防汛"),
    BasketItem(text="防汛无小事。", title="防汛讲话", source="2022.txt", topic="防汛"),
]


@pytest.fixture(scope="module")
def document():
    return docx.Document(io.BytesIO(export_basket(ITEMS, "素材汇编")))


def test_passages_stand_under_their_topics_with_their_sources(document):
    assert [(p.style.name, p.text) for p in document.paragraphs] == [
        (TITLE, "素材汇编"),
        ("公文一级标题", "一、作风"),
        (BODY, "病长在干部身上，"),
        (BODY, "疼却落在群众身上。"),
        (SOURCE, "（按：可用在开头）"),
        (SOURCE, "（《表态发言》，2016-03-11，邓春禾，一、认错；2016.txt）"),
        ("公文一级标题", "二、防汛"),
        (BODY, "宁可十防九空。"),
        (SOURCE, "（《防汛讲话》；2022.txt）"),
        (BODY, "防汛无小事。"),
        (SOURCE, "（《防汛讲话》；2022.txt）"),
    ]


def test_the_page_is_that_of_public_documents(document):
    section = document.sections[0]
    assert [round(x.mm) for x in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(m.mm) for m in margins] == [37, 35, 28, 26]


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [
        (TITLE, "方正小标宋简体", 22),
        (BODY, "仿宋_GB2312", 16),
        ("公文一级标题", "黑体", 16),
        ("公文二级标题", "楷体_GB2312", 16),
        ("公文三级标题", "仿宋_GB2312", 16),
    ],
)
def test_styles_name_the_fonts(document, style, font, size):
    made = document.styles[style]
    assert made.element.rPr.rFonts.get(qn("w:eastAsia")) == font
    assert made.font.size == Pt(size)


def test_the_body_has_22_lines_a_page_and_indented_paragraphs(document):
    layout = document.styles[BODY].paragraph_format
    assert layout.line_spacing == Pt(28)
    height = Mm(297) - Mm(37) - Mm(35)
    assert height // layout.line_spacing == 22
    assert layout.first_line_indent == Pt(32)


def test_items_come_from_the_json_of_hits():
    hit = {
        "text": "甲", "section": ["一、乙"], "note": "丙",
        "speech": {"title": "丁", "date": None, "speaker": "戊", "source": "己"},
    }  # fmt: skip
    assert BasketItem.from_json(hit) == BasketItem("甲", "丁", None, "戊", "己", ("一、乙",), "丙")


def test_control_characters_do_not_break_the_file():
    data = export_basket([BasketItem(text="甲\x01\x00乙\ud800")])
    assert docx.Document(io.BytesIO(data)).paragraphs[1].text == "甲乙"


OUTLINED = [
    BasketItem("甲一。", title="子", source="a.txt", topic="一、甲", number=1),
    BasketItem("", note="文库里没有。", topic="（一）乙"),
    BasketItem("# 丙*一*", source="模型写的", topic="丙"),
]


def test_a_topic_keeps_its_own_label_and_level():
    document = docx.Document(io.BytesIO(export_basket(OUTLINED, "题")))
    assert [(p.style.name, p.text) for p in document.paragraphs[1:]] == [
        ("公文一级标题", "一、甲"),
        (BODY, "甲一。"),
        (SOURCE, "（[1] 《子》；a.txt）"),
        ("公文二级标题", "（一）乙"),
        (SOURCE, "（按：文库里没有。）"),
        ("公文一级标题", "三、丙"),
        (BODY, "# 丙*一*"),
        (SOURCE, "（模型写的）"),
    ]


def test_markdown_says_the_same_and_a_speech_is_no_markup():
    assert write_basket(OUTLINED, "题").split("\n\n") == [
        "# 题", "## 一、甲", "甲一。", "> （[1] 《子》；a.txt）", "### （一）乙",
        "> （按：文库里没有。）",
        "## 三、丙",
        "\\# 丙\\*一\\*", "> （模型写的）\n",
    ]  # fmt: skip
