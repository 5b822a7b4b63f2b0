"""After installation nothing leaves this machine: index, search and serve with the network blocked.

Every process, workers included, runs with an audit hook that refuses and records whatever is not
loopback; the record must stay empty.
"""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE_S = 240
GUARD = """
import os, sys

def is_local(host):
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    host = str(host or "").strip("[]").split("%")[0].lower()
    return host in {"", "localhost", "::1", "::", "0.0.0.0"} or host.startswith("127.")

def refuse(event, args):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else ""  # else a Unix socket's path
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        host = args[0]
    else:
        return
    if not is_local(host):
        with open(os.environ["OFFLINE_RECORD"], "a") as record:
            record.write(f"{event} {host} {sys.argv}\\n")
        raise OSError(f"offline: {event} {host}")

sys.addaudithook(refuse)
"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    """The environment of a process without a network, and the record of what it tried."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    record = folder / "record.txt"
    env = {
        k: v for k, v in os.environ.items() if not k.startswith(("HF_", "GRADIO_", "SPEECHRAG_"))
    }
    env |= {
        "PYTHONPATH": str(folder), "OFFLINE_RECORD": str(record), "PYTHONUNBUFFERED": "1",
        "LANG": "C.UTF-8", "HOME": str(folder),  # no model or setting of the person's own
    }  # fmt: skip
    return env, record


@pytest.fixture(scope="module")
def index(offline, tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    seeds = folder / "seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    run(offline, "-m", "speechrag", "index", str(seeds), "--index", str(folder / "index"))
    return folder / "index"


def run(offline, *command):
    env, record = offline
    done = subprocess.run(
        [sys.executable, *command], env=env, cwd=ROOT, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not record.exists(), record.read_text()
    return done.stdout


def test_the_guard_refuses_and_records_what_is_not_loopback(offline, tmp_path):
    env, _ = offline
    env = {**env, "OFFLINE_RECORD": str(tmp_path / "record.txt")}
    code = "import urllib.request as u; u.urlopen('http://example.invalid/')"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=False)
    assert done.returncode != 0
    assert "example.invalid" in (tmp_path / "record.txt").read_text()


def test_indexing_and_searching_need_no_network(offline, index):
    question = "how to improve the efficiency of 成果转化"
    out = run(offline, "-m", "speechrag", "search", question, "--index", str(index), "--json")
    assert len(json.loads(out)["hits"]) > 0


def test_serving_needs_no_network(offline, index):
    env, record = offline
    command = [sys.executable, "app.py", "--index", str(index), "--port", "0"]
    server = subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        url = read_address(server)
        html = fetch(url + "/").decode()
        for path in sorted(set(re.findall(r'(?:src|href)="\.?/?((?:assets|static)/[^"]+)"', html))):
            assert fetch(f"{url}/{path}")
        answer = ask(url, html, "如何提高科技成果转化效率")
        assert "sr-card" in answer
        assert "成果转化" in re.sub(r"</?mark>", "", answer)
    finally:
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=30)
    assert server.returncode == 0, rest
    assert not record.exists(), record.read_text()


def read_address(server):
    said, deadline = "", time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if not select.select([server.stdout], [], [], 1)[0]:
            continue
        chunk = os.read(server.stdout.fileno(), 65536)
        said += chunk.decode(errors="replace")
        if found := re.search(r"http://127\.0\.0\.1:\d+", said):
            return found[0]
        if not chunk:
            break
    raise AssertionError(f"the page did not start:\n{said}")


def fetch(url, data=None):
    headers = {"content-type": "application/json", "accept-language": "zh-CN"}
    request = urllib.request.Request(url, data and json.dumps(data).encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=PATIENCE_S) as response:
        return response.read()


def ask(url, html, question):
    """Ask as the page's own script does: join the queue, then read the stream of events."""
    config = json.JSONDecoder().raw_decode(html.split("window.gradio_config = ", 1)[1])[0]
    box = next(c for c in config["components"] if c["props"].get("elem_id") == "sr-question")
    button = next(
        d for d in config["dependencies"] if [box["id"], "submit"] in map(list, d["targets"])
    )
    values = [question, None, None, [], [], [], 10]
    body = {
        "data": values, "fn_index": button["id"], "session_hash": "offline",
        "trigger_id": box["id"], "event_data": None,
    }  # fmt: skip
    fetch(url + "/gradio_api/queue/join", body)
    stream = fetch(url + "/gradio_api/queue/data?session_hash=offline").decode()
    events = [json.loads(line[5:]) for line in stream.splitlines() if line.startswith("data:")]
    done = next(event for event in events if event["msg"] == "process_completed")
    return done["output"]["data"][0]
