import numpy as np
import pytest
from labelled import measure_pairs, precision_and_recall, read_pairs

from speechrag.draft.evidence import Calibration, sentence_spans
from speechrag.draft.labels import DEFAULT, choose_label
from speechrag.draft.records import Evidence, Label
from speechrag.index.encoders import load_encoder

# What the held-out half reached when the thresholds were fitted, less about two pairs.
FLOORS = {
    Label.VERBATIM: (0.80, 0.80),
    Label.REWORDED: (0.80, 0.75),
    Label.SAME_MEANING: (0.60, 0.50),
    Label.SAME_TOPIC: (0.45, 0.25),
    Label.UNPRECEDENTED: (0.50, 0.75),
}


@pytest.fixture(scope="module")
def held_out():
    pairs = [pair for pair in read_pairs() if pair.is_held_out]
    return measure_pairs(pairs, load_encoder("builtin"))


def test_there_are_enough_pairs_of_each_label():
    pairs = read_pairs()
    assert len(pairs) >= 200
    for label in Label:
        assert sum(pair.label is label for pair in pairs) >= 40


def test_no_passage_is_in_both_halves():
    pairs = read_pairs()
    fitted = {p.passage for p in pairs if not p.is_held_out}
    assert fitted.isdisjoint({p.passage for p in pairs if p.is_held_out})


@pytest.mark.parametrize("label", list(Label))
def test_precision_and_recall_on_the_held_out_half(held_out, label, capsys):
    precision, recall, n = precision_and_recall(held_out, DEFAULT)[label]
    with capsys.disabled():
        print(f"\n  {label.value} n {n} precision {precision:.2f} recall {recall:.2f} ", end="")
    assert precision >= FLOORS[label][0]
    assert recall >= FLOORS[label][1]


def test_no_unrelated_pair_is_called_a_copy(held_out):
    told = [(label, choose_label(evidence)) for label, evidence in held_out]
    assert (Label.UNPRECEDENTED, Label.VERBATIM) not in told
    assert (Label.SAME_TOPIC, Label.VERBATIM) not in told


@pytest.mark.parametrize(
    ("evidence", "label"),
    [
        (Evidence(longest_run=16), Label.VERBATIM),
        (Evidence(longest_run=15), Label.UNPRECEDENTED),
        (Evidence(longest_run=10, verbatim_share=0.6), Label.VERBATIM),
        (Evidence(longest_run=9, verbatim_share=0.9), Label.UNPRECEDENTED),
        (Evidence(longest_run=13, copied_sentence=13), Label.VERBATIM),
        (Evidence(sentence_overlap=0.35), Label.REWORDED),
        (Evidence(cosine=4.5), Label.SAME_MEANING),
        (Evidence(cosine=2.0), Label.SAME_TOPIC),
        (Evidence(cosine=1.9), Label.UNPRECEDENTED),
        (Evidence(cosine=1.9, context=-9.0), Label.UNPRECEDENTED),
        (Evidence(cosine=1.9, context=0.5), Label.SAME_TOPIC),
    ],
)
def test_where_one_label_ends_and_the_next_begins(evidence, label):
    assert choose_label(evidence) is label


def test_calibration_counts_deviations_above_the_median():

    calibration = Calibration.of_cosines(np.array([0.1, 0.2, 0.3, 0.2, 0.2], dtype=np.float32))
    assert calibration.mean == pytest.approx(0.2)
    assert calibration.of(0.2) == pytest.approx(0.0, abs=1e-4)
    wide = Calibration(0.1, 0.05)
    assert wide.of(0.25) == pytest.approx(3.0)


def test_calibration_allows_for_the_size_of_the_library():
    class Store:
        def __init__(self, n):
            self.n_vectors = n

        def vectors(self, rows):
            rng = np.random.default_rng(1)
            made = rng.normal(size=(400, 64)).astype(np.float32)[: len(rows)]
            return made / np.linalg.norm(made, axis=1, keepdims=True)

    small, large = Calibration.of_store(Store(400)), Calibration.of_store(Store(100_000))
    excess = np.sqrt(2 * np.log(100_000)) - np.sqrt(2 * np.log(400))
    assert small.of(0.5) - large.of(0.5) == pytest.approx(excess)


def test_sentences_keep_their_closing_marks():
    text = "他说：“好。”大家鼓掌！散会"
    assert [text[a:b] for a, b in sentence_spans(text)] == ["他说：“好。”", "大家鼓掌！", "散会"]
