"""The tabs 提法 and 提纲 in a real browser, over the demo library."""

import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from served_page import OFFICE, PHONE, Served

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("timeline")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    (folder / "seeds" / "坏.txt").write_text(
        "在某会上的讲话\n2021年5月6日\n"
        "<img src=x onerror=\"document.title='attacked'\">的暗语要讲清。\n",
        encoding="utf-8",
    )
    config = folder / "speechrag.yaml"
    config.write_text(f"seeds: {folder / 'seeds'}\n", encoding="utf-8")
    command = [
        sys.executable, "app.py", "--config", str(config), "--index", str(folder / "index"),
        "--port", "0",
    ]  # fmt: skip
    page = Served(command, cwd=ROOT)
    yield page
    page.stop()


@pytest.fixture
def page(visit, served, size):
    return visit(served.url, size=size)


def follow(page, text):
    page.get_by_role("tab", name="提法").click()
    page.locator("#st-phrases textarea").fill(text)
    page.locator("#st-phrases textarea").press("Enter")
    result = page.locator("#st-result")
    expect(result.locator(".st-phrase").first).to_be_visible()
    return result


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_phrases_are_followed_side_by_side_with_chart_places_and_figures(page):
    result = follow(page, "放管服、网格")
    expect(result.locator(".sr-head strong")).to_have_text("查到 2 个提法")
    first = result.locator(".st-one").first
    expect(first.locator(".st-total")).to_contain_text("共 5 次，5 段，3 篇")
    expect(first.locator("svg rect title").first).to_have_text("2017 年：3 次，1 篇")
    expect(first.locator(".st-label")).to_have_text(["最早", "最近"])
    expect(first.locator(".sr-text mark").last).to_have_text("放管服")
    first.get_by_text("逐年数字").click()
    expect(first.locator(".st-table tbody tr").first).to_have_text("2017311")
    assert fits(page)


def test_a_place_opens_its_surroundings_and_its_speech(page):
    result = follow(page, "放管服")
    result.get_by_role("button", name="看上下文").last.click()
    expect(result.locator(".sr-context .sr-here")).to_contain_text("放管服")
    result.get_by_text("逐处查看（5 处）").click()
    result.locator(".st-places").get_by_role("button", name="看全文").first.click()
    dialog = page.locator("#sr-dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".sr-here")).to_contain_text("高效办成一件事")
    dialog.get_by_role("button", name="关闭").click()
    assert fits(page)


def test_a_phrase_that_is_not_there_and_an_empty_box_say_what_to_do(page):
    result = follow(page, "科技成果转让")
    expect(result).to_contain_text("文库里没有这个提法。")
    expect(result).to_contain_text("科技成果转化")
    page.locator("#st-phrases textarea").fill(" 、")
    page.locator("#st-start").click()
    expect(result.get_by_role("alert")).to_contain_text("还没有写要查的提法。")


def test_hostile_text_is_shown_as_text(page):
    result = follow(page, "暗语")
    expect(result.locator(".sr-text").first).to_contain_text("<img src=x")
    assert page.title() != "attacked"


def test_outlines_are_listed_as_trees(page):
    page.get_by_role("tab", name="提纲").click()
    page.locator("#so-topic textarea").fill("防汛")
    page.locator("#so-start").click()
    result = page.locator("#so-result")
    expect(result.locator(".sr-card h3").first).to_have_text("《在全市防汛抗旱工作会议上的讲话》")
    assert result.locator(".st-outline").first.locator("li").count() > 3
    assert fits(page)


def test_everything_works_by_keyboard(visit, served):
    page = visit(served.url, size=OFFICE)
    page.get_by_role("tab", name="提法").focus()
    page.keyboard.press("Enter")
    page.locator("#st-phrases textarea").focus()
    page.keyboard.type("放管服")
    page.keyboard.press("Enter")
    expect(page.locator("#st-result .st-total")).to_contain_text("共 5 次")
    page.locator("#st-result .st-chart").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_english_is_complete(visit, served):
    page = visit(f"{served.url}/en/", locale="en-US")
    page.get_by_role("tab", name="Phrases").click()
    page.locator("#st-phrases textarea").fill("放管服")
    page.locator("#st-start").click()
    expect(page.locator("#st-result .st-total")).to_contain_text("5 uses in 5 passages")
    expect(page.locator("#st-result .st-label")).to_have_text(["First", "Last"])
    page.get_by_role("tab", name="Outlines").click()
    page.locator("#so-topic textarea").fill("防汛")
    page.locator("#so-start").click()
    expect(page.locator("#so-result .sr-head strong")).to_contain_text("found")


def test_the_row_of_tabs_fits_a_phone(visit, served):
    page = visit(served.url, size=PHONE)
    boxes = [tab.bounding_box() for tab in page.get_by_role("tab").all()]
    seen = [box for box in boxes if box and box["width"] > 0]
    assert len(seen) == page.locator("#sr-tabs [role=tablist] [role=tab]").count() >= 6
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in seen)
    assert fits(page)
