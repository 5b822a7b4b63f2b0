"""Workers: a file that hangs, crashes or eats memory costs itself; results keep their order."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import workerjobs

from speechrag.corpus.read import SourceFile
from speechrag.corpus.worker import ParserPool, as_skipped, parse_file
from speechrag.errors import DamagedFile, SourceError
from speechrag.types import Skipped

# Python 3.12 warns of fork in a process with threads, which other tests may have left behind.
fork_is_fine = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX limits and signals")


def files(*names):
    return [SourceFile(Path(name), name) for name in names]


def run(names, **options):
    with ParserPool(2, **options) as pool:
        return list(pool.imap(workerjobs.obey, files(*names)))


@fork_is_fine
@pytest.mark.parametrize("start_method", ["spawn", "fork", "forkserver"])
def test_results_come_in_the_order_of_the_files(start_method):
    if start_method != "spawn" and os.name == "nt":
        pytest.skip("spawn is all there is")
    names = [f"{'slow' if n % 7 == 0 else 'ok'}-{n}" for n in range(40)]
    assert run(names, start_method=start_method) == names


def test_files_are_read(tmp_path):
    paths = []
    for n in range(5):
        path = tmp_path / f"{n}.txt"
        path.write_text(f"第{n}份讲话。", encoding="utf-8")
        paths.append(SourceFile(path, path.name))
    (tmp_path / "1.txt").write_bytes(b"")
    with ParserPool(2) as pool:
        results = list(pool.imap(workerjobs.read, paths))
    assert [r for r in results if isinstance(r, str)] == [f"第{n}份讲话。" for n in (0, 2, 3, 4)]
    assert results[1] == Skipped(
        "1.txt", "文件是空的", "请检查文件是否完整，或把它移出文件夹。"
    )  # fmt: skip


def test_the_parser_may_be_named_by_its_path():
    with ParserPool(1) as pool:
        assert list(pool.imap("workerjobs:obey", files("ok-1"))) == ["ok-1"]


@posix_only
def test_a_crash_costs_its_own_file_only():
    names = ["ok-0", "crash-1", "ok-2", "exit-3", "ok-4", "crash-5", "ok-6"]
    results = run(names)
    assert [r for r in results if isinstance(r, str)] == ["ok-0", "ok-2", "ok-4", "ok-6"]
    assert [r.file for r in results if isinstance(r, Skipped)] == ["crash-1", "exit-3", "crash-5"]
    assert "意外退出（代码 -11）" in results[1].reason
    assert results[1].hint


@posix_only
def test_crashes_in_quick_succession_are_each_seen_at_once():
    """A pool that learns of a crash through a shared queue misses some, and waits in vain."""
    started = time.monotonic()
    results = run(["crash-1", "exit-2", "ok-3"] * 8)
    assert time.monotonic() - started < 50
    assert Counter(r if isinstance(r, str) else r.reason for r in results) == {
        "解析时进程意外退出（代码 -11）": 8,
        "解析时进程意外退出（代码 0）": 8,
        "ok-3": 8,
    }


@pytest.mark.parametrize("how", ["hang", "busy"])
def test_a_file_that_hangs_is_given_up(how):
    started = time.monotonic()
    results = run(["ok-0", f"{how}-1", "ok-2", "ok-3"], time_limit_s=1)
    assert time.monotonic() - started < 20
    assert [results[0], *results[2:]] == ["ok-0", "ok-2", "ok-3"]
    assert results[1].file == f"{how}-1"
    assert results[1].reason == "解析超过 1 秒，已放弃"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_AS holds on Linux only")
def test_a_file_that_eats_memory_is_stopped():
    results = run(["ok-0", "eat-1", "ok-2"], memory_limit_bytes=512 * 1024 * 1024)
    assert [results[0], results[2]] == ["ok-0", "ok-2"]
    assert results[1].reason == "解析所需的内存超过上限"


def test_bugs_refusals_and_odd_results_become_skipped():
    results = run(["bug-0", "refuse-1", "unpicklable-2", "ok-3"])
    assert results[0].reason == "解析时出错（KeyError: 'a bug'）"
    assert results[1] == Skipped("refuse-1", "坏了", "重新获取。")
    assert results[2].file == "unpicklable-2"
    assert results[3] == "ok-3"


def test_no_worker_starts_without_a_file():
    with ParserPool(2) as pool:
        assert list(pool.imap(workerjobs.obey, [])) == []
        assert pool.n_running == 0


@posix_only
def test_a_worker_that_died_while_idle_costs_no_file():
    with ParserPool(1) as pool:
        assert list(pool.imap(workerjobs.obey, files("ok-1"))) == ["ok-1"]
        (worker,) = pool._workers
        worker.process.kill()
        worker.process.join()
        assert list(pool.imap(workerjobs.obey, files("ok-2", "ok-3"))) == ["ok-2", "ok-3"]


@posix_only
@fork_is_fine
def test_workers_that_cannot_start_are_an_error(monkeypatch):
    monkeypatch.setattr("speechrag.corpus.worker._serve", os.abort)
    with ParserPool(1, start_method="fork") as pool, pytest.raises(SourceError):
        list(pool.imap(workerjobs.obey, files("ok-1")))


def test_once_it_is_stopped_no_more_results_come_though_a_file_hangs():
    asked = []

    def stopped():
        asked.append(time.monotonic())
        return asked[-1] - asked[0] > 1

    with ParserPool(1) as pool:
        assert list(pool.imap(workerjobs.obey, files("hang-1", "ok-2"), stopped)) == []
    assert len(asked) < 20


def test_a_pool_serves_again_and_leaving_early_leaves_no_process():
    with ParserPool(2) as pool:
        assert list(pool.imap(workerjobs.obey, files("ok-1"))) == ["ok-1"]
        results = pool.imap(workerjobs.obey, files("ok-2", "hang-3", "hang-4"))
        assert next(results) == "ok-2"
        started = time.monotonic()
    assert time.monotonic() - started < 10


@posix_only
def test_workers_leave_when_the_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import workerjobs\nfrom speechrag.corpus.read import SourceFile\n"
        "from speechrag.corpus.worker import ParserPool\n"
        "if __name__ == '__main__':\n"
        "    with ParserPool(1) as pool:\n"
        f"        file = SourceFile(Path({str(tmp_path / 'pid')!r}), 'x')\n"
        "        list(pool.imap(workerjobs.report_pid, [file]))\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)])
    pid = wait_for(lambda: int((tmp_path / "pid").read_text() or 0))
    parent.kill()
    parent.wait()
    assert wait_for(lambda: not is_running(pid))


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if result := condition():
                return result
        except (OSError, ValueError):
            pass
        time.sleep(0.05)
    return None


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True
    return state != "Z"


def test_in_this_process_too_nothing_but_a_result_or_a_skipped():
    assert parse_file(workerjobs.obey, *files("ok-1")) == "ok-1"
    assert parse_file("workerjobs:obey", *files("refuse-1")).reason == "坏了"


def test_the_reason_does_not_repeat_the_name():
    error = DamagedFile("a.docx：文档已损坏", "另存一份。")
    assert as_skipped(error, "a.docx") == Skipped("a.docx", "文档已损坏", "另存一份。")
