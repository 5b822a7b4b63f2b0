"""One writer at a time."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from speechrag.errors import IndexError_, IndexLocked
from speechrag.index.lock import LOCK_FILE, OWNER_FILE, write_lock

HOLDER = """
import sys, time
from pathlib import Path
from speechrag.index.lock import write_lock
with write_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_writer_is_refused_and_told_by_whom_and_since_when(tmp_path, holder):
    with pytest.raises(IndexLocked, match=rf"进程 {holder.pid}.*已 \d+ 秒"), write_lock(tmp_path):
        pass


def test_a_dead_owners_lock_is_taken_over(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert (tmp_path / OWNER_FILE).exists()  # it had no time to tidy up
    with write_lock(tmp_path):
        assert json.loads((tmp_path / OWNER_FILE).read_text())["pid"] == os.getpid()
    assert not (tmp_path / OWNER_FILE).exists()


def test_two_writers_in_one_process_exclude_each_other(tmp_path):
    with write_lock(tmp_path), pytest.raises(IndexLocked), write_lock(tmp_path):
        pass
    with write_lock(tmp_path):
        pass


def test_a_garbled_owner_file_is_no_obstacle(tmp_path):
    with write_lock(tmp_path):
        (tmp_path / OWNER_FILE).write_text("{", encoding="utf-8")
        with pytest.raises(IndexLocked, match="另一个进程"), write_lock(tmp_path):
            pass


def test_the_lock_is_let_go_when_the_work_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), write_lock(tmp_path):
        raise ZeroDivisionError
    started = time.monotonic()
    with write_lock(tmp_path):
        assert (tmp_path / LOCK_FILE).exists()
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("place", ["文件", "文件/索引"])
def test_a_file_in_the_folders_place_is_named(tmp_path, place):
    (tmp_path / "文件").write_text("讲话", encoding="utf-8")
    with pytest.raises(IndexError_, match="不能作索引目录：它或它的上级是一个文件") as refused:
        write_lock(tmp_path / place).__enter__()
    assert "--index" in refused.value.hint
    assert (tmp_path / "文件").read_text(encoding="utf-8") == "讲话"
