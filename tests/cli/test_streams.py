"""stdin in any encoding, stdout in UTF-8, a reader that goes away."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from speechrag.cli import streams

SPEECH = (
    "在全市人才工作会议上的讲话\n同志们：\n要完善人才政策，提高科技成果转化效率，落实资金。\n"
    "谢谢大家！\n"
)


class _Stdin:
    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def test_each_line_of_stdin_is_read_in_its_own_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"\n".join(["\ufeff人才".encode(), "资金".encode("gbk"), b"", b"\xff\xfe ok\r", b"end"])
    monkeypatch.setattr(sys, "stdin", _Stdin(raw))
    assert list(streams.read_lines()) == ["人才", "资金", "", "\ufffd\ufffd ok", "end"]


def test_a_draft_on_stdin_may_be_gbk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Stdin(SPEECH.encode("gb18030")))
    assert streams.read_text() == SPEECH
    monkeypatch.setattr(sys, "stdin", _Stdin(b""))
    assert streams.read_text() == ""


def test_an_argument_in_gbk_is_read_as_words() -> None:
    typed = "人才政策".encode("gbk").decode("utf-8", "surrogateescape")
    assert streams.as_text(typed) == "人才政策"
    assert streams.as_text("人才政策") == "人才政策"
    assert streams.as_text("a\ud83d") == "a?"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    (folder / "讲话.txt").write_text(SPEECH, encoding="utf-8")
    _run(folder, "index", "讲话.txt", "--index", "index")
    return folder


def _run(
    folder: Path, *arguments: str, given: bytes = b"", **env: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "speechrag", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        env=os.environ | env,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_json_is_utf8_whatever_the_terminal_claims(library: Path, encoding: str) -> None:
    done = _run(library, "search", "-", "--json", "--index", "index",
                given=b"\xff\xfe\n\n\xc8\xcb\xb2\xc5\n", PYTHONIOENCODING=encoding)  # fmt: skip
    bad, blank, gbk = done.stdout.decode("utf-8").splitlines()
    assert '"question": "\ufffd\ufffd"' in bad
    assert "问题是空的" in blank
    assert '"question": "人才"' in gbk
    assert "提高科技成果转化效率" in gbk
    assert (done.returncode, done.stderr) == (0, b"")


def test_text_for_people_keeps_to_the_terminals_encoding(library: Path) -> None:
    for encoding, wanted in (("gbk", "人才政策"), ("ascii", "????")):
        done = _run(library, "search", "人才", "--index", "index", PYTHONIOENCODING=encoding)
        assert wanted in done.stdout.decode(encoding)
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_goes_away_is_no_error(library: Path) -> None:
    search = f"{sys.executable} -m speechrag search 人才 --index index"
    command = f"{search} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=library, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_dates_the_wrong_way_round_are_refused(library: Path) -> None:
    done = _run(library, "search", "人才", "--index", "index", "--from", "2025", "--to", "2020-03")
    assert done.returncode == 2
    assert "起始日期 2025 晚于截止日期 2020-03" in done.stderr.decode()
    done = _run(library, "search", "人才", "--index", "index", "--from", "2025-06", "--to", "2025")
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
@pytest.mark.parametrize("extra", ["", " --json"])
def test_a_full_disk_under_stdout_is_named(library: Path, extra: str) -> None:
    command = f"{sys.executable} -m speechrag search 人才 --index index{extra} > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=library, capture_output=True, check=False)
    assert done.returncode == 2
    first, second = done.stderr.decode().splitlines()
    assert (first, second[:4]) == ("不能继续：输出：No space left on device", "解决办法")


@pytest.mark.parametrize(
    ("redirect", "code"), [(">&-", 0), ("--json >&-", 0), ("<&-", 0), (">&- 2>&-", 0)]
)
def test_a_closed_stream_is_no_traceback(library: Path, redirect: str, code: int) -> None:
    command = f"{sys.executable} -m speechrag search 人才 --index index {redirect}"
    done = subprocess.run(["bash", "-c", command], cwd=library, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (code, b"")


def test_no_questions_on_a_closed_stdin(library: Path) -> None:
    command = f"{sys.executable} -m speechrag search - --json --index index <&-"
    done = subprocess.run(["bash", "-c", command], cwd=library, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
