"""What was typed is not lost by a reload, by going back, or by changing the language."""

from playwright.sync_api import expect

DRAFT = "同志们：\n今天召开推进会。"


def write(page):
    page.locator("#sr-question textarea").fill("成果转化效率")
    page.get_by_role("tab", name="起草").click()
    page.locator("#sw-outline textarea").fill("一、提高认识")
    page.get_by_role("tab", name="对稿").click()
    page.locator("#sd-text textarea").fill(DRAFT)


def test_a_reload_keeps_the_boxes_and_the_tab(visit, served):
    page = visit(served.url)
    write(page)
    page.reload()
    expect(page.get_by_role("tab", name="对稿")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#sd-text textarea")).to_have_value(DRAFT)
    page.get_by_role("tab", name="起草").click()
    expect(page.locator("#sw-outline textarea")).to_have_value("一、提高认识")
    page.get_by_role("tab", name="提问").click()
    expect(page.locator("#sr-question textarea")).to_have_value("成果转化效率")


def test_boxes_that_were_not_opened_since_are_kept_over_two_reloads(visit, served):
    page = visit(served.url)
    write(page)
    page.reload()
    page.get_by_role("tab", name="提问").click()
    page.reload()
    expect(page.get_by_role("tab", name="提问")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="对稿").click()
    expect(page.locator("#sd-text textarea")).to_have_value(DRAFT)


def test_the_other_language_and_the_way_back_keep_them(visit, served):
    page = visit(served.url)
    write(page)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("tab", name="Compare a draft")).to_have_attribute(
        "aria-selected", "true"
    )
    expect(page.locator("#sd-text textarea")).to_have_value(DRAFT)
    page.locator("#sd-text textarea").fill("另一稿")
    page.go_back()
    expect(page.get_by_role("heading", name="讲话检索")).to_be_visible()
    expect(page.locator("#sd-text textarea")).to_have_value("另一稿")


def test_what_was_cleared_stays_cleared(visit, served):
    page = visit(served.url)
    write(page)
    page.get_by_role("tab", name="起草").click()
    page.locator("#sw-clear").click()
    expect(page.locator("#sw-outline textarea")).to_have_value("")
    page.reload()
    expect(page.locator("#sw-outline textarea")).to_have_value("")


def test_another_window_starts_empty(visit, served):
    write(visit(served.url))
    other = visit(served.url)
    expect(other.get_by_role("tab", name="提问")).to_have_attribute("aria-selected", "true")
    assert other.locator("#sr-question textarea").input_value() == ""


def test_what_is_typed_before_the_page_has_recalled_is_not_overwritten(visit, served):
    page = visit(served.url)
    page.locator("#sr-question textarea").fill("先前的问题")
    page.reload()
    page.wait_for_selector("#sr-question textarea")
    given = page.evaluate(
        """() => {
            document.querySelector("#sr-question textarea").value = "正在写的问题";
            return window.speechtyped.recall(["sr-question", "sd-text"]);
        }"""
    )
    assert given == [{"__type__": "update"}] * 2
