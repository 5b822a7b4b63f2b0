"""Builds killed at any instant: what is served is the old generation or the new one, whole."""

import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path

import fault_children as children
import pytest

from index_fakes import write_library, write_speech
from speechrag.index.generation import open_current
from speechrag.index.live import BUILDING_PREFIX
from speechrag.index.upkeep import diagnose

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]
N_RANDOM_KILLS = int(os.environ.get("SPEECHRAG_FAULT_KILLS", "100"))


@pytest.fixture(scope="module")
def memory():
    """A folder in memory where there is one: what is tested is order, and fsync costs nothing."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


@pytest.fixture
def place(memory):
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def library(memory):
    """A folder as it is now, and the index of what it was: a file less, and one changed since.

    The index has as many generations as are kept, so that a build also deletes one.
    """
    folder = memory / "library"
    for n_files in (2, 3, 4):
        write_library(folder / "s", n_files)
        children.build(folder / "s", folder / "old")
    write_speech(folder / "s" / "speech001.txt", 7, 501)
    write_speech(folder / "s" / "new.txt", 5, 500)
    children.build(folder / "s", folder / "new")
    return folder


def texts_served(index_dir):
    generation = open_current(index_dir)
    assert generation.notices == ()
    store, tokenizer = generation.store, children.TOKENIZER
    texts = [store.text(row) for row in range(store.n_passages)]
    for row in (0, len(texts) - 1):
        terms = dict.fromkeys(tokenizer.tokenize(texts[row]), 1.0)
        assert row in generation.lexical.search(terms, 3)[1]
        assert row in generation.body.search(generation.body.vectors([row]), 3)[1]
    generation.close()
    return texts


def check_after_kill(library, index_dir, old, new):
    """Which generation is served; then the next build must bring the new one."""
    served = texts_served(index_dir)
    assert served in (old, new)
    assert {fault.name for fault in diagnose(index_dir)} <= {"leftovers"}
    children.build(library / "s", index_dir)
    assert texts_served(index_dir) == new
    assert not list(index_dir.glob(f"{BUILDING_PREFIX}*"))
    assert diagnose(index_dir) == []
    return "old" if served == old else "new"


def test_killed_at_each_file_operation(library, place):
    old, new = texts_served(library / "old"), texts_served(library / "new")
    assert old != new
    shutil.copytree(library / "old", place / "whole")
    code = children.run(children.build_until, library / "s", place / "whole", 0, place / "count")
    assert code == 0
    n_operations = int((place / "count").read_text())
    assert n_operations > 80
    outcomes = []
    for number in range(1, n_operations + 1):
        index_dir = place / f"at{number}"
        shutil.copytree(library / "old", index_dir)
        code = children.run(children.build_until, library / "s", index_dir, number)
        assert code == -signal.SIGKILL
        outcomes.append(check_after_kill(library, index_dir, old, new))
        shutil.rmtree(index_dir)
    # Old until CURRENT is renamed, new from then on, and never back.
    assert outcomes == sorted(outcomes, reverse=True)
    assert {"old", "new"} == set(outcomes)
    print(f"{n_operations} operations: {outcomes.count('old')} old, {outcomes.count('new')} new")


def test_killed_at_each_file_operation_of_the_first_build(library, place):
    new = texts_served(library / "new")
    for number in range(1, 400, 7):
        index_dir = place / f"at{number}"
        if children.run(children.build_until, library / "s", index_dir, number) == 0:
            break
        children.build(library / "s", index_dir)
        assert texts_served(index_dir) == new
    assert number > 80


def test_killed_at_random_instants(library, place):
    old, new = texts_served(library / "old"), texts_served(library / "new")
    chance = random.Random(6)
    durations = []
    for number in range(3):
        index_dir = place / f"whole{number}"
        shutil.copytree(library / "old", index_dir)
        began = time.monotonic()
        assert children.run(children.build_plainly, library / "s", index_dir) == 0
        durations.append(time.monotonic() - began)
    outcomes = []
    for number in range(N_RANDOM_KILLS):
        index_dir = place / f"at{number}"
        shutil.copytree(library / "old", index_dir)
        process = children.start(children.build_plainly, library / "s", index_dir)
        time.sleep(chance.uniform(0, max(durations)))
        process.kill()
        process.join()
        outcomes.append(check_after_kill(library, index_dir, old, new))
        shutil.rmtree(index_dir)
    print(f"{N_RANDOM_KILLS} kills: {outcomes.count('old')} old, {outcomes.count('new')} new")
