"""The tab 起草, without a browser: what each of its functions does."""

import base64
import io
import json
import threading
import time
from dataclasses import replace

import docx
import pytest

from answer.conftest import start_server, stop_server
from speechrag.answer.endpoint import Endpoint, EndpointFailure
from speechrag.answer.records import Note
from speechrag.ui.strings import Strings
from speechrag.ui.writing import MAX_GATHERED, WritingDesk

TOPIC = "产业技术研究院 孵化企业"
OUTLINE = "一、取得的成绩\n二、加强组织领导\n三、量子通信卫星发射\n四、取得的成绩"
NO_FILTERS = (None, None, [])
PATIENCE_S = 60


class Library:
    def __init__(self, engine):
        self._engine = engine

    def engine(self):
        return self._engine


class Page:
    """The tab as one visitor has it open."""

    def __init__(self, desk, topic=TOPIC, outline=OUTLINE):
        self.functions = {function.__name__: function for function in desk.functions()}
        self.html = desk.gather(topic, outline, NO_FILTERS)
        self.token = self.html.split('data-gathered="')[1].split('"')[0]

    def __call__(self, name, **asked):
        return self.functions[name]({"gathered": self.token, **asked})

    def follow(self):
        """All slots as they are at the end, and how often there was news."""
        seen, slots, n_news, deadline = 0, {}, 0, time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            news = json.loads(self("follow", seen=seen))
            seen = news["seen"]
            slots |= news["slots"]
            n_news += bool(news["slots"])
            if news["done"]:
                return slots, n_news
        raise AssertionError("the draft did not end")


@pytest.fixture
def desk(engine, settings):
    return WritingDesk(Library(engine), settings, Strings("zh"))


def model_desk(engine, settings, url, model="m"):
    told = replace(
        settings, llm_base_url=url, llm_model=str(model), llm_retries=0, llm_timeout_s=20
    )
    return WritingDesk(Library(engine), told, Strings("zh"))


@pytest.fixture
def page(engine, settings):
    return Page(model_desk(engine, settings, "http://127.0.0.1:9/v1"))


def test_passages_stand_under_their_heading_and_role_with_place_date_and_source(desk):
    html = desk.gather(TOPIC, OUTLINE, NO_FILTERS)
    first = html.split('id="sw-h1"')[1].split('id="sw-h2"')[0]
    assert "成绩（本标题所需）" in first
    assert 'data-topic="一、取得的成绩"' in first
    assert 'data-desk="basket"' in first
    assert "data-cite=" in first
    assert 'class="sr-meta"><span>20' in first


def test_what_the_library_has_not_and_what_stands_above_is_said(desk):
    html = desk.gather(TOPIC, OUTLINE, NO_FILTERS)
    third, fourth = (html.split(f'id="sw-h{n}"')[1].split("<details")[0] for n in (3, 4))
    assert "文库里没有讲这个标题的段落" in third
    assert "与“一、取得的成绩”相同" in fourth
    assert ["sr-card" in part for part in (third, fourth)] == [False, False]


def test_without_a_model_there_is_no_button_for_one(desk, page):
    assert 'data-write="draft"' not in desk.gather(TOPIC, OUTLINE, NO_FILTERS)
    assert page.html.count('data-write="draft"') == 3  # all, and the two headings with passages


@pytest.mark.parametrize(
    ("topic", "outline", "filters", "message"),
    [
        ("", OUTLINE, NO_FILTERS, "还没有写讲话的题目"),
        (TOPIC, " \n", NO_FILTERS, "提纲是空的"),
        (None, None, NO_FILTERS, "还没有写讲话的题目"),
        (TOPIC, OUTLINE, ("去年", None, []), "不是日期"),
    ],
)
def test_what_cannot_be_gathered_is_a_message(desk, topic, outline, filters, message):
    *_, last = desk.watch_gathering(topic, outline, filters)
    assert message in last
    assert "sr-error" in last


def test_gathering_shows_how_far_it_is(desk):
    first, *_, last = desk.watch_gathering(TOPIC, OUTLINE, NO_FILTERS)
    assert "正在找素材" in first
    assert "第 1/4 个标题" in first
    assert "sw-gathered" in last


def test_an_uploaded_outline_becomes_text_and_the_copy_goes(desk, tmp_path):
    file = tmp_path / "提纲.txt"
    file.write_bytes(OUTLINE.encode("gb18030"))
    assert desk.read_file(file) == (OUTLINE, 4)
    assert not file.exists()


def test_only_the_last_few_are_kept(desk):
    first = Page(desk, "成果转化", "存在问题")
    for _ in range(MAX_GATHERED):
        Page(desk, "成果转化", "存在问题")
    assert "已经清掉了" in first("material", kind="md")


def test_nothing_is_sent_before_it_was_shown(page, monkeypatch):
    sent = []
    monkeypatch.setattr(Endpoint, "stream", lambda _, request, stop: sent.append(request) or [])
    assert "sr-error" in page("send")
    assert page("cancel") == "{}"
    assert "sr-error" in page("send")
    page("prepare", n=1)
    page("cancel")
    assert "sr-error" in page("send")
    assert sent == []


@pytest.mark.parametrize(("n", "headings"), [(2, [2]), (0, [1, 2])])
def test_what_is_shown_is_what_is_sent(page, monkeypatch, n, headings):
    from html import unescape

    sent = []
    monkeypatch.setattr(Endpoint, "stream", lambda _, request, stop: sent.append(request) or [])
    shown = unescape(page("prepare", n=n))
    bodies = [json.loads(part.split("</pre>")[0]) for part in shown.split('<pre tabindex="0">')[1:]]
    assert page("send") == "{}"
    page.follow()
    assert [request.body() for request in sent] == bodies
    assert len(bodies) == len(headings)


@pytest.mark.parametrize("note", [Note.DOWN, Note.SLOW, Note.CUT_OFF, Note.OVER_LIMIT])
def test_a_failure_is_a_note_and_the_passages_stay(page, monkeypatch, note):
    def fail(_, request, stop):
        yield "研究院"
        raise EndpointFailure(note)

    monkeypatch.setattr(Endpoint, "stream", fail)
    page("prepare", n=1)
    page("send")
    slots, _ = page.follow()
    assert Strings("zh")(f"draft_{note.name.lower()}") in slots["1"]
    assert "研究院" not in slots["1"]
    assert "sr-card" in page.html


def test_a_real_server_drafts_and_each_sentence_is_judged_in_place(engine, settings, server):
    page = Page(model_desk(engine, settings, server.url, server.models["good"]))
    page("prepare", n=0)
    page("send")
    slots, n_news = page.follow()
    assert n_news > 1
    assert set(slots) == {"1", "2"}
    assert "研究院到今年三月已经孵化企业58家。" in slots["1"]
    assert 'href="#sw-1-1"' in slots["1"]
    assert "⚠ 数字在所引段落中没有：90" in slots["1"]
    assert slots["2"].count('class="sr-problem"') == 2


def test_a_real_server_is_stopped_and_the_rest_is_not_asked(engine, settings, server):
    page = Page(model_desk(engine, settings, server.url, server.models["endless"]))
    page("prepare", n=0)
    page("send")
    while not json.loads(page("follow", seen=0))["slots"].get("1", "").count("一二三四"):
        pass
    assert "正在起草，请先停止" in page("prepare", n=2)
    assert page("halt") == "{}"
    slots, _ = page.follow()
    assert "已停止" in slots["1"]
    assert "一二三四" in slots["1"]
    assert set(slots) == {"1"}


def test_a_real_server_that_dies_in_mid_stream_leaves_a_note(engine, settings, server, tmp_path):
    with (tmp_path / "log").open("w") as log:
        url, process = start_server(log)
        try:
            page = Page(model_desk(engine, settings, url, server.models["endless"]))
            page("prepare", n=0)
            page("send")
            while not json.loads(page("follow", seen=0))["slots"].get("1", "").count("一二三四"):
                pass
        finally:
            stop_server(process)
    slots, _ = page.follow()
    assert "中途断了" in slots["1"]
    assert "一二三四" not in slots["1"]
    assert "连不上" in slots["2"]


def test_a_server_that_says_nothing_does_not_hold_up_the_stop(page, monkeypatch):
    silence = threading.Event()

    def say_nothing(_, request, stop):
        silence.wait(PATIENCE_S)
        yield "太迟了"

    monkeypatch.setattr(Endpoint, "stream", say_nothing)
    page("prepare", n=1)
    page("send")
    page("halt")
    slots, _ = page.follow()
    assert "已停止，还没有写出内容" in slots["1"]
    silence.set()
    assert "太迟了" not in json.dumps(json.loads(page("follow", seen=0)), ensure_ascii=False)


def test_a_draft_that_fails_unforeseen_is_a_note(page, monkeypatch):
    def fail(_, request, stop):
        raise RuntimeError("boom")
        yield

    monkeypatch.setattr(Endpoint, "stream", fail)
    page("prepare", n=1)
    page("send")
    slots, _ = page.follow()
    assert "这一步没有做成" in slots["1"]
    assert "boom" not in slots["1"]


def download(page, kind):
    answer = json.loads(page("material", kind=kind))
    assert answer["name"] == f"起草素材.{kind}"
    return base64.b64decode(answer["data"])


def test_word_and_markdown_hold_outline_drafts_passages_and_sources(page, monkeypatch):
    monkeypatch.setattr(Endpoint, "stream", lambda *_: iter(["研究院已经孵化企业58家[1]。"]))
    page("prepare", n=1)
    page("send")
    page.follow()
    document = docx.Document(io.BytesIO(download(page, "docx")))
    headings = [p.text for p in document.paragraphs if p.style.name == "公文一级标题"]
    assert headings == OUTLINE.split("\n")
    lines = [p.text for p in document.paragraphs]
    assert lines[2] == "研究院已经孵化企业58家。[1]"
    assert "语言模型起草" in lines[3]
    assert any(line.startswith("（[1] 《") for line in lines)
    assert "（按：文库里没有讲这个标题的段落。可换个说法，或放宽筛选再找。）" in lines
    markdown = download(page, "md").decode()
    assert "## 三、量子通信卫星发射" in markdown
    assert "> （[1] 《" in markdown


def test_another_visitor_knows_nothing_of_it(desk, page):
    assert "已经清掉了" in desk.functions()[2]({"gathered": page.token, "seen": 0})


def test_hostile_words_are_text(engine, settings, monkeypatch):
    attack = "<img src=x onerror=alert(1)>成果转化"
    page = Page(
        model_desk(engine, settings, "http://127.0.0.1:9/v1"), attack, f"一、存在问题{attack}"
    )
    monkeypatch.setattr(Endpoint, "stream", lambda *_: iter([f"{attack}[1]。"]))
    shown = page("prepare", n=1)
    page("send")
    slots, _ = page.follow()
    assert ["<img" in html for html in (page.html, shown, slots["1"])] == [False] * 3
