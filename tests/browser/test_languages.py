"""Chinese by default, English by the browser's language, and a way across."""

import re

import pytest
from playwright.sync_api import expect

HAN = re.compile(r"[\u4e00-\u9fff]")


def test_an_english_browser_gets_english(visit, served, ask):
    page = visit(served.url, locale="en-US")
    expect(page.get_by_role("heading", name="Speech search")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    best = ask(page, "how to improve the efficiency of 成果转化").first
    expect(best.locator(".sr-role")).to_have_text("measures")
    best.get_by_role("button", name="Show context").click()
    expect(best.get_by_role("button", name="Hide context")).to_be_visible()
    best.locator(".sr-score summary").click()
    expect(best.locator(".sr-why li")).to_contain_text("words matched")
    page.get_by_role("tab", name="Library").click()
    expect(page.get_by_role("button", name="Rebuild the index")).to_be_visible()


@pytest.mark.parametrize("tab", ["Ask", "Library"])
def test_the_english_page_is_english_throughout(visit, served, tab):
    page = visit(served.url, locale="en-GB")
    page.get_by_role("tab", name=tab).click()
    if tab == "Ask":
        page.locator("#sr-filters > button").click()
        expect(page.locator("#sr-roles")).to_be_visible()
    else:
        expect(page.locator("#sr-shelf li").first).to_be_visible()
    # titles, file names and examples stay in their own language
    page.evaluate("document.querySelectorAll('#sr-shelf li, .sr-chip').forEach(e => e.remove())")
    text = page.locator("main").inner_text()
    assert HAN.findall(text.replace("中文", "")) == []


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "fr-FR"])
def test_every_other_browser_gets_chinese(visit, served, locale):
    page = visit(served.url, locale=locale)
    expect(page.get_by_role("heading", name="讲话检索")).to_be_visible()


def test_the_address_and_the_link_choose_a_language(visit, served):
    page = visit(served.url + "/?lang=en")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("heading", name="讲话检索")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Speech search")).to_be_visible()
