"""Starting and stopping the page as a person does."""

import subprocess
import sys

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
