"""`speechrag index --watch` as a process of its own, from the first build to Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests_paths import REPO

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise there"),
]

SPEECH = "在全市{about}会议上的讲话\n\n（2024年3月5日）\n\n同志们：\n\n一、提高认识\n\n{text}\n"


class Watch:
    """The process, and what it has said so far."""

    def __init__(self, folder, index, *flags):
        command = [sys.executable, "-c", "from speechrag.cli.main import main; exit(main())"]
        command += ["index", str(folder), "--index", str(index), "--watch", *flags]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.out, self.err = [], []
        for stream, lines in ((self.process.stdout, self.out), (self.process.stderr, self.err)):
            threading.Thread(target=lambda s=stream, n=lines: n.extend(s), daemon=True).start()

    def wait_for(self, found):
        """Until `found` gives something, which is returned."""
        deadline = time.monotonic() + 90
        while not (value := found()):
            assert self.process.poll() is None, self.err
            assert time.monotonic() < deadline, (self.out, self.err)
            time.sleep(0.05)
        return value

    def builds(self):
        return [json.loads(line) for line in self.out]

    def end(self):
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        return code


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "讲话"
    folder.mkdir()
    write(folder / "2024-水利.txt", "水利", "要把水库大坝巡查抓在前面，汛期前全面排查一遍。")
    write(folder / "2024-教育.txt", "教育", "要办好人民满意的教育，让每个孩子就近入学。")
    return folder, tmp_path / "index"


def write(path, about, text):
    path.write_text(SPEECH.format(about=about, text=text), encoding="utf-8")


def said(index, *arguments):
    """What another process is told about the index meanwhile."""
    command = [sys.executable, "-c", "from speechrag.cli.main import main; exit(main())"]
    done = subprocess.run(
        [*command, *arguments, "--index", str(index), "--json"],
        capture_output=True, text=True, encoding="utf-8", check=True, cwd=REPO,
    )  # fmt: skip
    return json.loads(done.stdout)


def texts(index, question):
    return [hit["text"] for hit in said(index, "search", question)["hits"]]


def test_what_is_added_changed_renamed_and_deleted_is_found_or_gone(place):
    folder, index = place
    watch = Watch(folder, index, "--json")
    watch.wait_for(lambda: any("Ctrl-C" in line for line in watch.err))
    assert [build["generation"] for build in watch.builds()] == ["gen-000001"]

    write(folder / "2025-招商.txt", "招商", "要推行标准地出让，企业拿地当天就能开工。")
    watch.wait_for(lambda: len(watch.out) == 2)
    assert "拿地当天就能开工" in texts(index, "标准地出让")[0]
    assert watch.builds()[1]["reasons"] == ["1 个文件是新的：读取。"]
    assert watch.builds()[1]["done"]["files_read"] == 1

    write(folder / "2024-教育.txt", "教育", "要建好乡村寄宿制学校，冬天有暖气、洗澡有热水。")
    watch.wait_for(lambda: len(watch.out) == 3)
    assert "洗澡有热水" in texts(index, "乡村寄宿制学校")[0]
    assert not any("就近入学" in text for text in texts(index, "孩子就近入学"))

    (folder / "2024-水利.txt").rename(folder / "2024-防汛.txt")
    watch.wait_for(lambda: len(watch.out) == 4)
    sources = {hit["speech"]["source"] for hit in said(index, "search", "水库大坝")["hits"]}
    assert "2024-防汛.txt" in sources
    assert "2024-水利.txt" not in sources

    (folder / "2025-招商.txt").unlink()
    watch.wait_for(lambda: len(watch.out) == 5)
    status = said(index, "status")
    assert (status["generation"], status["n_files"], status["healthy"]) == ("gen-000005", 2, True)
    assert watch.end() == 0
    assert "已停止" in watch.err[-1] or "stopped" in watch.err[-1]


def test_a_rebuild_that_fails_is_reported_once_and_the_next_goes_well(place):
    folder, index = place
    watch = Watch(folder, index, "--lang", "en")
    watch.wait_for(lambda: any("Ctrl-C" in line for line in watch.err))
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    for path in folder.iterdir():
        path.unlink()
    watch.wait_for(lambda: any("not updated" in line for line in watch.err))
    assert said(index, "status")["generation"] == "gen-000001"
    for name, text in kept.items():
        (folder / name).write_text(text, encoding="utf-8")
    write(folder / "2025-招商.txt", "招商", "要推行标准地出让，企业拿地当天就能开工。")
    line = watch.wait_for(lambda: [line for line in watch.out if "gen-000002" in line])[0]
    assert "1 files are new: they are read." in line
    assert "3 files, " in line
    assert sum("not updated" in line for line in watch.err) == 1
    assert watch.end() == 0
