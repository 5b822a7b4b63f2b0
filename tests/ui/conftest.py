import pytest
from fake_library import FakeLibrary

from speechrag.config import Settings


@pytest.fixture
def seeds(tmp_path):
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


@pytest.fixture
def library(seeds):
    return FakeLibrary(seeds)


@pytest.fixture
def settings(seeds, tmp_path):
    return Settings(seeds=seeds, index=tmp_path / "index", port=0)
