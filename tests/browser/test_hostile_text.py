"""Markup in speeches, titles, file names and questions is shown, never run."""

from playwright.sync_api import expect
from serve_fake import ATTACK

UNHARMED = "讲话检索"


def assert_unharmed(page):
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert page.title() == UNHARMED
    assert page.locator("#sr-results img, #sr-shelf img, #sr-dialog img").count() == 0
    assert page.locator("#sr-results script, #sr-shelf script, #sr-dialog script").count() == 0


def test_a_hostile_speech_is_shown_everywhere_and_runs_nowhere(visit, served, ask):
    page = visit(served.url)
    card = ask(page, "暗号").first
    expect(card.locator(".sr-text")).to_have_text("暗号：" + ATTACK)
    expect(card.locator(".sr-title")).to_contain_text("<script>")
    card.locator("[data-do=context]").click()
    expect(card.locator(".sr-context")).to_contain_text("<img src=x")
    card.locator(".sr-score summary").click()
    expect(card.locator(".sr-why li")).to_be_visible()
    card.locator("[data-do=copy]").click()
    expect(page.locator("#sr-live")).to_contain_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()").startswith("暗号：" + ATTACK)
    card.locator("[data-do=speech]").click()
    expect(page.locator("#sr-dialog")).to_contain_text("<img src=x")
    page.keyboard.press("Escape")
    assert_unharmed(page)

    page.get_by_role("tab", name="文库").click()
    row = page.locator("li[data-speech=evil]")
    expect(row).to_contain_text("<script>")
    row.locator("button.sr-row").click()
    expect(row.locator(".sr-detail")).to_contain_text("<img src=x")
    assert_unharmed(page)


def test_a_hostile_question_is_shown_and_not_run(visit, served):
    page = visit(served.url)
    page.locator("#sr-question textarea").fill("onerror " + ATTACK)
    page.locator("#sr-question textarea").press("Enter")
    expect(page.locator("#sr-results .sr-asked").first).to_contain_text("<img src=x")
    assert_unharmed(page)


def test_a_hostile_file_name_is_shown_and_not_run(visit, served, tmp_path):
    page = visit(served.url)
    page.get_by_role("tab", name="文库").click()
    file = {
        "name": "<img src=x onerror=document.title='attacked'>.txt",
        "mimeType": "text/plain",
        "buffer": "<script>document.title='attacked'</script>\n正文暗号".encode(),
    }
    page.locator("#sr-files input[type=file]").set_input_files(file)
    expect(page.locator("#sr-news")).to_contain_text("已放入文库")
    page.get_by_role("button", name="重建索引").click()
    expect(page.locator("#sr-news")).to_contain_text("索引已建好")
    expect(page.locator("#sr-shelf")).to_contain_text("<script>document.title")
    assert_unharmed(page)
