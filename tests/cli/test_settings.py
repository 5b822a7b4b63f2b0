"""Settings of the wrong shape are refused with their name, not bent into something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechrag.config import load_settings
from speechrag.errors import SettingsError


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("k: [1]", "整数"),
        ("k: true", "整数"),
        ("k: 3.7", "整数"),
        ("k: .nan", "整数"),
        ("k: .inf", "整数"),
        ("llm_temperature: [0]", "数"),
        ("llm_temperature: true", "数"),
        ("index: [a]", "路径"),
        ("index: ''", "路径"),
        ("index:", "路径"),
        ('index: "a\\0b"', "路径"),
        ("host: {a: b}", "文字"),
        ("llm: 7", "真或假（true、false）"),
        ("user_terms: 5", "词语的列表"),
        ("user_terms: {a: b}", "词语的列表"),
    ],
)
def test_a_value_of_the_wrong_shape_is_named(tmp_path: Path, line: str, expected: str) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(file, env={})
    assert f"{file}:{line.split(':')[0]} 的值" in caught.value.message
    assert f"应是{expected}。" in caught.value.message
    assert caught.value.hint.startswith("例如 ")


def test_values_that_say_the_same_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("k: 3.0\nuser_terms: 甲、乙\nllm: 是\nllm_temperature: 1\nindex: 库\n", "utf-8")
    settings = load_settings(file, env={"SPEECHRAG_PORT": "8000"})
    assert (settings.k, settings.user_terms, settings.llm) == (3, ("甲", "乙"), True)
    assert (settings.llm_temperature, settings.index, settings.port) == (1.0, Path("库"), 8000)
