"""The demo library and its questions, for the answer benchmarks."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import yaml

from speechrag.config import load_settings
from speechrag.evaluate import Question, load_questions
from speechrag.index.tokens import fold_key
from speechrag.search.engine import Engine
from speechrag.search.library import build_library

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
DEV = ROOT / "tests" / "answer" / "unanswerable_dev.yaml"
TEST = ROOT / "tests" / "unanswerable.yaml"
HELD_OUT = ROOT / "tests" / "answer" / "unanswerable_held_out.yaml"
REFUSAL_DEV = ROOT / "tests" / "answer" / "refusal_dev.yaml"
REFUSAL_HELD_OUT = ROOT / "tests" / "answer" / "refusal_held_out.yaml"
QUESTIONS = ROOT / "tests" / "questions.yaml"
ANSWERABLE_DEV = ROOT / "tests" / "answer" / "answerable_dev.yaml"


def open_demo(folder: str | None = None) -> Engine:
    """The demo library with the encoder of the settings, built in a folder that is kept or not."""
    settings = load_settings(ROOT / "speechrag.yaml")
    index = Path(folder or tempfile.mkdtemp()) / "index"
    settings = replace(settings, index=index, seeds=ROOT / "seeds")
    build_library([settings.seeds], settings)
    return Engine.open(settings)


def answerable(file: Path = QUESTIONS) -> list[Question]:
    """The questions with gold strings."""
    return load_questions(file)


def unanswerable(file: Path) -> list[str]:
    """Questions that the library does not answer."""
    return [str(entry["q"]) for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]


def described(file: Path) -> list[dict[str, object]]:
    """Questions with `q`, `kind` and whether the library `answered` them."""
    rows: list[dict[str, object]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return rows


def is_relevant(question: Question, text: str) -> bool:
    """Whether a text holds a gold string, both folded."""
    key = fold_key(text)
    return any(fold_key(gold) in key for gold in question.gold)


def describe(engine: Engine) -> str:
    """A line that says what was measured."""
    n_passages = engine.generation.store.n_passages
    name, digest = engine.encoder.name, engine.encoder.digest[:12]
    return f"Encoder `{name}` {digest}, {n_passages} passages of seeds/."
