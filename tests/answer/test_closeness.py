"""How close texts come to the words of a question."""

import numpy as np
import pytest

from speechrag.answer.closeness import Closeness, Content, read_content


class Letters:
    """An encoder with one vector a letter."""

    dim = 2
    _ROWS = np.array([[2, 0], [0, 3], [3, 4], [-1, 0]], dtype=np.float32)

    def token_ids(self, texts):
        return [np.array(sorted({"abcd".index(c) for c in t}), dtype=np.int32) for t in texts]

    def token_rows(self, ids):
        return self._ROWS[ids]

    def token_names(self, ids):
        return ["abcd"[at] for at in ids]


CONTENT = Content(np.array([[1, 0], [0, 1]], np.float32), np.array([0.5, 0.5], np.float32))


@pytest.mark.parametrize(
    ("texts", "matches"),
    [
        (["a", "b", "c"], [[1, 0], [0, 1], [0.6, 0.8]]),
        (["bc", "", "d"], [[0.6, 1], [0, 0], [0, 0]]),
    ],
)
def test_each_word_has_its_best_cosine_in_each_text(texts, matches):
    np.testing.assert_allclose(Closeness(Letters(), CONTENT).match(texts), matches, atol=1e-6)


def test_without_texts_or_words_there_is_nothing_to_match():
    assert Closeness(Letters(), CONTENT).match([]).shape == (0, 2)
    nothing = Content(np.zeros((0, 2), np.float32), np.zeros(0, np.float32))
    assert Closeness(Letters(), nothing).match(["a"]).shape == (1, 0)


def test_the_words_that_only_ask_are_left_out(engine):
    content = read_content(engine.analyse("怎样治理污染"), engine.encoder)
    (ids,) = engine.encoder.token_ids(["治理污染"])
    rows = engine.encoder.token_rows(ids)
    lengths = np.linalg.norm(rows, axis=1)
    np.testing.assert_allclose(content.units, rows / lengths[:, None], atol=1e-6)
    np.testing.assert_allclose(content.weights, lengths / lengths.sum(), atol=1e-6)
