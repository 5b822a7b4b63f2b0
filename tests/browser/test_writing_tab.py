"""The tab 起草 in a real browser: material, the basket, drafts that stream and stop."""

import json
import os
import shutil
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import docx
import pytest
from playwright.sync_api import expect
from served_page import PHONE, Served
from test_answer_tab import Model

ROOT = Path(__file__).parents[2]
TOPIC = "科技成果转化"
OUTLINE = (
    "一、当前存在的问题和不足\n二、着力打通成果转化通道\n三、加强组织领导\n四、量子通信卫星发射"
)
WRITES = ["成果转化母基金", "规模十亿元[1]。", "其中有90家上了市[1]。"]


class Writer(Model):
    """The model of the tab 问答 with other words; one that breaks off says no reason for it."""

    def do_POST(self):
        if not self.server.breaks:
            super().do_POST()
            return
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.say({"content": "写到一半"}, None)


@pytest.fixture(scope="module")
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Writer)
    server.posted, server.cut_off = [], threading.Event()
    server.endless = server.breaks = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def fresh_model(model, monkeypatch):
    import test_answer_tab

    monkeypatch.setattr(test_answer_tab, "SAYS", WRITES)
    model.posted.clear()
    model.cut_off.clear()
    model.endless = model.breaks = False


def serve(folder, **told):
    told = {"SPEECHRAG_SEEDS": str(folder / "seeds"), **told}
    os.environ.update(told)
    command = [sys.executable, "app.py", "--index", str(folder / "index"), "--port", "0"]
    try:
        return Served(command, cwd=ROOT)
    finally:
        for name in told:
            del os.environ[name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("writing")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    return folder


@pytest.fixture(scope="module")
def served(folder, model):
    address = f"http://127.0.0.1:{model.server_address[1]}/v1"
    page = serve(
        folder,
        SPEECHRAG_LLM_BASE_URL=address,
        SPEECHRAG_LLM_MODEL="m",
        SPEECHRAG_API_KEY="sk-secret",
    )
    yield page
    page.stop()


@pytest.fixture
def page(visit, served, size):
    page = visit(served.url, size=size)
    page.get_by_role("tab", name="起草").click()
    return page


def gather(page, topic=TOPIC, outline=OUTLINE, last="四、量子通信卫星发射"):
    page.locator("#sw-topic textarea").fill(topic)
    page.locator("#sw-outline textarea").fill(outline)
    page.locator("#sw-start").click()
    expect(page.locator(".sw-heading summary h3").last).to_have_text(last)
    return page.locator("#sw-results")


def test_each_heading_has_its_passages_by_role_and_says_when_it_has_none(page):
    result = gather(page)
    expect(result.locator("#sw-h1 .sw-role").first).to_have_text("问题（本标题所需）")
    expect(result.locator("#sw-h2 .sw-role").first).to_have_text("举措（本标题所需）")
    expect(result.locator("#sw-h4 .sw-remark")).to_contain_text("没有讲这个标题的段落")
    expect(result.locator("#sw-h4 .sr-card")).to_have_count(0)
    expect(result.locator(".sw-nav .sw-none")).to_have_text(["无"])
    card = result.locator("#sw-h2 .sr-card").first
    expect(card.locator(".sr-meta")).to_contain_text("20")
    card.locator("[data-do=context]").click()
    expect(card.locator(".sr-here")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_one_click_collects_another_takes_out_and_the_word_file_has_the_headings(page):
    result = gather(page)
    first = result.locator("#sw-h2 .sr-card").first.locator("[data-desk=basket]")
    first.click()
    expect(first).to_have_text("已在素材篮 ✓")
    first.click()
    expect(first).to_have_text("放入素材篮")
    first.click()
    n = result.locator("#sw-h3 .sr-card").count()
    result.locator("#sw-h3").get_by_role("button", name="全部放入素材篮").click()
    opener = page.locator("#sd-basket")
    expect(opener).to_have_text(f"素材篮 {n + 1}")
    opener.click()
    panel = page.locator("#sd-basket-panel")
    panel.get_by_role("button", name="清空").click()
    expect(opener).to_have_text("素材篮 0")
    panel.get_by_role("button", name="撤销").click()
    expect(opener).to_have_text(f"素材篮 {n + 1}")
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="导出为 Word").click()
    lines = [p.text for p in docx.Document(waiting.value.path()).paragraphs]
    assert [line for line in lines if line in OUTLINE.split("\n")] == OUTLINE.split("\n")[1:3]


def test_all_of_it_is_exported_with_its_sources(page):
    gather(page)
    with page.expect_download() as waiting:
        page.locator('[data-write="export"][data-kind="md"]').click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert [line[3:] for line in text.split("\n") if line.startswith("## ")] == OUTLINE.split("\n")
    assert "> （[1] 《" in text


def test_an_outline_file_is_put_into_the_box_and_everything_can_be_cleared(page, tmp_path):
    file = tmp_path / "提纲.docx"
    document = docx.Document()
    for line in OUTLINE.split("\n"):
        document.add_paragraph(line)
    document.save(file)
    page.locator("#sw-file input[type=file]").set_input_files(file)
    expect(page.locator("#sw-outline textarea")).to_have_value(OUTLINE)
    expect(page.locator("#sw-results")).to_contain_text("读出 4 个标题")
    page.locator("#sw-clear").click()
    expect(page.locator("#sw-outline textarea")).to_have_value("")
    expect(page.locator("#sw-results .sr-welcome")).to_be_visible()


@pytest.mark.parametrize(
    ("topic", "outline", "message"),
    [("", OUTLINE, "还没有写讲话的题目"), (TOPIC, " ", "提纲是空的")],
)
def test_what_is_missing_is_said(page, topic, outline, message):
    page.locator("#sw-topic textarea").fill(topic)
    page.locator("#sw-outline textarea").fill(outline)
    page.locator("#sw-start").click()
    expect(page.locator("#sw-results .sr-error")).to_contain_text(message)


def test_nothing_leaves_until_it_was_shown_and_each_sentence_is_judged(page, model):
    result = gather(page)
    expect(result.locator('[data-write="draft"]').first).to_be_hidden()
    page.locator("#sw-model input").check()
    result.locator('#sw-h2 [data-write="draft"]').click()
    shown = json.loads(result.locator("#sw-h2 pre").inner_text())
    assert model.posted == []
    result.locator("#sw-h2").get_by_role("button", name="不发送").click()
    expect(result.locator(".sw-sending")).to_have_count(0)
    result.locator('#sw-h2 [data-write="draft"]').click()
    result.locator("#sw-h2").get_by_role("button", name="发送给模型").click()
    draft = result.locator("#sw-h2 .sw-draft")
    expect(draft.locator(".sw-text")).to_contain_text("成果转化母基金规模十亿元。")
    expect(draft.locator(".sr-problem")).to_contain_text(["90"])
    assert [posted["messages"] for posted in model.posted] == [shown["messages"]]
    draft.locator("a.sr-cite").first.click()
    expect(page.locator("#sw-2-1")).to_be_in_viewport()
    assert "sk-secret" not in page.content()


def test_drafting_every_heading_streams_and_stops(page, model):
    model.endless = True
    result = gather(page)
    page.locator("#sw-model input").check()
    page.get_by_role("button", name="请模型起草全部标题").click()
    expect(result.locator(".sw-sending pre")).to_have_count(3)
    result.locator('[data-write="send"]').click()
    expect(result.locator("#sw-h1 .sr-unchecked")).to_contain_text("一句又一句")
    expect(result.locator(".sw-busy")).to_contain_text("正在起草：1/3")
    result.locator('.sw-busy [data-write="halt"]').click()
    expect(result.locator("#sw-h1 .sw-draft")).to_contain_text("已停止")
    expect(result.locator(".sr-unchecked")).to_have_count(0)
    expect(result.locator(".sw-busy")).to_be_empty()
    expect(result.locator("#sw-h2 .sw-draft")).to_have_count(0)
    assert model.cut_off.wait(30)


def test_a_model_that_breaks_off_leaves_the_passages_with_a_note(page, model):
    model.breaks = True
    result = gather(page)
    page.locator("#sw-model input").check()
    result.locator('#sw-h3 [data-write="draft"]').click()
    result.locator('#sw-h3 [data-write="send"]').click()
    expect(result.locator("#sw-h3 .sw-draft")).to_contain_text("中途断了")
    assert "写到一半" not in result.inner_text()
    expect(result.locator("#sw-h3 .sr-card").first).to_be_visible()


def test_sixty_headings_stay_readable(page):
    outline = "\n".join(f"{n}. 抓好第{n}项改革任务" for n in range(1, 61))
    result = gather(page, outline=outline, last="60. 抓好第60项改革任务")
    expect(result.locator(".sw-heading[open]")).to_have_count(1)
    result.locator(".sw-nav a").nth(29).click()
    expect(result.locator("#sw-h30")).to_have_attribute("open", "")
    expect(result.locator("#sw-h30 summary")).to_be_in_viewport()


def test_everything_is_done_with_the_keyboard(visit, served):
    page = visit(served.url, size=PHONE)
    page.get_by_role("tab", name="起草").focus()
    page.keyboard.press("Enter")
    page.locator("#sw-outline textarea").fill("加强组织领导")
    page.locator("#sw-topic textarea").focus()
    page.keyboard.type(TOPIC)
    page.keyboard.press("Enter")
    expect(page.locator("#sw-h1 .sr-card").first).to_be_visible()
    page.locator("#sw-model input").focus()
    page.keyboard.press("Space")
    tab_to(page, "请模型起草这一段")
    page.keyboard.press("Enter")
    expect(page.locator(".sw-sending")).to_be_visible()
    tab_to(page, "发送给模型")
    page.keyboard.press("Enter")
    expect(page.locator(".sw-text")).to_contain_text("母基金")
    tab_to(page, "放入素材篮")
    page.keyboard.press("Enter")
    expect(page.locator("#sd-basket")).to_have_text("素材篮 1")


def tab_to(page, name, most=40):
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            return
    raise AssertionError(f"{name} was not reached with Tab")


def test_without_a_model_a_line_says_what_one_would_add(visit, folder):
    served = serve(folder)
    try:
        page = visit(served.url)
        page.get_by_role("tab", name="起草").click()
        expect(page.locator(".sw-no-model")).to_contain_text("llm_base_url")
        result = gather(page)
        expect(page.locator("#sw-model")).to_have_count(0)
        expect(result.locator('[data-write="draft"]')).to_have_count(0)
        page.goto(f"{served.url}/en/")
        page.get_by_role("tab", name="Prepare").click()
        expect(page.locator(".sw-no-model")).to_contain_text("Material is found without")
    finally:
        served.stop()
