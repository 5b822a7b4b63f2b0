"""The setting `recall`: on the command line's index, in the engine and in `status`."""

import json
from pathlib import Path

import pytest

from speechrag.cli.main import main
from speechrag.config import load_settings
from speechrag.errors import SettingsError
from speechrag.index import vectors
from speechrag.search.engine import Engine

REPO = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def large_index(tmp_path_factory):
    """The demo library, its vectors looked at quickly first, as those of a large library are."""
    folder = tmp_path_factory.mktemp("large") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "FLOAT16_MIN_ROWS", 100)
        patch.setattr(vectors, "QUICK_PASS_MIN_ROWS", 200)
        assert main(["index", str(REPO / "seeds"), "--index", str(folder)]) == 0
    return folder


def compared(description):
    return int(description.rpartition(" ")[2])


@pytest.fixture
def status_at(large_index, monkeypatch, capsys):
    def read(recall):
        monkeypatch.setenv("SPEECHRAG_RECALL", str(recall))
        assert main(["status", "--index", str(large_index), "--json"]) == 0
        return json.loads(capsys.readouterr().out)["store"]

    return read


@pytest.mark.parametrize("recall", [0.6, 0.9, 0.99])
def test_status_tells_the_recall_that_the_setting_reaches(status_at, recall):
    store = status_at(recall)
    assert recall <= store["recall_at_10"] <= 1
    less = status_at(0.5)
    assert compared(less["kind"]) <= compared(store["kind"])
    assert less["recall_at_10"] < status_at(0.99)["recall_at_10"]


def test_an_engine_searches_as_far_as_the_setting_says(large_index):
    def kind(recall):
        given = {"index": large_index, "recall": recall}
        return Engine.open(load_settings(env={}, overrides=given)).generation.body.description

    assert compared(kind(0.5)) < compared(kind(0.99))
    assert kind(1.0) == "float16"


@pytest.mark.parametrize("value", ["1.01", "0.2", "most"])
def test_what_is_no_recall_is_refused(value):
    with pytest.raises(SettingsError, match="SPEECHRAG_RECALL"):
        load_settings(env={"SPEECHRAG_RECALL": value})
    assert load_settings(env={"SPEECHRAG_RECALL": "0.95"}).recall == 0.95
