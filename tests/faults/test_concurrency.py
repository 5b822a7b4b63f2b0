"""Several builders at once, and readers while the index is rebuilt under them."""

import os
import threading
import time

import fault_children as children

from index_fakes import write_library
from speechrag.index.generation import open_current
from speechrag.index.live import read_current
from speechrag.index.upkeep import diagnose

SECONDS = float(os.environ.get("SPEECHRAG_FAULT_SECONDS", "4"))
N_READERS = 16


def test_of_several_builders_one_builds_and_the_others_are_told(tmp_path):
    write_library(tmp_path / "s", 6)
    for round_number in range(3):
        files = [tmp_path / f"outcome{round_number}{n}" for n in range(4)]
        processes = [
            children.start(children.build_or_be_refused, tmp_path / "s", tmp_path / "index", file)
            for file in files
        ]
        for process in processes:
            process.join()
        outcomes = [file.read_text(encoding="utf-8") for file in files]
        built = [outcome for outcome in outcomes if outcome.startswith("gen-")]
        refused = [outcome for outcome in outcomes if outcome.startswith("IndexLocked")]
        assert built
        assert len(built) + len(refused) == 4
        assert len(set(built)) == len(built)
        assert open_current(tmp_path / "index").store.n_passages == 36
        assert diagnose(tmp_path / "index") == []


def test_readers_never_fail_nor_mix_generations_while_it_is_rebuilt(tmp_path):
    folders = []
    for version in range(3):
        folder = tmp_path / f"版本{version}"
        write_library(folder, 3 + version, seed=version + 1)
        folders.append(folder)
    index_dir, stop_file = tmp_path / "index", tmp_path / "stop"
    children.build(folders[0], index_dir)
    expected = {}  # the texts of a version, by their number
    for version, folder in enumerate(folders):
        children.build(folder, tmp_path / f"alone{version}")
        store = open_current(tmp_path / f"alone{version}").store
        expected[store.n_passages] = {store.text(row) for row in range(store.n_passages)}
    assert len(expected) == 3
    builder = children.start(children.build_again_and_again, folders, index_dir, stop_file)
    failures, answers, names = [], [], set()
    deadline = time.monotonic() + SECONDS

    def read():
        try:
            generation = open_current(index_dir)
            while time.monotonic() < deadline:
                if read_current(index_dir) != generation.name:
                    generation = open_current(index_dir)
                names.add(generation.name)
                answers.append(answer(generation, expected))
        except Exception as error:  # noqa: BLE001 - collected and shown
            failures.append(repr(error))

    threads = [threading.Thread(target=read) for _ in range(N_READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stop_file.touch()
    builder.join()
    assert builder.exitcode == 0
    assert failures == []
    assert all(answers)
    assert len(names) >= 3
    print(f"{len(answers)} answers over {len(names)} generations, none failed or mixed")


def answer(generation, expected):
    """Search by words and by vector; whether every text is of this one version."""
    store = generation.store
    texts = expected[store.n_passages]
    _, by_words = generation.lexical.search({"推动": 1.0, "创新": 0.5}, 10)
    _, by_vector = generation.body.search(generation.body.vectors([0, 1]), 5)
    rows = {*by_words.tolist(), *by_vector.ravel().tolist()} - {-1}
    return bool(rows) and {store.text(row) for row in rows} <= texts
