"""Starting and stopping the page as a person does."""

import subprocess
import sys

from playwright.sync_api import expect
from served_page import HERE, Served

# What the page still loads when the server ends would be missing, which is no fault of the page's.
HAS_LOADED = """() => {
    const n = performance.getEntriesByType("resource").length;
    if (window.loaded?.n !== n) window.loaded = { n, at: Date.now() };
    return Date.now() - window.loaded.at > 1000;
}"""


def test_ctrl_c_ends_it_cleanly_even_with_a_page_open(visit, tmp_path):
    served = Served([sys.executable, str(HERE / "serve_fake.py"), str(tmp_path)])
    visit(served.url).wait_for_function(HAS_LOADED)
    status, said = served.stop()
    assert status == 0
    assert "网页已关闭" in said
    assert "Traceback" not in said
    assert "Error" not in said


def test_a_taken_port_is_refused_with_another(served):
    port = served.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "speechrag", "serve", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert f"端口 {port} 已被别的程序占用" in done.stderr
    assert "--port" in done.stderr.split("占用", 1)[1]
    assert "Traceback" not in done.stderr


def test_a_damaged_index_is_told_under_文库_and_mended_there(visit, tmp_path):
    seeds, index = tmp_path / "讲话", tmp_path / "index"
    seeds.mkdir()
    build = [sys.executable, "-m", "speechrag", "index", str(seeds), "--index", str(index)]
    for name in ("防汛", "人才"):
        speech = f"在{name}工作会议上的讲话\n\n同志们：\n{name}工作要落实责任，抓实抓细。\n"
        (seeds / f"{name}.txt").write_text(speech, encoding="utf-8")
        subprocess.run(build, check=True, capture_output=True, timeout=120)
    (index / "gen-000002" / "body.faiss").write_bytes(b"")
    served = Served([*build[:3], "serve", "--port", "0", "--index", str(index)])
    try:
        page = visit(served.url)
        page.get_by_role("tab", name="文库").click()
        shelf = page.locator("#sr-shelf")
        expect(shelf).to_contain_text("现在用的是其中完好的一版")
        expect(shelf).to_contain_text("body.faiss")
        expect(shelf).to_contain_text("文库现有 1 篇讲话")
        page.get_by_role("button", name="重建索引").click()
        expect(shelf).to_contain_text("文库现有 2 篇讲话")
        expect(shelf.get_by_role("alert")).to_have_count(0)
    finally:
        served.stop()
