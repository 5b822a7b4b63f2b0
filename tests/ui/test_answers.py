"""What page.js may ask for, and what becomes of errors."""

import logging

import pytest
from fake_library import FakeLibrary

from speechrag.errors import IndexLocked, IndexMissing
from speechrag.ui.answers import describe_error, find_original, page_functions
from speechrag.ui.library import add_files, draw_shelf, watch_rebuild
from speechrag.ui.strings import Strings

ZH = Strings("zh")


@pytest.fixture
def ask(library, seeds):
    functions = {f.__name__: f for f in page_functions(library, ZH)}
    return lambda name, **payload: functions[name](payload)


def test_context_shows_the_neighbours(ask):
    html = ask("context", passage="a1-0002", reach=1)
    assert "重要抓手" in html
    assert "成果转化项目全程有人跟踪" in html
    assert "同志们" not in html


def test_explanation_repeats_the_search(ask):
    html = ask("explain", request={"question": "成果转化效率", "k": 5}, passage="a1-0002")
    assert html == "<ul><li>词面对上:成果转化、效率</li></ul>"


def test_whole_and_detail_show_the_speech(ask):
    assert "努力奋斗" in ask("whole", speech="a1", passage="a1-0002")
    assert "网页导航" in ask("detail", speech="a1")


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("context", {"passage": "gone-0001"}),
        ("whole", {"speech": "gone"}),
        ("detail", {"speech": "gone"}),
        ("explain", {"request": {"question": "成果转化"}, "passage": "gone"}),
        ("context", {}),
    ],
)
def test_what_is_gone_after_a_rebuild_is_said_with_a_remedy(ask, name, payload):
    assert "请重新查找" in ask(name, **payload)


def test_nonsense_from_the_browser_is_a_message_too(ask, caplog):
    with caplog.at_level(logging.CRITICAL):
        html = ask("context", passage="a1-0002", reach="many")
    assert "这一步没有做成" in html
    assert "ValueError" not in html


def test_an_unforeseen_error_goes_to_the_log_and_not_to_the_page(caplog):
    html = describe_error(RuntimeError("secret"), ZH)
    assert "secret" not in html
    assert "secret" in caplog.text


def test_a_foreseen_error_is_shown_with_its_remedy():
    html = describe_error(IndexLocked("正在重建。", "请稍候再试。"), ZH)
    assert "正在重建。" in html
    assert "怎么办：</span>请稍候再试。" in html


def test_without_an_index_the_page_says_what_to_press_and_not_what_to_type():
    html = describe_error(IndexMissing("还没有索引。", "请先运行：speechrag index 文件夹"), ZH)
    assert "文库里还没有可查的讲话。" in html
    assert "怎么办：</span>请打开“文库”，添加讲话稿，再点“重建索引”。" in html
    assert "speechrag" not in html


def test_an_original_outside_the_library_is_not_found(seeds, tmp_path):
    (seeds / "in.txt").write_text("x")
    (tmp_path / "out.txt").write_text("x")
    (seeds / "link.txt").symlink_to(tmp_path / "out.txt")
    assert find_original("in.txt", [seeds]) == (seeds / "in.txt").resolve()
    for source in ("../out.txt", str(tmp_path / "out.txt"), "link.txt", "none.txt", "."):
        assert find_original(source, [seeds]) is None


def test_rebuild_draws_progress_and_ends_with_the_report(library):
    *steps, last = watch_rebuild(library, ZH)
    assert all("<progress" in step for step in steps)
    assert "索引已建好" in last
    assert "请先做文字识别" in last


def test_a_rebuild_that_is_refused_ends_with_the_reason(library):
    library.fault = IndexLocked("另一个程序正在建索引。", "请等它做完。")
    *_, last = watch_rebuild(library, ZH)
    assert "请等它做完。" in last


def test_uploaded_copies_are_deleted_once_they_are_in_the_library(library, seeds, tmp_path):
    upload = tmp_path / "新讲话.txt"
    upload.write_text("题\n正文")
    html = add_files(library, [upload], ZH)
    assert (seeds / "新讲话.txt").read_text() == "题\n正文"
    assert f"已放入文库（{seeds}）：新讲话.txt" in html
    assert not upload.exists()


def test_a_library_without_an_index_is_an_empty_shelf(seeds):
    assert "文库还是空的" in draw_shelf(FakeLibrary(seeds, missing=True), ZH)
