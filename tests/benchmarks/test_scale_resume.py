"""A run that was ended goes on where it was; what was made or measured is not done again."""

import argparse
import json

import pytest
from benchmarks.scale import __main__ as scale
from benchmarks.scale.machine import TookTooLong
from benchmarks.scale.peers import __main__ as peers
from benchmarks.scale.peers.bench import Allowance


@pytest.fixture
def ran(monkeypatch):
    """The steps that are run; `ran.end_at` names one at which the budget is used up."""

    class Ran(list):
        end_at = None

    ran = Ran()

    def run_step(step, folder, n_passages, options):
        if step == ran.end_at:
            raise TookTooLong(step)
        ran.append(step)
        for path in {"build": [folder.index / "CURRENT"], "encode": [folder.vectors]}.get(step, []):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return {"seconds": 1.0}

    monkeypatch.setattr(scale, "run_step", run_step)
    monkeypatch.setattr(scale, "measure_cold", lambda index: ran.append("cold") or {"median_s": 1})
    monkeypatch.setattr(scale, "measure_index", lambda index: {"total": 1.0})
    return ran


@pytest.fixture
def measure(tmp_path):
    options = argparse.Namespace(work=tmp_path, seed=1, steps=scale.ORDER, until=None)

    def run(kept):
        saved = []
        scale.measure_size(1_000, options, kept, lambda: saved.append(json.dumps(kept)))
        return saved

    return run


def test_the_steps_come_in_the_order_of_need(ran, measure):
    saved = measure({})
    assert ran == [
        "generate", "encode", "build", "serve", "floors", "cold",
        "unchanged", "changed", "tokenize", "read",
    ]  # fmt: skip
    assert len(saved) == len(ran)  # each is saved when it is done


def test_a_run_goes_on_at_the_step_it_was_ended_at(ran, measure):
    kept = {}
    ran.end_at = "floors"
    with pytest.raises(TookTooLong):
        measure(kept)
    assert ran == ["generate", "encode", "build", "serve"]
    ran.clear()
    ran.end_at = None
    measure(kept)
    assert ran == ["floors", "cold", "unchanged", "changed", "tokenize", "read"]


def test_a_library_is_made_once_whatever_is_measured_again(ran, measure):
    measure({})
    ran.clear()
    measure({})
    assert ran[:2] == ["encode", "build"]


def test_what_rests_on_an_index_that_is_gone_is_measured_again(ran, measure, tmp_path):
    kept = {}
    measure(kept)
    (tmp_path / "1000-1" / "index" / "CURRENT").unlink()
    ran.clear()
    measure(kept)
    assert ran == ["build", "serve", "floors", "cold", "unchanged", "changed"]


def test_figures_of_another_source_are_not_gone_on_with(tmp_path):
    file = tmp_path / "peers.json"
    file.write_text(json.dumps({"version": "abc", "sizes": {"0": {"txtai": {"build": 1}}}}))
    assert peers.read_results(file, "abc", again=False)["sizes"] == {"0": {"txtai": {"build": 1}}}
    assert peers.read_results(file, "abd", again=False) == {"version": "abd", "sizes": {}}
    assert peers.read_results(file, "abc", again=True)["sizes"] == {}


def test_an_allowance_is_used_up_and_never_negative():
    assert 59 < Allowance(60).left_s <= 60
    assert Allowance(-1).left_s == 0
