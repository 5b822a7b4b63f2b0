"""The page in the browser asks no other host for anything. (Every `visit` checks this as well.)"""

from urllib.parse import urlsplit

from playwright.sync_api import expect


def test_every_request_of_the_page_goes_to_this_machine_and_succeeds(browser, served):
    context = browser.new_context(locale="zh-CN")
    hosts, failed = set(), []
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    context.on("response", lambda r: failed.append((r.status, r.url)) if r.status >= 400 else None)
    page = context.new_page()
    page.goto(served.url)
    page.get_by_role("button", name="talent retention").click()
    expect(page.locator(".sr-card").first).to_be_visible()
    page.get_by_role("tab", name="文库").click()
    expect(page.locator("li[data-speech=a1]")).to_be_visible()
    page.evaluate("document.fonts.ready")
    context.close()
    assert hosts == {urlsplit(served.url).netloc}
    assert failed == []


def test_nothing_in_the_page_points_elsewhere(visit, served):
    page = visit(served.url)
    addresses = page.evaluate(
        """() => [...document.querySelectorAll("[src], link[href], a[href]")]
            .map(e => e.src || e.href).filter(a => !a.startsWith("data:"))"""
    )
    assert {urlsplit(a).netloc for a in addresses} == {urlsplit(served.url).netloc}
    footer = page.locator("footer").all_inner_texts()
    assert not any("Gradio" in text for text in footer)


def test_the_browser_refuses_to_fetch_from_elsewhere(browser, served):
    page = browser.new_page()
    page.goto(served.url)
    outcome = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener("securitypolicyviolation", e => done(e.effectiveDirective));
            new Image().src = "http://192.0.2.1/x.png";
        })"""
    )
    page.close()
    assert outcome == "img-src"


def test_a_program_that_is_gone_is_told_in_the_page_s_own_language(visit, served):
    page = visit(served.url)
    page.route("**/gradio_api/**", lambda route: route.abort())
    page.locator("#sr-question textarea").fill("成果转化")
    page.locator("#sr-ask").click()
    expect(page.get_by_text("连不上检索程序。请确认它还开着，再试一次。")).to_be_visible()
