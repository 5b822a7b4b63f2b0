"""Asking in a real browser: cards, context, copying, filters, scripts, languages."""

import re

import pytest
from playwright.sync_api import expect

MISSION = "how to improve the efficiency of 成果转化"
BEST = "要提高成果转化效率,建立技术经理人队伍"


@pytest.fixture
def page(visit, served, size):
    return visit(served.url, size=size)


def test_the_question_of_the_mission_finds_the_passage_with_its_words_marked(page, ask):
    best = ask(page, MISSION).first
    expect(best.locator(".sr-text")).to_contain_text(BEST)
    expect(best.locator("mark").first).to_have_text("成果转化效率")
    expect(best).to_contain_text("《在全市科技成果转化推进会上的讲话》")
    expect(best).to_contain_text("2023-05-18")
    expect(best).to_contain_text("二、千方百计提高成果转化效率")
    expect(best.locator(".sr-role")).to_have_text("举措")


def test_the_page_fits_its_window(page, ask):
    ask(page, MISSION).first.locator("[data-do=context]").click()
    expect(page.locator(".sr-here")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_context_opens_widens_and_closes(page, ask):
    best = ask(page, MISSION).first
    button = best.get_by_role("button", name="看上下文")
    button.click()
    here = best.locator(".sr-context .sr-here")
    expect(here).to_contain_text(BEST)
    expect(best.locator(".sr-context")).to_contain_text("重要抓手")
    expect(best.locator(".sr-context")).not_to_contain_text("只争朝夕")
    best.get_by_role("button", name="再多看几段").click()
    expect(best.locator(".sr-context")).to_contain_text("只争朝夕")
    best.get_by_role("button", name="收起上下文").click()
    expect(best.locator(".sr-context")).to_have_count(0)


def test_copying_takes_the_passage_and_its_source(page, ask):
    best = ask(page, MISSION).first
    best.get_by_role("button", name="带出处复制").click()
    expect(page.locator("#sr-live")).to_contain_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    text, cite = copied.split("\n")
    assert text.startswith(BEST)
    assert cite == (
        "——《在全市科技成果转化推进会上的讲话》（2023-05-18），二、千方百计提高成果转化效率"
    )


def test_copying_works_where_the_clipboard_interface_is_missing(page, ask):
    best = ask(page, MISSION).first
    page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false})")
    best.get_by_role("button", name="带出处复制").click()
    expect(page.locator("#sr-live")).to_contain_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()").startswith(BEST)


def test_the_score_unfolds_into_its_parts_and_the_reason(page, ask):
    best = ask(page, MISSION).first
    expect(best.locator(".sr-parts")).to_be_hidden()
    best.locator(".sr-score summary").click()
    expect(best.locator(".sr-parts")).to_contain_text("词面")
    expect(best.locator(".sr-why li")).to_have_text("词面对上:成果转化、效率")


def test_a_role_narrows_the_results_and_clearing_brings_them_back(page, ask):
    cards = ask(page, "成果转化")
    expect(cards).to_have_count(7)
    page.locator("#sr-filters > button").click()
    page.locator("#sr-roles").get_by_text("举措", exact=True).click()
    expect(cards).to_have_count(3)
    assert set(cards.locator(".sr-role").all_text_contents()) == {"举措"}
    expect(page.locator("#sr-results")).to_contain_text("筛选：举措")
    page.get_by_role("button", name="清除筛选").click()
    expect(cards).to_have_count(7)


def test_dates_and_kinds_narrow_the_results(page, ask):
    cards = ask(page, "成果转化")
    page.locator("#sr-filters > button").click()
    page.locator("#sr-from input").fill("2024-01")
    page.locator("#sr-from input").press("Enter")
    expect(cards).to_have_count(1)
    expect(cards.first).to_contain_text("在人才工作座谈会上的讲话")
    expect(cards.first).to_contain_text("来源只显示了 3583 字中的 1990 字")
    page.get_by_role("button", name="清除筛选").click()
    page.locator("#sr-kinds").get_by_text("致辞", exact=True).click()
    expect(cards).to_have_count(1)
    expect(cards.first).to_contain_text("2018")


def test_a_wrong_date_is_explained(page, ask):
    ask(page, "成果转化")
    page.locator("#sr-filters > button").click()
    page.locator("#sr-from input").fill("去年")
    page.locator("#sr-from input").press("Enter")
    expect(page.locator("#sr-results [role=alert]")).to_contain_text("“去年”不是日期")
    expect(page.locator("#sr-results [role=alert]")).to_contain_text("2023-05-18")


def test_the_script_switch_changes_text_title_and_what_is_copied(page, ask):
    card = ask(page, "成果转化").filter(has_text="2018")
    expect(card.locator(".sr-text")).to_contain_text("推動成果轉化")
    page.get_by_role("button", name="简体").click()
    expect(card.locator(".sr-s mark")).to_have_text("成果转化")
    expect(card.locator(".sr-text .sr-o")).to_be_hidden()
    expect(card.locator(".sr-title .sr-s")).to_have_text("在市校合作联席会议上的致辞")
    card.get_by_role("button", name="带出处复制").click()
    expect(page.locator("#sr-live")).to_contain_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("我们要深化产学研合作")
    assert copied.endswith("\n——《在市校合作联席会议上的致辞》（2018）")
    page.reload()
    page.wait_for_selector("#sr-question textarea")
    expect(page.locator("html")).to_have_class(re.compile("sr-simplified"))


def test_the_whole_speech_opens_at_the_passage_and_closes_with_escape(page, ask):
    best = ask(page, MISSION).first
    best.get_by_role("button", name="看全文").click()
    dialog = page.locator("#sr-dialog")
    expect(dialog).to_contain_text("只争朝夕")
    expect(dialog.locator(".sr-here")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_an_example_asks_itself(page):
    page.get_by_role("button", name="talent retention").click()
    expect(page.locator(".sr-card").first).to_contain_text("留住人才")
    expect(page.locator("#sr-question textarea")).to_have_value("talent retention")


def test_a_second_question_replaces_what_the_first_had_opened(page, ask):
    ask(page, MISSION).first.get_by_role("button", name="看上下文").click()
    expect(page.locator(".sr-context")).to_be_visible()
    cards = ask(page, "人才")
    expect(cards.first).to_contain_text("人才是第一资源")
    expect(page.locator(".sr-context")).to_have_count(0)
    button = cards.first.locator("[data-do=context]")
    expect(button).to_have_text("看上下文")
    expect(button).to_have_attribute("aria-expanded", "false")


def test_shift_enter_starts_a_line_and_enter_asks(page):
    box = page.locator("#sr-question textarea")
    box.press_sequentially("成果转化")
    box.press("Shift+Enter")
    box.press_sequentially("效率")
    expect(box).to_have_value("成果转化\n效率")
    box.press("Enter")
    expect(page.locator(".sr-card").first).to_contain_text(BEST)


def test_nothing_close_is_said_and_the_nearest_stand_apart(page, ask):
    ask(page, "量子纠缠")
    expect(page.locator("#sr-results")).to_contain_text("没有找到足够相近的段落")
    expect(page.locator(".sr-suggestions .sr-card")).to_have_count(2)


def test_an_empty_question_is_answered_with_what_to_do(page):
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#sr-results [role=alert]")).to_contain_text("请写一个词、一句话")


def test_a_very_long_question_is_answered(page):
    box = page.locator("#sr-question textarea")
    box.fill("要提高成果转化效率。" * 400)
    box.press("Enter")
    expect(page.locator(".sr-card").first).to_contain_text(BEST)
