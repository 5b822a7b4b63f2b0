import pytest

from speechrag.draft.attribution import core_name
from speechrag.draft.quote_marks import find_quotations


def texts(draft):
    return [(q.kind, q.text) for q in find_quotations(draft)]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("他说：“要实干。”", [("quote", "要实干。")]),
        ("他說：「要實幹。」", [("quote", "要實幹。")]),
        ('他说:"要实干。"大家鼓掌', [("quote", "要实干。")]),
        ("学习《宪法》和《民法典》", [("title", "宪法"), ("title", "民法典")]),
        ("“外面‘里面’外面”", [("quote", "外面‘里面’外面")]),
        ("“读《论语》”", [("quote", "读《论语》")]),
        ("没有引文。", []),
        ("没关上的“引号。\n下一段“关上了”", [("quote", "关上了")]),
        ("他说：“没关上\n他又说：“关上了的话”", [("quote", "关上了的话")]),
        ("他说：“没关上\n他又说：『关上了的话』", [("quote", "关上了的话")]),
        ("“分在两行\n的引文”", [("quote", "分在两行\n的引文")]),
        ("他说：“没关上的引文有十多个字。别的。", [("statement", "没关上的引文有十多个字。")]),
        ("周书记指出：要把责任扛在自己的肩上。会议还有别的。",
         [("statement", "要把责任扛在自己的肩上。")]),
        ("下面我强调三点：第一，要把责任扛在自己的肩上。", []),
        ("我再强调：要把责任扛在自己的肩上。", []),
    ],
)  # fmt: skip
def test_what_is_quoted(draft, expected):
    assert texts(draft) == expected


def test_offsets_index_the_draft():
    draft = "开头。\n他说： “ 要实干 ” 。"
    (quotation,) = find_quotations(draft)
    assert draft[quotation.start : quotation.end] == quotation.text == "要实干"


@pytest.mark.parametrize(
    "words",
    ["卡脖子", "双一流", "放管服", "一网通办", "最多跑一次", "最后一公里", "小机构，大服务"],
)
def test_short_names_are_scare_quotes(words):
    (quotation,) = find_quotations(f"要解决“{words}”问题。")
    assert quotation.is_scare_quote


@pytest.mark.parametrize(
    "draft", ["古人云：“业精于勤。”", "他说：“我不怕。”", "俗话说,“打铁先要自身硬”。"]
)
def test_short_words_that_someone_said_are_quotations(draft):
    (quotation,) = find_quotations(draft)
    assert not quotation.is_scare_quote


@pytest.mark.parametrize(
    ("draft", "speaker", "title"),
    [
        ("市委书记周启明指出：“好。”", "市委书记周启明", ""),
        ("许慎言说：“不好。”陆文清同志也说：“好。”", "陆文清同志", ""),
        ("2018年6月，周启明同志在全市污染防治攻坚战动员大会上强调：“好。”",
         "周启明同志", "全市污染防治攻坚战动员大会"),
        ("许慎言市长在《防汛讲话》中写道：“好。”", "许慎言市长", "防汛讲话"),
        ("周启明书记在退休前又一次强调：“好。”", "周启明书记", ""),
        ("会议指出：“好。”", "", ""),
        ("俗话说：“好。”", "", ""),
        ("“好。”（许慎言《防汛讲话》）", "许慎言", "防汛讲话"),
        ("有老百姓反映说：“好。”", "", ""),
    ],
)  # fmt: skip
def test_the_origin_that_a_draft_names(draft, speaker, title):
    *_, quotation = (q for q in find_quotations(draft) if q.kind == "quote")
    assert (quotation.claim.speaker, quotation.claim.title) == (speaker, title)


@pytest.mark.parametrize(
    ("speaker", "name"),
    [
        ("中共云岭市委书记周启明", "周启明"),
        ("李建国市长", "李建国"),
        ("宏远公司高志远总经理", "宏远公司高志远"),
        ("周启明同志", "周启明"),
    ],
)
def test_the_name_in_what_a_person_is_called(speaker, name):
    assert core_name(speaker, ("周启明",)) == name


def test_a_long_draft_is_read_in_linear_time():
    draft = "“没有关上的引号，" * 20_000
    assert find_quotations(draft) == []
