"""The library tab's HTML."""

from dataclasses import replace

from fake_library import FANTI, RENCAI, ZHUANHUA, FakeEngine
from test_cards import EVIL, Elements

from speechrag.types import Section, Skipped
from speechrag.ui.shelf import (
    MAX_ROWS,
    render_damage,
    render_detail,
    render_progress,
    render_report,
    render_rows,
    render_shelf,
    render_unread,
    render_whole,
)
from speechrag.ui.strings import Strings

ZH = Strings("zh")


def test_speeches_are_listed_newest_first_and_the_undated_last():
    undated = replace(ZHUANHUA, id="z", title="无日期", date=None)
    html = render_shelf(FakeEngine([undated, ZHUANHUA, RENCAI]).speeches(), ZH)
    places = [html.index(title) for title in (RENCAI.title, ZHUANHUA.title, "无日期")]
    assert places == sorted(places)
    assert "文库现有 3 篇讲话" in html


def test_a_long_list_shows_the_newest_and_says_how_to_find_the_rest():
    many = [replace(ZHUANHUA, id=f"s{n}", date=str(1000 + n)) for n in range(MAX_ROWS + 5)]
    html = render_rows(FakeEngine(many).speeches(), "", ZH)
    assert html.count("<li") == MAX_ROWS
    assert 'data-speech="s0"' not in html
    assert "其余 5 篇" in html


def test_rows_are_found_in_either_script_by_title_date_and_file():
    speeches = FakeEngine([ZHUANHUA, RENCAI, FANTI]).speeches()
    for wanted, speech in (("联席会议", "c3"), ("2024-03", "b2"), ("2023-转化", "a1")):
        html = render_rows(speeches, wanted, ZH)
        assert html.count("<li") == 1
        assert f'data-speech="{speech}"' in html
    assert "没有对得上的讲话" in render_rows(speeches, "量子", ZH)


def test_a_truncated_speech_is_called_partial():
    html = render_shelf(FakeEngine([RENCAI]).speeches(), ZH)
    assert "不全" in html


def test_an_empty_library_says_what_to_do():
    assert "请先添加讲话稿" in render_shelf((), ZH)


def test_detail_shows_outline_passages_and_what_was_removed_and_why():
    removed = [("您的位置：首页", "navigation"), ("\n \n", "layout")]
    text = Elements(render_detail(ZHUANHUA, removed, ZH)).text
    assert "一、充分认识成果转化的重要意义" in text
    assert "段落（6）" in text
    assert "清洗去掉的（1）" in text  # blank space is not worth a line
    assert "网页导航" in text
    assert "您的位置：首页" in text


def test_spans_removed_one_after_another_for_one_reason_are_shown_together():
    removed = [("目录", "contents"), ("\n", "layout"), ("一、甲", "contents"), ("分享", "widget")]
    html = render_detail(ZHUANHUA, removed, ZH)
    assert "清洗去掉的（2）" in html
    assert "<span>目录\n一、甲</span>" in html


def test_detail_says_when_nothing_but_space_was_removed():
    assert "什么都没有去掉" in render_detail(ZHUANHUA, [("\n", "layout")], ZH)


def test_detail_shows_printed_contents_truncation_and_garbled_places():
    speech = replace(RENCAI, contents=(Section(1, "一、", "人才", 0, 0),), doubtful=((0, 2),))
    text = Elements(render_detail(speech, [], ZH)).text
    assert "来源所附的目录" in text
    assert "3583 字中的 1990 字" in text
    assert "1 处疑似乱码" in text


def test_the_original_is_linked_only_where_there_is_one():
    assert "<a " not in render_detail(RENCAI, [], ZH)
    assert 'href="original/b2" download' in render_detail(RENCAI, [], ZH, "original/b2")


def test_whole_speech_marks_one_passage():
    html = render_whole(ZHUANHUA, "a1-0003", ZH)
    assert html.count('class="sr-here"') == 1
    assert "同志们，让我们" in html or "同志们" in html


def test_progress_tells_its_share_or_that_it_has_none():
    assert 'value="0.500"' in render_progress("正在计算", 0.5, ZH)
    assert "50%" in render_progress("正在计算", 0.5, ZH)
    assert "value=" not in render_progress("准备中", None, ZH)


def test_files_that_are_not_listed_are_named_with_reason_and_remedy():
    assert render_unread([], ZH) == ""
    skipped = [Skipped(EVIL, "加密", "去掉密码"), Skipped("扫描.pdf", "没有文字层", "先做识别")]
    elements = Elements(render_unread(skipped, ZH))
    assert "还有 2 个文件没能读入" in elements.text
    for told in ("加密", "去掉密码", "扫描.pdf", "没有文字层", "先做识别"):
        assert told in elements.text
    assert "script" not in elements.tags


def test_a_damaged_index_is_told_with_what_mends_it():
    assert render_damage((), ZH) == ""
    elements = Elements(render_damage(("<b>body.faiss</b> 缺失",), ZH))
    assert "现在用的是其中完好的一版" in elements.text
    assert "重建索引" in elements.text
    assert "<b>body.faiss</b> 缺失" in elements.text


def test_a_report_lists_skipped_files_with_reason_and_remedy():
    report = {
        "n_files": 3, "n_speeches": 4, "n_passages": 50, "seconds": {"total": 1.26},
        "reused": {"files": 2}, "skipped": [{"file": EVIL, "reason": "加密", "hint": "去掉密码"}],
    }  # fmt: skip
    elements = Elements(render_report(report, ZH))
    assert "3 个文件，4 篇讲话，50 个段落，用时 1.3 秒" in elements.text
    assert "2 个文件没有变化" in elements.text
    assert "加密" in elements.text
    assert "去掉密码" in elements.text
    assert "script" not in elements.tags
