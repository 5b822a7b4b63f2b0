"""The demo library, built once; and an OpenAI-compatible server that is not of this project."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from speechrag.config import load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    return replace(
        load_settings(ROOT / "speechrag.yaml", env={}),
        index=tmp_path_factory.mktemp("answers") / "index",
        seeds=ROOT / "seeds",
    )


@pytest.fixture(scope="session")
def engine(settings):
    from speechrag.search.engine import Engine
    from speechrag.search.library import build_library

    build_library([settings.seeds], settings)
    return Engine.open(settings)


@dataclass
class Server:
    """`transformers serve` on loopback, with models written when the tests run."""

    url: str
    process: subprocess.Popen
    models: dict[str, Path]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(log):
    port = free_port()
    command = [Path(sys.executable).parent / "transformers", "serve"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    process = subprocess.Popen(
        command, env={**os.environ, "HF_HUB_OFFLINE": "1"}, stdout=log, stderr=subprocess.STDOUT
    )
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return f"http://127.0.0.1:{port}/v1", process
    stop_server(process)
    raise AssertionError(f"transformers serve did not start; see {log.name}")


def stop_server(process):
    process.kill()
    process.wait(20)


SCRIPTS = {
    "good": "研究院到今年三月已经孵化企业58家[1]。其中有90家上了市[1]。",
    "uncited": "今天天气很好,大家一起去公园玩吧。",
    "whole": "提高科研人员转化科技成果的积极性，资金方面怎么办？",
    "refusing": "所给段落没有回答这个问题。",
}


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    from answer.scripted_model import write_model

    folder = tmp_path_factory.mktemp("models")
    models = {name: write_model(folder / name, text) for name, text in SCRIPTS.items()}
    models["endless"] = write_model(folder / "endless", "一二三四五六七八九十", ends=False)
    with (folder / "server.log").open("w", encoding="utf-8") as log:
        url, process = start_server(log)
        yield Server(url, process, models)
        stop_server(process)
