"""Sixteen threads ask the library, as a server does, while it is rebuilt without pause."""

import itertools
import os
import threading
import time
from collections import Counter

import fault_children as children
import pytest

from speechrag.config import Settings
from speechrag.index.upkeep import diagnose
from speechrag.search.library import LiveLibrary

SECONDS = float(os.environ.get("SPEECHRAG_FAULT_SECONDS", "60"))
N_READERS = 16
N_VERSIONS = 3
QUESTIONS = ("怎样推动成果转化", "人才引进 待遇", "how to improve the business environment", "防汛")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(SECONDS + 300)]


def marker(version):
    return f"第{'甲乙丙'[version]}版"


def write_version(folder, version):
    """Six files; every passage says which version it is of, and so do the titles."""
    folder.mkdir()
    topics = ("成果转化", "人才引进", "营商环境", "防汛抗旱", "乡村振兴", "安全生产")
    for number, topic in enumerate(topics[version:] + topics[:version]):
        lines = [f"在{topic}推进会上的讲话({marker(version)})", ""]
        for place in range(4 + version):
            lines += [
                f"{'一二三四五六'[place]}、{marker(version)}的第{place}条",
                f"{marker(version)}：要把{topic}抓实抓细，完善第{place}项机制，落实责任，兑现待遇。",
            ]
        (folder / f"讲话{number}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def markers_in(result):
    """The versions that an answer speaks of: in passages, titles and headings."""
    found = set()
    for hit in result.hits:
        shown = [hit.speech.title, *hit.passage.section_path]
        shown.append(hit.speech.text[hit.passage.start : hit.passage.end])
        for text in shown:
            found |= {version for version in range(N_VERSIONS) if marker(version) in text}
            assert any(marker(version) in text for version in range(N_VERSIONS)), text
    return found


def test_no_request_fails_and_every_answer_is_of_one_generation(tmp_path):
    folders = [tmp_path / f"版本{version}" for version in range(N_VERSIONS)]
    for version, folder in enumerate(folders):
        write_version(folder, version)
    settings, stop_file = Settings(index=tmp_path / "index"), tmp_path / "stop"
    assert children.run(children.build_library_once, folders[0], settings.index) == 0
    library = LiveLibrary(settings)
    library.engine()
    builder = children.start(
        children.build_library_again_and_again, folders, settings.index, stop_file
    )
    failures, mixed, answered = [], [], Counter()
    deadline = time.monotonic() + SECONDS

    def ask():
        try:
            for question in itertools.cycle(QUESTIONS):
                if time.monotonic() > deadline:
                    return
                engine = library.engine()
                found = markers_in(engine.search(question))
                answered[engine.generation.name] += 1
                if len(found) != 1:
                    mixed.append((engine.generation.name, question, found))
        except BaseException as error:  # noqa: BLE001 - collected and shown
            failures.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(N_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop_file.touch()
    builder.join()
    assert builder.exitcode == 0
    assert failures == []
    assert mixed == []
    assert len(answered) >= 3
    assert diagnose(settings.index) == []
    print(f"{answered.total()} answers over {len(answered)} generations in {SECONDS:.0f} s")


def test_the_check_above_would_see_a_mixture():
    class Hit:
        def __init__(self, version):
            self.speech = type("S", (), {"title": marker(version), "text": marker(version)})
            self.passage = type("P", (), {"section_path": (), "start": 0, "end": 9})

    assert markers_in(type("R", (), {"hits": [Hit(0), Hit(2)]})) == {0, 2}
