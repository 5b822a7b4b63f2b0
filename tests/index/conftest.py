"""Fixtures shared by the tests of the index."""

import pytest

from index_fakes import HashEncoder, parse_plain, write_library
from speechrag.index.build import build_index
from speechrag.index.tokens import Tokenizer


@pytest.fixture(scope="session")
def tokenizer():
    return Tokenizer(["成果转化"])


@pytest.fixture
def encoder():
    return HashEncoder()


@pytest.fixture
def sources(tmp_path):
    folder = tmp_path / "讲话"
    write_library(folder, 6, speakers=["甲市副市长 林知远", "甲市副市长 周知远", "许知远"])
    return folder


@pytest.fixture
def index_dir(tmp_path):
    return tmp_path / "index"


@pytest.fixture
def build(sources, index_dir, encoder, tokenizer):
    """Builds with the fakes; what is given by name replaces them."""

    def run(paths=None, **given):
        where = given.pop("index_dir", index_dir)
        with_encoder = given.pop("encoder", encoder)
        with_tokenizer = given.pop("tokenizer", tokenizer)
        given = {"parse": parse_plain} | given
        paths = [sources] if paths is None else paths
        return build_index(paths, where, with_encoder, with_tokenizer, **given)

    return run
