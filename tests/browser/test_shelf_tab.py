"""The library in a real browser: list, detail, upload, rebuild, find."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(visit, served, size):
    page = visit(served.url, size=size)
    page.get_by_role("tab", name="文库").click()
    return page


def test_a_speech_opens_with_outline_passages_and_what_was_removed(page):
    row = page.locator("li[data-speech=a1]")
    row.locator("button.sr-row").click()
    detail = row.locator(".sr-detail")
    expect(detail).to_contain_text("二、千方百计提高成果转化效率")
    detail.get_by_text("清洗去掉的（1）").click()
    expect(detail.locator(".sr-removed")).to_contain_text("网页导航")
    expect(detail.locator(".sr-removed")).to_contain_text("<b>稿</b>")
    detail.get_by_text("段落（6）").click()
    expect(detail.locator(".sr-passages li").first).to_contain_text("同志们")
    detail.get_by_role("button", name="看全文").click()
    expect(page.locator("#sr-dialog")).to_contain_text("只争朝夕")
    page.get_by_role("button", name="关闭").click()
    row.locator("button.sr-row").click()
    expect(detail).to_have_count(0)


def test_the_list_is_filtered_as_one_types(page):
    page.get_by_role("searchbox", name="在列表里找标题或文件名").fill("人才")
    expect(page.locator("li[data-speech=b2]")).to_be_visible()
    expect(page.locator("li[data-speech=a1]")).to_have_count(0)
    page.get_by_role("searchbox", name="在列表里找标题或文件名").fill("没有这一篇")
    expect(page.locator("#sr-shelf")).to_contain_text("没有对得上的讲话")


def test_files_are_added_the_index_rebuilt_and_the_new_speech_found(page, ask, tmp_path, seeds):
    name = f"新讲话《{tmp_path.name}》（定稿）.txt"
    (tmp_path / name).write_text("在新会上的讲话\n人才新政第一条。", encoding="utf-8")
    other = tmp_path / f"附件{tmp_path.name}.txt"
    other.write_text("另一篇\n没有别的。", encoding="utf-8")
    page.locator("#sr-files input[type=file]").set_input_files([tmp_path / name, other])
    expect(page.locator("#sr-news")).to_contain_text("已放入文库")
    expect(page.locator("#sr-news")).to_contain_text(name)
    assert (seeds / name).read_text(encoding="utf-8").startswith("在新会上的讲话")

    page.get_by_role("button", name="重建索引").click()
    expect(page.locator("#sr-news")).to_contain_text("索引已建好")
    expect(page.locator("#sr-news")).to_contain_text("扫描<i>件.pdf")
    expect(page.locator("#sr-news")).to_contain_text("请先做文字识别。")
    expect(page.locator("#sr-shelf")).to_contain_text(name)
    expect(page.get_by_role("button", name="重建索引")).to_be_enabled()

    page.get_by_role("tab", name="提问").click()
    cards = ask(page, "人才")
    expect(cards.filter(has_text="人才新政第一条").first).to_be_visible()


def test_the_original_file_is_downloaded(page, seeds):
    (seeds / "2023-转化.txt").write_text("原文", encoding="utf-8")
    row = page.locator("li[data-speech=a1]")
    row.locator("button.sr-row").click()
    with page.expect_download() as started:
        row.get_by_role("link", name="下载原文件").click()
    assert started.value.suggested_filename == "2023-转化.txt"
    (seeds / "2023-转化.txt").unlink()


def test_files_that_could_not_be_read_are_named_under_the_list(page):
    unread = page.locator("#sr-shelf .sr-unread")
    expect(unread.locator("ul")).to_be_hidden()
    unread.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(unread).to_contain_text("旧扫描<i>件.pdf")
    expect(unread).to_contain_text("请先做文字识别。")
