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


@pytest.mark.parametrize(
    ("locale", "path", "lang", "drop"),
    [
        ("zh-CN", "/en/", "en", "Drop File Here"),
        ("en-US", "/?lang=zh", "zh-CN", "将文件拖放到此处"),
    ],
)
def test_the_page_s_language_holds_against_the_browser_s(visit, served, locale, path, lang, drop):
    page = visit(served.url + path, locale=locale)
    page.locator("#sr-tabs [role=tab]").last.click()
    expect(page.locator("#sr-files")).to_contain_text(drop)
    expect(page.locator("html")).to_have_attribute("lang", lang)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_a_phone_shows_every_tab_by_its_whole_name(visit, served, locale):
    page = visit(served.url, locale=locale, size={"width": 390, "height": 844})
    tabs = page.locator("#sr-tabs [role=tab]")
    expect(tabs).to_have_count(7)
    cut = tabs.evaluate_all(
        """tabs => tabs.filter(tab => !tab.checkVisibility() || tab.scrollWidth > tab.clientWidth
            || tab.getBoundingClientRect().right > innerWidth).map(tab => tab.innerText)"""
    )
    assert cut == []
