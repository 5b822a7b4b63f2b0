"""Words of a question marked in a passage: as if the whole passage were tokenized."""

import random

import pytest

from index_fakes import parse_plain
from speechrag.index.tokens import Tokenizer
from speechrag.search.marks import Marks, find_matches
from tests_paths import REPO


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer(["成果转化", "AI大模型"])


def speech_of(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(f"# 题目\n{text}\n", encoding="utf-8")
    speech = parse_plain(path, "a.txt").speeches[0]
    return speech, speech.passages[0]


def marked(tokenizer, wanted, speech, passage):
    ranges = find_matches(tokenizer, wanted, speech, passage)
    return [speech.text[start:end] for start, end in ranges]


def by_tokenizing_all(tokenizer, wanted, speech, passage):
    text = speech.text[passage.start : passage.end]
    held = set()
    for token, start, end in tokenizer.tokenize_spans(text):
        if token in wanted:
            held |= set(range(passage.start + start, passage.start + end))
    return held


@pytest.mark.parametrize(
    ("text", "wanted", "found"),
    [
        ("发展产业，产业兴旺。", {"产业"}, ["产业", "产业"]),
        ("增长1,200亿元，下降１，２００户。", {"1200"}, ["1,200", "１，２００"]),
        ("many Cities grow，城市", {"city"}, ["Cities"]),
        ("推进科 技创新", {"科技"}, ["科 技"]),
        ("落實責任、健全機制", {"责任", "机制"}, ["責任", "機制"]),
        ("2025年，目标是增长", {"2025年"}, ["2025年"]),
        ("推广ＡＩ大模型应用", {"ai大模型"}, ["ＡＩ大模型"]),
        ("学生，活力", {"生活"}, []),
    ],
)
def test_a_word_is_marked_however_it_is_written(tmp_path, tokenizer, text, wanted, found):
    assert marked(tokenizer, wanted, *speech_of(tmp_path, text)) == found


def test_the_same_is_marked_as_when_all_is_tokenized(tmp_path, tokenizer):
    chosen = random.Random(5)
    lines = [
        line.strip()
        for path in sorted((REPO / "seeds").glob("*.txt"))[:8]
        for line in path.read_bytes().decode("utf-8", "replace").splitlines()
        if len(line.strip()) > 60
    ][:60]
    assert len(lines) > 20
    (tmp_path / "a.txt").write_text("# 题目\n" + "\n".join(lines), encoding="utf-8")
    speech = parse_plain(tmp_path / "a.txt", "a.txt").speeches[0]
    n_marked = 0
    for passage in speech.passages:
        tokens = tokenizer.tokenize(speech.text[passage.start : passage.end])
        wanted = set(chosen.sample(tokens, min(4, len(tokens))))
        ranges = find_matches(tokenizer, wanted, speech, passage)
        held = {at for start, end in ranges for at in range(start, end)}
        assert held == by_tokenizing_all(tokenizer, wanted, speech, passage)
        n_marked += len(held)
    assert n_marked > 300


def test_marks_are_found_when_looked_at_and_equal_what_is_found_at_once(tokenizer, tmp_path):
    speech, passage = speech_of(tmp_path, "推动成果转化，成果要转化。")
    calls = []

    class Counts:
        def tokenize_spans(self, text):
            calls.append(text)
            return tokenizer.tokenize_spans(text)

    marks = Marks(Counts(), {"成果转化", "成果"}, speech, passage)
    assert calls == []
    spans = find_matches(tokenizer, {"成果转化", "成果"}, speech, passage)
    assert [speech.text[a:b] for a, b in marks] == ["成果转化", "成果"]
    assert marks == spans
    assert spans == marks
    assert marks != spans[:1]
    assert (len(marks), marks[0], marks[1:]) == (2, spans[0], spans[1:])
    assert (repr(marks), hash(marks)) == (repr(spans), hash(spans))
    assert len(calls) == 1
