"""The gate, rule by rule, on passages of one's own."""

import numpy as np
import pytest

from speechrag.answer.cite import check_answer, find_problem, split_answer
from speechrag.answer.records import Problem
from speechrag.types import Hit, Passage, Speech

TEXT = "到今年三月,研究院已经孵化企业58家,“转不动、转不快”的问题正在解决,转化率提高到百分之三十。"
OTHER = "望川区的徐老师在山顶上教了三十三年。"


def make_hit(text, rank, title="在全市科技成果转化推进会上的讲话", date="2023-04-26"):
    passage = Passage(f"s{rank}-0000", f"s{rank}", 0, len(text), ("一、认清大势",))
    speech = Speech(f"s{rank}", title, text, "a.txt", date=date, passages=(passage,))
    return Hit(passage, speech, rank, 0.5)


PASSAGES = (make_hit(TEXT, 1), make_hit(OTHER, 2, "教师节讲话", "2024-09-10"))


class Letters:
    """Texts as bags of characters."""

    name, digest, dim = "letters", "0", 512

    def encode_queries(self, texts):
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for char in text:
                vectors[row, ord(char) % self.dim] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    encode_passages = encode_queries


@pytest.mark.parametrize(
    ("sentence", "citations", "problem"),
    [
        ("研究院孵化企业58家。", (1,), None),
        ("研究院孵化企业五十八家。", (1,), None),
        ("转化率提高到30%。", (1,), None),
        ("2023年研究院孵化企业58家。", (1,), None),  # the speech's own date vouches for the year
        ("研究院孵化企业58家。", (), Problem.UNCITED.value),
        ("研究院孵化企业58家。", (3,), f"{Problem.UNKNOWN_PASSAGE}:[3]"),
        ("研究院孵化企业58家。", (0,), f"{Problem.UNKNOWN_PASSAGE}:[0]"),
        ("研究院孵化企业85家。", (1,), f"{Problem.NUMBER}:85"),
        ("转化率是30。", (1,), f"{Problem.NUMBER}:30"),  # a share is not a number
        ("研究院孵化企业58家。", (2,), f"{Problem.NUMBER}:58"),
        ("“转不动、转不快”正在解决。", (1,), None),
        ("“转不动,转不快”正在解决。", (1,), f"{Problem.QUOTE}:转不动,转不快"),
        ("望川区孵化了企业。", (1,), f"{Problem.NAME}:望川区"),
        ("望川区的徐老师教了三十三年。", (2,), None),
        ("《国富论》说到孵化。", (1,), f"{Problem.NAME}:国富论"),
        ("DAN 孵化了企业。", (1,), f"{Problem.NAME}:DAN"),
    ],
)
def test_each_rule_has_its_problem(sentence, citations, problem):
    assert find_problem(sentence, citations, PASSAGES, 0.9) == problem


def test_a_sentence_that_its_passage_does_not_support_is_marked():
    assert find_problem("研究院孵化企业。", (1,), PASSAGES, 0.01) == f"{Problem.SUPPORT}:0.01"


def test_marks_are_read_in_all_their_forms():
    text = "甲[1]。乙【2】。丙。[1][2]\n1. 丁[1, 3]。\n- **戊**［4］。"
    assert split_answer(text) == [
        ("甲。", (1,)), ("乙。", (2,)), ("丙。", (1, 2)), ("丁。", (1, 3)), ("戊。", (4,)),
    ]  # fmt: skip


def test_what_fails_is_marked_in_place_and_not_hidden():
    text = "研究院已经孵化企业58家[1]。徐老师教了四十年[2]。这很好。"
    sentences = check_answer(text, PASSAGES, Letters())
    assert [s.text for s in sentences] == [
        "研究院已经孵化企业58家。",
        "徐老师教了四十年。",
        "这很好。",
    ]
    assert [s.checked for s in sentences] == [True, False, False]
    assert sentences[1].problem == f"{Problem.NUMBER}:四十"
    assert sentences[2].problem == Problem.UNCITED.value
    assert sentences[0].support > 0.4
    assert sentences[2].support is None


def test_nothing_to_check_gives_nothing():
    assert check_answer("", PASSAGES, Letters()) == ()
    assert check_answer("…… [1]", PASSAGES, Letters()) == ()
