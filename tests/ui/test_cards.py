"""Result cards: what they show, and that nothing in them can run."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from fake_library import FANTI, RENCAI, ZHUANHUA, FakeEngine, make_speech

from speechrag.errors import QuestionError
from speechrag.types import Hit, Passage, Period, Role, SearchResult, Truncation
from speechrag.ui.cards import (
    mark_text,
    render_card,
    render_citation,
    render_context,
    render_error,
    render_results,
    render_truncated,
)
from speechrag.ui.strings import Strings

ZH, EN = Strings("zh"), Strings("en")
EVIL = '<script>alert(1)</script><img src=x onerror="alert(2)">\'"&'


class Elements(HTMLParser):
    """The tags and attributes that a browser would make of some HTML, and its text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.text += data


def first_hit(question="成果转化效率"):
    return FakeEngine([ZHUANHUA]).search(question).hits[0]


def test_matching_words_are_marked_and_the_text_is_otherwise_unchanged():
    html = mark_text("提高成果转化效率", [(2, 6), (6, 8)])
    assert html == "提高<mark>成果转化</mark><mark>效率</mark>"


def test_a_card_names_the_file_it_comes_from():
    assert '<span class="sr-file">2023-转化.txt</span>' in render_card(first_hit(), ZH)


def test_adjoining_spans_of_a_hit_become_one_mark():
    assert "<mark>成果转化效率</mark>" in render_card(first_hit(), ZH)


def test_spans_that_reach_outside_the_passage_are_clipped():
    passage = Passage("x-0000", "x", 2, 6, ())
    speech = make_speech("x", "题", [("一二三四五六七", None)], source="x.txt")
    hit = Hit(passage, speech, 1, 0.5, matched=((0, 3), (5, 7)))
    assert "<mark>三</mark>四五<mark>六</mark>" in render_card(hit, ZH)


def test_traditional_text_stands_in_both_scripts_and_is_marked_in_both():
    assert mark_text("成果轉化", [(2, 4)]) == (
        '<span class="sr-o">成果<mark>轉化</mark></span>'
        '<span class="sr-s">成果<mark>转化</mark></span>'
    )


def test_simplified_text_stands_once():
    assert "sr-o" not in mark_text("成果转化", [(2, 4)])


def test_a_card_shows_title_date_heading_path_role_and_score_with_its_parts():
    text = Elements(render_card(first_hit(), ZH)).text
    for shown in (
        "《在全市科技成果转化推进会上的讲话》", "2023-05-18", "林海",
        "二、千方百计提高成果转化效率", "举措",
        "词面", "语义", "标题", "作用", "看上下文", "带出处复制",
    ):  # fmt: skip
        assert shown in text


def test_a_card_in_english_names_role_and_kind_in_english():
    text = Elements(render_card(first_hit(), EN)).text
    for shown in ("measures", "speech", "Copy with source", "words", "meaning"):
        assert shown in text


def test_the_citation_names_title_date_and_headings():
    passage = ZHUANHUA.passages[2]
    assert render_citation(ZHUANHUA, passage) == (
        "——《在全市科技成果转化推进会上的讲话》（2023-05-18），二、千方百计提高成果转化效率"
    )


def test_the_citation_of_an_undated_speech_without_headings_is_its_title():
    speech = replace(RENCAI, date=None, title="《人才》")
    assert render_citation(speech, speech.passages[0]) == "——《人才》"


def test_a_truncated_source_says_how_much_it_shows():
    assert "来源只显示了 3583 字中的 1990 字" in render_truncated(Truncation(1990, 3583), ZH)
    assert "没有显示全文" in render_truncated(Truncation(None, None), ZH)
    assert render_truncated(None, ZH) == ""


def test_other_places_of_the_same_passage_are_listed():
    hit = FakeEngine([RENCAI]).search("人才").hits[0]
    assert "同文另见：《转发的讲话》（抄送.txt）" in Elements(render_card(hit, ZH)).text


def test_nothing_close_shows_the_nearest_apart():
    result = FakeEngine([ZHUANHUA]).search("量子纠缠")
    html = render_results(result, {}, ZH)
    assert "没有找到足够相近的段落" in html
    assert html.index('class="sr-suggestions"') < html.index("sr-card")


@pytest.mark.parametrize("found", [True, False])
def test_whose_speeches_alone_were_searched_is_said_and_how_to_search_all(found):
    hits = (first_hit(),) if found else ()
    result = SearchResult("q", hits, 1.0, speakers=("市长 <i>林知远",))
    shown = Elements(render_results(result, {}, ZH))
    assert (
        "问的是 市长 <i>林知远 讲了什么，只找了其署名的讲话。要在全库里找，请去掉姓名。"
        in shown.text
    )
    assert "You ask what 市长 <i>林知远 said" in Elements(render_results(result, {}, EN)).text
    assert "署名" not in Elements(render_results(replace(result, speakers=()), {}, ZH)).text


def test_of_which_time_only_speeches_were_looked_at_is_told():
    period = Period("2023", "2023", "2023年<i>")
    result = SearchResult("q", (), 1.0, period=period)
    elements = Elements(render_results(result, {}, ZH))
    assert "问的是 2023年<i> 讲了什么，只找了这段时间的讲话。" in elements.text
    closer = replace(result, elsewhere=first_hit())
    told = f"别的时间里有更相近的段落：《{first_hit().speech.title}》{first_hit().speech.date}。"
    assert told in Elements(render_results(closer, {}, ZH)).text
    none = replace(result, period=replace(period, has_speeches=False))
    assert "没有注明日期为 2023年<i> 的讲话" in Elements(render_results(none, {}, ZH)).text
    assert "(2023年<i>)" in Elements(render_results(result, {}, EN)).text
    assert "2023" not in Elements(render_results(replace(result, period=None), {}, ZH)).text


def test_a_relaxed_search_says_so():
    result = FakeEngine([ZHUANHUA]).search("成果转化 放宽")
    assert "放宽条件" in render_results(result, {}, ZH)


def test_filters_in_force_are_named_above_the_results():
    request = {"date_from": "2023", "date_to": None, "roles": ["举措"], "kinds": [], "sources": []}
    result = FakeEngine([ZHUANHUA]).search("成果转化")
    assert "筛选：2023 起 · 举措" in render_results(result, request, ZH)


def test_the_request_can_be_read_back_from_the_page():
    request = {"question": EVIL, "k": 10}
    result = SearchResult(EVIL, (first_hit(),), 1.0)

    class Root(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found = dict(attrs).get("data-request")
            self.request = json.loads(found) if found else self.request

    parser = Root()
    parser.request = None
    parser.feed(render_results(result, request, ZH))
    assert parser.request == request


@pytest.mark.parametrize("t", [ZH, EN], ids=["zh", "en"])
def test_markup_in_any_field_is_shown_and_makes_no_element(t):
    speech = make_speech(
        EVIL, EVIL, [("一、" + EVIL, "heading"), (EVIL, Role.MEASURE)],
        source=EVIL, date=EVIL, speaker=EVIL, kind=EVIL,
    )  # fmt: skip
    hit = Hit(speech.passages[0], speech, 1, 1.0, {EVIL: 0.5}, matched=((0, 999),))
    result = SearchResult(EVIL, (hit,), 1.0, suggestions=(hit,))
    request = {"question": EVIL, "sources": [EVIL], "date_from": EVIL, "kinds": [EVIL]}
    html = render_results(result, request, t) + render_context(
        speech, speech.passages, speech.passages[0].id, 2, t
    )
    html += render_error(QuestionError(EVIL, EVIL), t)
    elements = Elements(html)
    assert not {"script", "img"} & set(elements.tags)
    assert not [name for name in elements.attributes if name.startswith("on")]
    assert "<script>alert(1)</script>" in elements.text


def test_context_marks_the_passage_and_shows_each_heading_once():
    passages = ZHUANHUA.passages[0:4]
    html = render_context(ZHUANHUA, passages, "a1-0002", 2, ZH)
    assert html.count('class="sr-here"') == 1
    assert html.count("二、千方百计提高成果转化效率") == 1
    assert "全文开头" in html
    assert 'data-reach="5"' in html


def test_context_of_the_whole_speech_offers_no_more():
    html = render_context(FANTI, FANTI.passages, "c3-0000", 2, ZH)
    assert "data-reach" not in html
    assert "全文结束" in html
