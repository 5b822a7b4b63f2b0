"""The whole path, nothing faked: a fresh folder, `python app.py`, the demo library, a browser."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from served_page import Served

ROOT = Path(__file__).parents[2]
NEW = """在全市量子科技座谈会上的讲话

2026年3月2日

同志们：今天我们召开全市量子科技座谈会，主要任务是研究部署量子科技产业发展。

一、抓好量子测控装备攻关
要组织量子测控装备联合攻关，设立专项资金，支持企业与高校共建量子测控装备中试基地，三年内实现整机自主可控。
"""


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "seeds"
    shutil.copytree(ROOT / "seeds", folder)
    return folder


@pytest.fixture(scope="module")
def served(seeds):
    os.environ["SPEECHRAG_SEEDS"] = str(seeds)
    command = [sys.executable, "app.py", "--index", str(seeds.parent / "index"), "--port", "0"]
    try:
        page = Served(command, cwd=ROOT)
    finally:
        del os.environ["SPEECHRAG_SEEDS"]
    yield page
    page.stop()


def test_the_first_start_builds_the_index_and_says_so(served, seeds):
    assert f"还没有索引，先从 {seeds} 建立一次" in served.said


@pytest.mark.parametrize(
    "question", ["how to improve the efficiency of 成果转化", "如何提高科技成果转化效率"]
)
def test_the_question_of_the_mission_is_answered_from_the_demo_library(
    visit, served, ask, question
):
    page = visit(served.url)
    best = ask(page, question).first
    expect(best).to_contain_text("转化")
    best.locator("[data-do=context]").click()
    expect(best.locator(".sr-here")).to_be_visible()
    best.locator(".sr-score summary").click()
    expect(best.locator(".sr-why li").first).to_be_visible()
    best.get_by_role("button", name="带出处复制").click()
    expect(page.locator("#sr-live")).to_contain_text("已复制")
    assert "——《" in page.evaluate("navigator.clipboard.readText()")


def test_talent_retention_finds_talent(visit, served, ask):
    page = visit(served.url, locale="en-US")
    expect(ask(page, "talent retention").first.locator(".sr-text")).to_contain_text("人才")


def test_a_role_filter_leaves_only_that_role(visit, served, ask):
    page = visit(served.url)
    cards = ask(page, "营商环境")
    expect(cards.first).to_be_visible()
    page.locator("#sr-filters > button").click()
    page.locator("#sr-roles").get_by_text("问题", exact=True).click()
    expect(page.locator("#sr-results")).to_contain_text("筛选：问题")
    roles = page.locator("#sr-results .sr-card .sr-role").all_text_contents()
    assert set(roles) <= {"问题"}


def test_an_uploaded_speech_is_found_after_a_rebuild(visit, served, ask, tmp_path):
    file = tmp_path / "2026-在全市量子科技座谈会上的讲话.txt"
    file.write_text(NEW, encoding="gb18030")
    page = visit(served.url)
    page.get_by_role("tab", name="文库").click()
    expect(page.locator("#sr-shelf li").first).to_be_visible()
    page.locator("#sr-files input[type=file]").set_input_files(file)
    expect(page.locator("#sr-news")).to_contain_text("已放入文库")
    page.get_by_role("button", name="重建索引").click()
    expect(page.locator("#sr-news")).to_contain_text("索引已建好")
    expect(page.locator("#sr-shelf")).to_contain_text("在全市量子科技座谈会上的讲话")
    page.get_by_role("tab", name="提问").click()
    best = ask(page, "量子测控装备怎么攻关").first
    expect(best).to_contain_text("量子测控装备联合攻关")
    expect(best).to_contain_text("2026-03-02")


def test_every_speech_of_the_demo_library_opens(visit, served):
    page = visit(served.url)
    page.get_by_role("tab", name="文库").click()
    rows = page.locator("#sr-shelf li[data-speech]")
    expect(rows.first).to_be_visible()
    for number in range(rows.count()):
        row = rows.nth(number)
        row.locator("button.sr-row").click()
        expect(row.locator(".sr-detail .sr-passages")).to_have_count(1)
        expect(row.locator("[role=alert]")).to_have_count(0)
        row.locator("button.sr-row").click()
