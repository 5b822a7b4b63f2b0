"""The tab 问答 in a real browser: asking, sources, follow-ups, the model that streams and stops."""

import json
import os
import shutil
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect
from served_page import PHONE, Served

ROOT = Path(__file__).parents[2]
FACT = "云岭产业技术研究院孵化了多少家企业？"
HOW = "如何提高科研人员转化科技成果的积极性？"
SAYS = ["研究院", "已经孵化企业58家", "[1]。"]


class Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that keeps what it was sent, and talks until it is cut off."""

    protocol_version = "HTTP/1.0"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.posted.append(json.loads(self.rfile.read(length)))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        words = SAYS if not self.server.endless else ["一句又一句。"] * 2000
        try:
            for word in words:
                self.say({"content": word}, None)
                if self.server.endless:
                    time.sleep(0.05)
            self.say({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            self.server.cut_off.set()

    def say(self, delta, reason):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.wfile.write(f"data: {json.dumps({**chunk, 'choices': [choice]})}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.posted, server.endless, server.cut_off = [], False, threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def fresh_model(model):
    model.posted.clear()
    model.cut_off.clear()
    model.endless = False


@pytest.fixture(scope="module")
def served(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("answers")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    told = {
        "SPEECHRAG_SEEDS": str(folder / "seeds"),
        "SPEECHRAG_LLM_BASE_URL": f"http://127.0.0.1:{model.server_address[1]}/v1",
        "SPEECHRAG_LLM_MODEL": "m",
        "SPEECHRAG_API_KEY": "sk-secret",
    }
    os.environ.update(told)
    command = [sys.executable, "app.py", "--index", str(folder / "index"), "--port", "0"]
    try:
        page = Served(command, cwd=ROOT)
    finally:
        for name in told:
            del os.environ[name]
    yield page
    page.stop()


@pytest.fixture
def page(visit, served, size):
    page = visit(served.url, size=size)
    page.get_by_role("tab", name="问答").click()
    return page


def put(page, question):
    page.locator("#sa-question textarea").fill(question)
    page.locator("#sa-ask").click()
    expect(page.locator("#sa-result h2.sr-title").first).to_have_text(question)
    return page.locator("#sa-result")


def test_a_fact_is_marked_and_its_citation_leads_to_the_sentence_in_its_passage(page):
    result = put(page, FACT)
    expect(result.locator("p mark").first).to_have_text("58家")
    said = result.locator("p", has=page.locator("a.sr-cite")).first.inner_text()
    result.locator("a.sr-cite").first.click()
    source = page.locator("#sr-source-1")
    expect(source).to_be_in_viewport()
    assert source.evaluate("element => element.matches(':target')")
    assert source.locator(".sr-text mark").first.inner_text() in said
    source.locator("[data-do=context]").click()
    expect(source.locator(".sr-here")).to_be_visible()
    source.locator(".sr-score summary").click()
    expect(source.locator(".sr-why li").first).to_be_visible()


def test_who_somebody_is_is_told_by_the_line_that_a_speech_is_signed_with(page):
    result = put(page, "谁是魏长河？")
    expect(result.locator(".sr-relaxed").first).to_have_text("这是库里讲话的署名。")
    expect(result.locator("p mark").first).to_have_text("云岭市委常委、常务副市长 魏长河")


def test_what_the_library_does_not_say_is_refused_with_the_nearest(page):
    result = put(page, "量子纠缠为什么不能超光速传递信息？")
    expect(result.locator(".sr-nothing")).to_contain_text("文库里没有找到")
    expect(result.locator("a.sr-cite")).to_have_count(0)
    ranks = result.locator(".sr-card .sr-rank").all_inner_texts()
    assert ranks == [str(n) for n in range(1, len(ranks) + 1)]
    assert ranks


def test_a_follow_up_keeps_the_subject_until_the_conversation_is_cleared(page):
    put(page, HOW)
    result = put(page, "那资金方面呢？")
    expect(result.locator(".sr-asked").first).to_contain_text("科研人员")
    page.locator("#sa-clear").click()
    expect(result).to_contain_text("每句话都是文库里的原话")
    result = put(page, "那资金方面呢？")
    expect(result.locator(".sr-asked", has_text="查找")).to_have_count(0)


def test_the_page_fits_its_window(page, size, request):
    put(page, "招商引资存在哪些突出问题？")
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
    if folder := os.environ.get("SPEECHRAG_SHOTS"):
        page.screenshot(path=f"{folder}/answer-{size['width']}.png", full_page=True)


def test_the_conversation_is_exported_with_its_sources(page):
    put(page, FACT)
    with page.expect_download() as waiting:
        page.locator("#sa-markdown").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert FACT in text
    assert "### 出处" in text
    assert "58家" in text


def test_nothing_leaves_until_it_was_shown_and_what_was_shown_is_what_leaves(page, model):
    put(page, FACT)
    expect(page.locator("#sa-send")).to_have_count(0)
    assert not page.locator("#sa-model input").is_checked()
    page.locator("#sa-model input").check()
    put(page, FACT)
    expect(page.locator("#sa-send")).to_be_visible()
    assert model.posted == []
    shown = json.loads("".join(page.locator("#sa-preview .cm-line").all_inner_texts()))
    page.locator("#sa-send").click()
    result = page.locator("#sa-result")
    expect(result).to_contain_text("语言模型撰写，已逐句核对")
    expect(result.locator("p", has_text="已经孵化企业58家").first).to_be_visible()
    expect(page.locator("#sa-send")).to_have_count(0)
    assert [posted["messages"][0] for posted in model.posted] == shown["messages"][:1]
    assert "sk-secret" not in page.content()


def test_words_stream_and_stop_stops_them(page, model):
    model.endless = True
    page.locator("#sa-model input").check()
    put(page, FACT)
    page.locator("#sa-send").click()
    expect(page.locator("#sa-result .sr-unchecked")).to_contain_text("一句又一句")
    page.locator("#sa-stop").click()
    expect(page.locator("#sa-result")).to_contain_text("已停止")
    expect(page.locator("#sa-result .sr-unchecked")).to_have_count(0)
    assert model.cut_off.wait(30)


def test_hostile_questions_are_text(page):
    attack = "<img src=x onerror=\"document.title='attacked'\">[点我](javascript:alert(1))成果转化"
    put(page, attack)
    expect(page.locator("#sa-result img")).to_have_count(0)
    expect(page.locator("#sa-result a[href^=javascript]")).to_have_count(0)
    assert page.title() != "attacked"


def test_everything_is_done_with_the_keyboard(visit, served):
    page = visit(served.url, size=PHONE)
    page.get_by_role("tab", name="问答").focus()
    page.keyboard.press("Enter")
    page.locator("#sa-question textarea").focus()
    page.keyboard.type(FACT)
    page.keyboard.press("Enter")
    expect(page.locator("#sa-result p mark").first).to_have_text("58家")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "sr-cite":
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('#sr-source-1').matches(':target')")


def test_nothing_is_exported_before_there_is_an_answer(page):
    files = (page.locator("#sa-word"), page.locator("#sa-markdown"))
    for file in files:
        expect(file).to_be_disabled()
    put(page, HOW)
    for file in files:
        expect(file).to_be_enabled()
    page.locator("#sa-clear").click()
    for file in files:
        expect(file).to_be_disabled()
