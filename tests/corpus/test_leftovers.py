"""HTML left in a text, text misread as a whole, speeches one under the other, broken numbers."""

from __future__ import annotations

import pytest
from accounts import parse, parse_one, removed

from speechrag.corpus.decode import decode_bytes
from speechrag.corpus.misread import undo_misreading
from speechrag.types import RemovalReason

TITLE = "在全市优化营商环境工作会议上的讲话"
BODY = [
    "同志们：",
    "今天召开全市优化营商环境工作会议，主要任务是“总结成绩、部署任务”，我讲两点意见。",
    "一、提高认识",
    "营商环境就是生产力、竞争力。过去一年，全市新增经营主体3.2万户，同比增长12.5%。",
    "二、狠抓落实",
    "各级各部门主要负责同志要亲自抓、负总责，建立台账，限时办结，对推诿扯皮的严肃问责。",
    "谢谢大家！",
]
SPEECH = "\n".join([TITLE, "（2024年3月5日）", *BODY])
SHOWN = "\n".join([TITLE, *BODY])


@pytest.mark.parametrize(
    ("character", "entity"),
    [
        ("“", "&ldquo;"),
        ("，", "&#65292;"),
        ("，", "&#xff0c;"),
        ("。", "&amp;#12290;"),
        ("”", "&amp;amp;rdquo;"),
    ],
)
def test_an_entity_is_read_as_its_character(character: str, entity: str) -> None:
    parsed = parse(SPEECH.replace(character, entity))
    assert [(s.text, s.date) for s in parsed.speeches] == [(SHOWN, "2024-03-05")]


def test_what_only_looks_like_an_entity_stays() -> None:
    words = "研发投入（R&D）占比提高；A&B公司落户，&nosuchname不变。"
    assert words in parse_one(f"{TITLE}\n同志们：\n{words}\n谢谢大家！").text


@pytest.mark.parametrize(
    "written",
    [
        SPEECH.replace("\n", "<br>"),
        SPEECH.replace("\n", "<br />\n"),
        "".join(f'<p style="text-indent:2em;">{line}</p>' for line in SPEECH.split("\n")),
        "".join(f"<P><SPAN lang=EN-US>{line}</SPAN></P>\r\n" for line in SPEECH.split("\n")),
        "<!-- article -->\n" + SPEECH.replace("一、提高认识", "<strong>一、提高认识</strong>"),
    ],
)
def test_tags_written_out_go_and_end_the_lines_they_end(written: str) -> None:
    parsed = parse(written)
    assert [(s.title, s.text, s.date) for s in parsed.speeches] == [(TITLE, SHOWN, "2024-03-05")]
    assert "<" in removed(parsed, RemovalReason.MARKUP)[0]


def test_what_only_looks_like_a_tag_stays() -> None:
    words = "印发<通知>和<实施方案>，确保 a<b 且 c>d，不搞<一刀切>。"
    assert words in parse_one(f"{TITLE}\n同志们：\n{words}\n谢谢大家！").text


@pytest.mark.parametrize(
    ("right", "wrong", "how"),
    [
        ("utf-8", "latin-1", "utf-8 via cp1252"),
        ("gb18030", "latin-1", "gb18030 via cp1252"),
        ("utf-8", "gb18030", "utf-8 via gb18030"),
    ],
)
def test_a_file_misread_as_a_whole_is_read_again(right: str, wrong: str, how: str) -> None:
    seen = SPEECH.encode(right).decode(wrong, "replace")
    decoded = decode_bytes(seen.encode("utf-8"))
    assert decoded.encoding == how
    if wrong == "latin-1":
        assert decoded.text == SPEECH
    else:  # what GBK has no character for was lost when the file was saved
        assert "主要任务是" in decoded.text
        assert sum(a in decoded.text for a in SPEECH) / len(SPEECH) > 0.8
        assert decoded.text.count("\ufffd") < 0.2 * len(SPEECH)


@pytest.mark.parametrize(
    "text",
    [
        SPEECH,
        "Vérité déjà reçue à l'élève français, où l'été être même très âgé. " * 5,
        "Größe, Übung und Äpfel: schöne grüße für müde Bären. " * 5,
        "Привет, это обычный русский текст о совещании. " * 5,
        "在雲嶺市與南屏理工大學合作第三次聯席會議上的講話，總結經驗，部署工作。" * 5,
    ],
)
def test_a_sound_text_is_not_read_again(text: str) -> None:
    assert undo_misreading(text) is None


def test_what_a_program_lost_is_in_doubt() -> None:
    speech = parse_one(SPEECH.replace("营商环境就是", "锟斤拷锟斤拷就是"))
    assert [speech.text[a:b] for a, b in speech.doubtful] == ["锟斤拷锟斤拷"]


@pytest.mark.parametrize("between", ["\n\n", "\n————————————\n", "\n\n* * *\n\n", "\n"])
def test_short_speeches_under_one_another_are_told_apart(between: str) -> None:
    other = SPEECH.replace("优化营商环境", "安全生产").replace("3月5日", "4月8日")
    speeches = parse(SPEECH + between + other).speeches
    assert [(s.title, s.date) for s in speeches] == [
        (TITLE, "2024-03-05"),
        ("在全市安全生产工作会议上的讲话", "2024-04-08"),
    ]
    assert [s.text.count("谢谢大家！") for s in speeches] == [1, 1]


def test_the_words_of_a_chair_are_no_label() -> None:
    speech = parse_one(
        "云岭市市长张建国答记者问\n（2024年3月12日）\n记者：请问市长，今年有哪些新举措？\n"
        "张建国：谢谢你的提问。今年我们要抓好三件事，压减材料、缩短时限、降低成本。\n"
        "主持人：记者会到此结束，谢谢各位！\n"
    )
    assert speech.text.endswith("主持人：记者会到此结束，谢谢各位！")


def test_a_number_broken_at_its_point_is_one_number() -> None:
    speech = parse_one(
        f"{TITLE}\n同志们：\n过去一年，全市经济社会发展稳中有进，全市新增经营主体同比增长12.\n"
        "5%，招商引资到位资金480亿元。\n谢谢大家！"
    )
    assert "同比增长12.5%，招商引资" in speech.text
