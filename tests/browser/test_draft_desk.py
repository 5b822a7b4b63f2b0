"""The tab 对稿 and the 素材篮 in a real browser, on the demo library."""

import io
import sys
from pathlib import Path

import docx
import pytest
from playwright.sync_api import expect
from served_page import Served

from speechrag.config import load_settings
from speechrag.corpus.clean import parse_file
from speechrag.index.build import build_index
from speechrag.index.encoders import load_encoder
from speechrag.index.tokens import Tokenizer

ROOT = Path(__file__).parents[2]
COPIED = "专利证书挂在墙上是荣誉，变成产品摆上柜台才是效益。"
NEW = "第四届市民运动会设田径、游泳、乒乓球等十八个大项，请各代表团做好选拔集训。"
QUOTE = "许慎言市长强调：“宁可十防九空，绝不失防万一。”各级都要记在心上。"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library") / "index"
    config = ROOT / "speechrag.yaml"
    tokenizer = Tokenizer(load_settings(config, env={}).user_terms)
    encoder = load_encoder("builtin")
    build_index([ROOT / "seeds"], folder, encoder, tokenizer, parse=parse_file)
    serve = [sys.executable, "-m", "speechrag", "serve", "--port", "0"]
    page = Served([*serve, "--index", str(folder), "--config", str(config)])
    yield page
    page.stop()


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    """A Word file of 30 paragraphs, headings apart."""
    document = docx.Document()
    document.add_heading("在全市高质量发展大会上的讲话", 0)
    fixed = [COPIED, NEW, QUOTE]
    for n, heading in enumerate(("一、认清形势", "二、突出重点", "三、压实责任")):
        document.add_heading(heading, 1)
        document.add_paragraph(fixed[n])
        for i in range(9):
            document.add_paragraph(
                f"第{n * 9 + i + 1}件事，要明确责任单位和完成时限，逐项检查验收。"
            )
    path = tmp_path_factory.mktemp("draft") / "草稿.docx"
    document.save(path)
    return path


@pytest.fixture
def desk(visit, served, size, draft):
    """The draft, compared, by way of an upload."""
    page = visit(served.url, size=size)
    page.get_by_role("tab", name="对稿").click()
    page.locator("#sd-file input[type=file]").set_input_files(draft)
    expect(page.locator("#sd-file")).to_contain_text("草稿")
    page.get_by_role("button", name="开始对稿").click()
    expect(page.locator(".sd-strip button")).to_have_count(30)
    return page


def test_a_copied_paragraph_stands_beside_its_source(desk):
    expect(desk.locator('.sd-p[aria-selected="true"]')).to_contain_text(COPIED)
    card = desk.locator(".sd-matches .sr-card").first
    expect(card).to_contain_text("在全市科技成果转化推进会上的讲话")
    expect(card.locator("mark.sd-verbatim").first).to_contain_text("专利证书挂在墙上是荣誉")
    expect(desk.locator(".sd-quotes")).to_contain_text("有出入")
    desk.evaluate("document.querySelector('.sd-summary').scrollIntoView()")
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert desk.evaluate(overflow) <= 0


def test_the_strip_jumps_and_the_keyboard_moves(desk):
    desk.locator(".sd-strip button").nth(10).click()
    chosen = desk.locator('.sd-p[aria-selected="true"]')
    expect(chosen).to_have_attribute("data-n", "11")
    expect(desk.locator(".sd-draft")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(chosen).to_have_attribute("data-n", "12")
    desk.keyboard.press("Home")
    expect(chosen).to_have_attribute("data-n", "1")
    desk.keyboard.press("Enter")
    expect(desk.locator(".sd-matches")).to_be_focused()


def test_a_filter_shows_only_its_label_until_it_is_pressed_again(desk):
    shown = desk.locator(".sd-p:visible")
    reworded = desk.locator('.sd-filters button[data-label="1"]')
    expect(reworded).to_have_text("改写 1")
    reworded.click()
    expect(reworded).to_have_attribute("aria-pressed", "true")
    expect(shown).to_have_count(1)
    expect(desk.locator(".sd-strip button:visible")).to_have_count(1)
    expect(desk.locator(".sd-matches .sr-card").first).to_contain_text("防汛抗旱")
    desk.locator('.sd-filters button[data-label="0"]').click()  # this one, too
    expect(desk.locator("#sd-p1")).to_be_visible()
    desk.locator('.sd-filters button[data-label="0"]').click()
    reworded.click()
    expect(shown).to_have_count(30)


def test_the_strip_is_one_stop_of_the_tab_key_and_arrows_walk_it(desk):
    chosen = desk.locator('.sd-p[aria-selected="true"]')
    expect(chosen).to_have_attribute("data-n", "1")
    expect(desk.locator('.sd-strip button[tabindex="0"]')).to_have_count(1)
    desk.locator(".sd-filters button").last.focus()
    desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowRight")
    expect(chosen).to_have_attribute("data-n", "2")
    expect(desk.locator('.sd-strip button[data-n="2"]')).to_be_focused()
    desk.keyboard.press("End")
    expect(chosen).to_have_attribute("data-n", "30")
    desk.keyboard.press("Enter")
    expect(desk.locator(".sd-draft")).to_be_focused()
    expect(chosen).to_have_attribute("data-n", "30")


def test_a_quotation_leads_to_its_paragraph(desk):
    desk.locator('.sd-filters button[data-label="4"]').click()
    desk.locator(".sd-quotes .sd-amiss").get_by_role("button", name="看第 21 段").click()
    chosen = desk.locator('.sd-p[aria-selected="true"]')
    expect(chosen).to_contain_text("绝不失防万一")
    expect(chosen).to_be_visible()
    expect(desk.locator(".sd-draft")).to_be_focused()


def test_the_report_is_downloaded_as_word_with_the_chosen_comment(desk):
    expect(desk.locator(".sd-matches .sr-card").first).to_be_visible()
    button = desk.locator(".sd-matches [data-desk=comment]").first
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Word（带批注）").click()
    assert download.value.suggested_filename == "对稿报告.docx"
    data = Path(download.value.path()).read_bytes()
    comments = list(docx.Document(io.BytesIO(data)).comments)
    told = [comment.text for comment in comments if "专利证书挂在墙上" in comment.text]
    assert len(told) == 1
    assert told[0].count("【") == 1


@pytest.mark.parametrize(
    ("kind", "sign"), [("Markdown", "# 对稿报告"), ("HTML", "<!doctype html>")]
)
def test_the_report_is_downloaded_as_text(desk, kind, sign):
    with desk.expect_download() as download:
        desk.get_by_role("button", name=kind, exact=True).click()
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith(sign)


def test_a_paragraph_without_precedent_becomes_a_question(desk):
    desk.locator(".sd-strip button").nth(10).click()
    desk.get_by_role("button", name="拿这一段去提问").click()
    expect(desk.locator("#sr-question textarea")).to_have_value(NEW)
    expect(desk.locator("#sr-results")).to_contain_text("市民运动会")


def test_pasted_text_is_compared(visit, served):
    page = visit(served.url)
    page.get_by_role("tab", name="对稿").click()
    page.locator("#sd-text textarea").fill(f"{COPIED}\n\n若3<5且<新>，{NEW}")
    page.get_by_role("button", name="开始对稿").click()
    expect(page.locator(".sd-p").first).to_contain_text("专利证书")
    expect(page.locator(".sd-p").last).to_contain_text("若3<5且<新>，")
    expect(page.locator(".sd-matches .sr-card").first).to_be_visible()


def test_the_keyboard_keeps_its_place_while_a_draft_is_compared(visit, served):
    page = visit(served.url)
    page.get_by_role("tab", name="对稿").click()
    page.locator("#sd-text textarea").fill(COPIED)
    page.locator("#sd-start").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sd-p").first).to_contain_text("专利证书")
    expect(page.locator("#sd-start")).to_be_focused()


def test_a_bad_draft_gives_a_message(visit, served, tmp_path):
    page = visit(served.url)
    page.get_by_role("tab", name="对稿").click()
    page.get_by_role("button", name="开始对稿").click()
    expect(page.locator("#sd-results")).to_contain_text("还没有草稿")
    (tmp_path / "坏.docx").write_bytes(b"PK\x03\x04 broken")
    page.locator("#sd-file input[type=file]").set_input_files(tmp_path / "坏.docx")
    expect(page.locator("#sd-file")).to_contain_text("坏")
    page.get_by_role("button", name="开始对稿").click()
    expect(page.locator("#sd-results .sr-error")).to_contain_text("坏.docx")


def test_the_basket_keeps_passages_and_exports_them(visit, served, ask):
    page = visit(served.url)
    cards = ask(page, "如何提高科技成果转化效率")
    cards.first.get_by_role("button", name="放入素材篮").click()
    cards.nth(1).get_by_role("button", name="放入素材篮").click()
    opener = page.locator("#sd-basket")
    expect(opener).to_have_text("素材篮 2")
    page.reload()
    expect(opener).to_have_text("素材篮 2")
    opener.click()
    panel = page.locator("#sd-basket-panel")
    panel.get_by_role("button", name="移出").first.click()
    expect(opener).to_have_text("素材篮 1")
    with page.expect_download() as download:
        panel.get_by_role("button", name="导出为 Word").click()
    document = docx.Document(download.value.path())
    assert document.paragraphs[0].text == "素材汇编"
    assert document.paragraphs[1].style.name == "公文正文"
    panel.get_by_role("button", name="清空").click()
    expect(panel).to_contain_text("素材篮是空的")
    panel.get_by_role("button", name="撤销").click()
    expect(opener).to_have_text("素材篮 1")
    panel.get_by_role("button", name="移出").click()
    page.reload()
    expect(opener).to_be_hidden()
