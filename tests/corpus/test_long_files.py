"""Long files of one thing over and over are read in time that grows with their length.

What grows with its square would take hours for these, and be ended by the limit.
"""

from __future__ import annotations

import pytest
from accounts import parse, passages

N = 40_000


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "line",
    ["a b|c\n", "一、加强领导\n", "http://a.b/c ", "&amp;\n", "（一）抓落实；", "要，\n"],
    ids=["broken lines", "numbered lines", "addresses", "entities", "items", "commas"],
)
def test_every_character_of_a_long_monotonous_file_is_accounted_for(line: str) -> None:
    parsed = parse(line * N)  # asserts that every character is in one place, once
    assert sum(len(speech.text) for speech in parsed.speeches) > N


@pytest.mark.timeout(120)
def test_a_paragraph_of_half_a_million_characters_is_cut_within_the_bound() -> None:
    sentence = "各级各部门要提高认识，把这件事情办好。"
    (speech,) = parse(sentence * 25_000).speeches
    cut = passages(speech)
    assert "".join(cut) == sentence * 25_000
    assert {len(text) % len(sentence) for text in cut} == {0}
    assert max(len(text) for text in cut) <= 400
    assert min(len(text) for text in cut) >= 360
