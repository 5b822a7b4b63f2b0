"""Following folders: what is told, when, and what is waited for."""

import os
import threading
import time

import pytest
import watchfiles

from index_fakes import write_library, write_speech
from speechrag.index import watch as module
from speechrag.index.watch import SourceWatch, read_state


class Watching:
    """A watch in a thread; collects the state at each change that was told."""

    def __init__(self, sources, **given):
        self.told, self.without_events = [], []
        self.stopped = threading.Event()
        given = {"settle_s": 0.2, "scan_s": 60} | given
        self.watch = SourceWatch(
            sources, read_state(sources), self.stopped, self.without_events.append, **given
        )
        self._sources = sources
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        for _change in self.watch.changes():
            self.told.append(sorted(read_state(self._sources)))

    def wait_for(self, n_told):
        deadline = time.monotonic() + 60
        while len(self.told) < n_told and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.told) == n_told

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stopped.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def folder(tmp_path):
    write_library(tmp_path / "s", 2)
    return tmp_path / "s"


BOTH = ["speech000.txt", "speech001.txt"]


def test_new_changed_renamed_and_deleted_files_are_told_each(folder):
    with Watching([folder]) as watching:
        (folder / "下级").mkdir()
        write_speech(folder / "下级" / "新.txt", 2, 9)
        watching.wait_for(1)
        write_speech(folder / "speech000.txt", 9, 77)
        watching.wait_for(2)
        (folder / "speech000.txt").rename(folder / "改名.txt")
        watching.wait_for(3)
        (folder / "speech001.txt").unlink()
        watching.wait_for(4)
    assert watching.told == [
        [*BOTH, "下级/新.txt"],
        [*BOTH, "下级/新.txt"],
        ["speech001.txt", "下级/新.txt", "改名.txt"],
        ["下级/新.txt", "改名.txt"],
    ]
    assert watching.without_events == []


def test_a_file_is_waited_for_until_it_is_written(folder):
    with Watching([folder], settle_s=2.5) as watching, (folder / "长.txt").open("w") as file:
        for _piece in range(12):
            file.write("又写了一段。\n")
            file.flush()
            time.sleep(0.2)
            assert watching.told == []
        watching.wait_for(1)


def test_what_is_no_speech_is_not_told(folder):
    with Watching([folder], scan_s=0.5) as watching:
        (folder / "~$speech000.docx").write_bytes(b"x")
        (folder / ".隐藏.txt").write_text("不读", encoding="utf-8")
        stat = (folder / "speech000.txt").stat()
        os.utime(folder / "speech000.txt", ns=(stat.st_atime_ns + 10**9, stat.st_mtime_ns))
        time.sleep(2)
    assert watching.told == []


def test_a_change_before_the_watching_began_is_told(folder):
    sources = [folder]
    state = read_state(sources)
    (folder / "speech001.txt").unlink()
    watch = SourceWatch(sources, state, threading.Event(), print, settle_s=0.1)
    assert next(watch.changes()) is None


def test_a_share_without_events_is_looked_at_now_and_then(folder, monkeypatch):
    def silent(*_paths, **given):
        while not given["stop_event"].wait(given["rust_timeout"] / 1000):
            yield set()

    monkeypatch.setattr(module, "_TICK_MS", 50)
    monkeypatch.setattr(watchfiles, "watch", silent)
    with Watching([folder], scan_s=0.3) as watching:
        (folder / "speech001.txt").unlink()
        watching.wait_for(1)
    assert watching.told == [["speech000.txt"]]


def test_a_system_that_gives_no_events_is_told_once_and_looking_goes_on(folder, monkeypatch):
    def refuse(*_paths, **_given):
        raise OSError("no space left on device: inotify watches")
        yield

    monkeypatch.setattr(module, "_TICK_MS", 50)
    monkeypatch.setattr(watchfiles, "watch", refuse)
    with Watching([folder], scan_s=0.2) as watching:
        for number in range(3):
            write_speech(folder / f"新{number}.txt", 2, number)
            watching.wait_for(number + 1)
    assert watching.without_events == ["no space left on device: inotify watches"]


def test_a_folder_that_goes_and_comes_back_is_followed_on(folder):
    with Watching([folder], scan_s=0.5) as watching:
        folder.rename(folder.with_name("搬走"))
        watching.wait_for(1)
        folder.with_name("搬走").rename(folder)
        watching.wait_for(2)
        write_speech(folder / "新.txt", 2, 5)
        watching.wait_for(3)
    assert watching.told == [[], BOTH, [*BOTH, "新.txt"]]


def test_what_could_not_be_dealt_with_is_told_again_though_nothing_changed(folder):
    with Watching([folder], scan_s=0.3) as watching:
        watching.watch.tell_again()
        (folder / "speech001.txt").unlink()
        watching.wait_for(1)
        time.sleep(1)
        assert len(watching.told) == 1
        watching.watch.tell_again()
        watching.wait_for(2)


def test_a_single_file_given_as_source_is_followed_though_editors_replace_it(folder, tmp_path):
    with Watching([folder / "speech000.txt"]) as watching:
        write_speech(tmp_path / "草稿.txt", 9, 3)
        os.replace(tmp_path / "草稿.txt", folder / "speech000.txt")
        watching.wait_for(1)
        write_speech(folder / "旁边的.txt", 2, 4)
        time.sleep(1)
    assert watching.told == [["speech000.txt"]]
