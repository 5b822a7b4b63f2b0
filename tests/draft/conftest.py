"""A small library of the demo speeches, indexed once, with the shipped encoder and settings."""

from pathlib import Path

import pytest

from speechrag.config import load_settings
from speechrag.corpus.clean import parse_file
from speechrag.index.build import build_index
from speechrag.index.encoders import load_encoder
from speechrag.index.tokens import Tokenizer
from speechrag.search.engine import Engine

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory):
    settings = load_settings(ROOT / "speechrag.yaml", env={})
    folder = tmp_path_factory.mktemp("library") / "index"
    tokenizer = Tokenizer(settings.user_terms)
    encoder = load_encoder("builtin")
    build_index([ROOT / "seeds"], folder, encoder, tokenizer, parse=parse_file)
    return folder


@pytest.fixture(scope="session")
def library(index_dir):
    settings = load_settings(ROOT / "speechrag.yaml", env={}, overrides={"index": index_dir})
    return Engine.open(settings)
