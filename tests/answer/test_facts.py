import pytest

from speechrag.answer.facts import asked_kind, find_names, find_spans
from speechrag.answer.records import FactKind


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("孵化了多少家企业？", {FactKind.NUMBER}),
        ("青石渡断面有几个月是劣五类水？", {FactKind.DURATION}),
        ("在全省排第几？", {FactKind.ORDINAL}),
        ("第一届什么时候开幕？", {FactKind.DATE}),
        ("全面合作协议是哪一年签的？", {FactKind.DATE}),
        ("老师是谁，教了多少年？", {FactKind.PERSON, FactKind.DURATION}),
        ("牵头单位是谁？", {FactKind.ORGANISATION, FactKind.PERSON}),
        ("会议在哪里召开？", {FactKind.PLACE}),
        ("how many companies were incubated", {FactKind.NUMBER}),
        ("when does the festival open", {FactKind.DATE}),
        ("who is responsible", {FactKind.PERSON}),
        ("就业难的症结在哪里？", set()),
        ("如何提高积极性？", set()),
    ],
)
def test_a_question_asks_for_kinds_of_things(question, kinds):
    assert set(asked_kind(question)) == kinds


@pytest.mark.parametrize(
    ("question", "sentence", "spans"),
    [
        ("孵化了多少家企业？", "已经孵化企业58家，其中11家过了两千万元。", ["58家", "11家"]),
        ("地区生产总值是多少？", "地区生产总值216.4亿元，增6.9%；收入13.7亿元。", ["216.4亿元"]),
        ("错评漏评多少户？", "九十四户里错评十七户，漏评八户。", ["九十四户", "十七户", "八户"]),
        ("开海节什么时候开幕？", "第一届定在4月20日开幕，请帖在袋里。", ["4月20日"]),
        ("限时几分钟？", "每人不超过八分钟，讲问题的时间不少于一半；", ["八分钟"]),
        ("有几个月是劣五类水？", "去年青石渡断面有七个月是劣Ⅴ类。", ["七个月"]),
        ("去年总值1684亿元，目标是多少？", "去年是1684亿元，要翻过三千亿元大关。", ["三千亿元"]),
        ("一年消化多少廢料？", "一張板賣三百八十元，去年消化了二十二萬噸廢料。", ["二十二萬噸"]),
    ],
)  # fmt: skip
def test_the_answer_stands_in_the_sentence(question, sentence, spans):
    assert [sentence[s.start : s.end] for s in find_spans(question, sentence)] == spans


@pytest.mark.parametrize(
    ("sentence", "persons"),
    [
        ("召开县（区）委书记抓基层党建工作述职评议会议。", []),
        ("乡镇党委书记每年跑遍所有的村，各位老师辛苦了。", []),
        ("云岭学院的邵老师研究了十一年。", ["邵老师"]), ("国歌是徐秀兰老师放的。", ["徐秀兰老师"]),
    ],
)  # fmt: skip
def test_who_is_a_person_with_a_name_and_not_an_office(sentence, persons):
    assert [sentence[s.start : s.end] for s in find_spans("这件事是谁做的？", sentence)] == persons


def test_a_sentence_without_the_kind_that_is_asked_for_has_no_span():
    assert find_spans("有多少家企业？", "要加强企业服务。") == ()


def test_names_are_found_with_their_kind():
    text = "李明书记到望川区调研,听取了南屏理工大学的汇报。"
    found = {(text[start:end], kind) for start, end, kind in find_names(text)}
    assert ("李明书记", FactKind.PERSON) in found
    assert ("望川区", FactKind.PLACE) in found
