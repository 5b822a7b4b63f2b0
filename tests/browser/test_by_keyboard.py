"""Everything can be done without a mouse, and it shows where one is."""

import pytest
from playwright.sync_api import expect


def focused(page):
    return page.evaluate("document.activeElement.innerText || document.activeElement.tagName")


def tab_to(page, name, most=40):
    for _ in range(most):
        page.keyboard.press("Tab")
        if name in focused(page):
            return
    raise AssertionError(f"{name} was not reached with Tab")


def test_ask_open_copy_and_read_with_the_keyboard_alone(visit, served):
    page = visit(served.url)
    page.locator("#sr-question textarea").focus()
    page.keyboard.type("成果转化效率")
    page.keyboard.press("Enter")
    expect(page.locator(".sr-card").first).to_be_visible()
    tab_to(page, "看上下文")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".sr-here")).to_be_visible()
    assert focused(page) == "收起上下文"
    tab_to(page, "带出处复制", 1)
    page.keyboard.press("Space")
    expect(page.locator("#sr-live")).to_contain_text("已复制")
    tab_to(page, "看全文", 1)
    page.keyboard.press("Enter")
    expect(page.locator("#sr-dialog .sr-here")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sr-dialog")).to_be_hidden()
    assert focused(page) == "看全文"
    tab_to(page, "相关度", 4)
    page.keyboard.press("Enter")
    expect(page.locator(".sr-why li").first).to_be_visible()


def test_the_library_with_the_keyboard_alone(visit, served):
    page = visit(served.url)
    page.get_by_role("tab", name="提问").focus()
    tab_to(page, "文库", 8)
    page.keyboard.press("Enter")
    expect(page.locator("li[data-speech=a1]")).to_be_visible()
    tab_to(page, "重建索引")
    page.keyboard.press("Enter")
    expect(page.locator("#sr-news")).to_contain_text("索引已建好")
    page.locator("#sr-rebuild").focus()
    tab_to(page, "在全市科技成果转化推进会上的讲话")
    page.keyboard.press("Enter")
    expect(page.locator(".sr-detail")).to_be_visible()


def test_results_are_announced_and_controls_have_names(visit, served, ask):
    page = visit(served.url)
    ask(page, "成果转化")
    expect(page.locator("#sr-announced[role=status]")).to_contain_text("找到 7 段")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, textarea, a")]
            .filter(e => e.checkVisibility())
            .filter(e => !(e.innerText || e.getAttribute("aria-label") || e.labels?.length))
            .map(e => e.outerHTML)"""
    )
    assert nameless == []


def test_headings_descend_one_level_at_a_time(visit, served, ask):
    page = visit(served.url)
    ask(page, "成果转化")
    levels = page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
            .filter(e => e.checkVisibility()).map(e => Number(e.tagName[1]))"""
    )
    assert levels == [1, 2, *[3] * 7]


@pytest.mark.parametrize(("tab", "box"), [("文库", "#sr-files"), ("对稿", "#sd-file")])
def test_places_for_files_are_named_by_the_words_that_stand_in_them(visit, served, tab, box):
    page = visit(served.url)
    page.get_by_role("tab", name=tab).click()
    expect(page.locator(f"{box} button[aria-dropeffect]")).to_have_accessible_name(
        "将文件拖放到此处 - 或 - 点击上传"
    )
