"""The curves' training: what is fitted is what is used, and answers are hidden as they are told."""

import random

import numpy as np
from training.corpus import Document
from training.kernel_material import hide_answers, read_material
from training.train_kernels import (
    SIGNALS,
    Asked,
    Fitted,
    curves_of,
    fit,
    minimize_listwise,
    reciprocal_ranks,
    steps_of,
)
from training.written import HERE, read_questions

from speechrag.search.kernels import CURVES, KNOTS, kernel_scores
from speechrag.search.rescore import MODEL


def some_pools(rng, n):
    pools = rng.random((n, len(CURVES), len(KNOTS))).astype(np.float32)
    return pools / pools.sum(axis=2, keepdims=True)


def test_steps_and_rises_are_the_curves_that_are_used():
    pools = some_pools(np.random.default_rng(0), 7)
    rises = np.concatenate([np.diff(values) for values in CURVES.values()])
    np.testing.assert_allclose(steps_of(pools) @ rises, kernel_scores(pools), rtol=1e-4)


def test_curves_are_the_rises_added_up():
    rises = np.concatenate([[1.0] * (len(KNOTS) - 1), [0.0] * (len(KNOTS) - 2), [0.5]])
    nothing = np.zeros(0)
    assert curves_of(Fitted(rises, nothing, nothing, nothing)) == {
        "passage": [0, 1, 2, 3, 4, 5, 6, 7, 8],
        "sentence": [0, 0, 0, 0, 0, 0, 0, 0, 0.5],
    }


def some_questions(rng, n=60):
    """The right one of ten has the better match; one signal helps, the others are chance."""
    asked = []
    for _ in range(n):
        pools = np.zeros((10, len(CURVES), len(KNOTS)))
        right = np.arange(10) == rng.integers(10)
        pools[np.arange(10), 0, np.where(right, 5, 2)] = 1
        pools[:, 1, 4] = 1
        signals = rng.normal(size=(10, len(SIGNALS)))
        signals[:, 0] += right
        asked.append(Asked(0, "everyday", steps_of(pools), signals, right))
    return asked


def test_the_fit_finds_what_tells_right_from_wrong():
    asked = some_questions(np.random.default_rng(1))
    model = fit(asked)
    assert reciprocal_ranks(model, asked).mean() == 1.0
    assert reciprocal_ranks(fit(asked, curves=False), asked).mean() < 0.9
    assert (model.rises >= 0).all()
    curves = curves_of(model)
    assert curves["passage"][5] - curves["passage"][2] > 2
    assert curves["sentence"] == [0.0] * len(KNOTS)
    assert model.weights[0] > 3 * np.abs(model.weights[1:]).max()


def test_a_curve_that_would_fall_stays_level():
    """Where the right one matches worse, the best that a rising curve can do is nothing."""
    asked = some_questions(np.random.default_rng(2))
    turned = [Asked(0, one.kind, one.steps, one.signals, ~one.right) for one in asked]
    np.testing.assert_allclose(fit(turned).rises, 0, atol=1e-6)


def test_the_listwise_loss_is_at_its_least():
    """One list of two, one signal: the best weight makes ridge and gain balance."""
    rows = np.array([[1.0], [0.0]])
    right = np.array([True, False])
    (weight,) = minimize_listwise(rows, right, np.array([2]), np.array([1.0]), 0)
    # The derivative: weight - (1 - 1 / (1 + exp(-weight))) = 0.
    assert abs(weight - (1 - 1 / (1 + np.exp(-weight)))) < 1e-4


class Lengths:
    """An encoder that knows nothing but how long a text is."""

    def encode_passages(self, texts):
        angles = np.array([len(text) for text in texts]) / 200
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_each_answer_stands_once_between_two_sentences():
    sentence = "这一句不长也不短，正好说一件小事。"
    articles = [
        Document("political", f"第{n}篇", "", tuple(sentence * m for m in (3, 4, 5)))
        for n in range(4)
    ]
    answers = [f"第{n}个答案在这里，别处没有。" for n in range(6)]
    texts = hide_answers(articles, answers, Lengths(), random.Random(3))
    again = hide_answers(articles, answers, Lengths(), random.Random(3))
    assert texts == again
    paragraphs = [paragraph for text in texts for paragraph in text]
    for answer in answers:
        (holder,) = [paragraph for paragraph in paragraphs if answer in paragraph]
        before, after = holder.split(answer)
        assert len(before) % len(sentence) == 0
        assert len(after) % len(sentence) == 0
        assert (before + after).replace(sentence, "") == ""


def test_no_question_is_one_that_the_encoder_was_trained_on():
    seen = {row.question for row in read_questions(HERE / "questions.tsv")}
    rows = read_material()
    assert len(rows) > 4000
    assert not seen & {row.question for row in rows}


def test_signals_leave_out_what_the_material_does_not_tell():
    names = [list(MODEL)[at] for at in SIGNALS]
    assert names == [
        "score", "sentence", "sentence_words", "topic_words", "speech", "speech_topic", "context",
    ]  # fmt: skip
