"""A real chromium on the real page. Waits are for conditions, never for a time."""

import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_page import HERE, OFFICE, PATIENCE_S, PHONE, Served

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    return tmp_path_factory.mktemp("seeds")


@pytest.fixture(scope="module")
def served(seeds):
    page = Served([sys.executable, str(HERE / "serve_fake.py"), str(seeds)])
    yield page
    page.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    profile = tmp_path_factory.mktemp("chromium")
    # module scope: while it is open, no other test could run an event loop
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=list(FLAGS), timeout=PATIENCE_S * 1000,
            env={**os.environ, "HOME": str(profile)},
        )  # fmt: skip
        yield browser
        browser.close()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(scope="module")
def contexts(browser):
    """A context for each language and size, kept for its cache of Gradio's many files."""
    known = {}

    def context(locale, size):
        key = (locale, *size.values())
        if key not in known:
            known[key] = browser.new_context(
                viewport=size, locale=locale, permissions=["clipboard-read", "clipboard-write"]
            )
            known[key].set_default_timeout(PATIENCE_S * 400)
        return known[key]

    yield context
    for one in known.values():
        one.close()


@pytest.fixture
def visit(contexts):
    """visit(url, locale=…, size=…) opens a page; at the end it must have kept to this machine."""
    pages, foreign, faults = [], [], []

    def visit(url, *, locale="zh-CN", size=OFFICE):
        page = contexts(locale, size).new_page()
        pages.append(page)
        page.on("request", lambda r: note_request(r.url))
        page.on("websocket", lambda w: note_request(w.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", note_console)
        page.goto(url)
        page.wait_for_selector("#sr-question textarea")
        page.wait_for_selector("#sr-results .sr-welcome")
        return page

    def note_request(url):
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            foreign.append(url)

    def note_console(message):
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    yield visit
    for page in pages:
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear()")
        page.close()
    assert foreign == []
    assert faults == []


@pytest.fixture(params=[OFFICE, PHONE], ids=["1366x768", "390x844"])
def size(request):
    return request.param


@pytest.fixture(autouse=True)
def patient_expectations():
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE_S * 400)


@pytest.fixture
def ask():
    """ask(page, question) types a question, presses Enter and waits for its answer."""

    def ask(page, question):
        from playwright.sync_api import expect

        page.locator("#sr-question textarea").fill(question)
        page.locator("#sr-question textarea").press("Enter")
        expect(page.locator("#sr-results .sr-asked").first).to_contain_text(question[:40])
        return page.locator("#sr-results .sr-card")

    return ask
