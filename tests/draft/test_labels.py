import numpy as np
import pytest
from labelled import HELD_OUT, measure_pairs, precision_and_recall, read_pairs

from speechrag.draft.background import Background
from speechrag.draft.candidates import WordFinder
from speechrag.draft.evidence import Calibration, sentence_spans
from speechrag.draft.labels import DEFAULT, choose_label
from speechrag.draft.records import Evidence, Label

# What the held-out speeches reached when the thresholds were fitted, less about two pairs.
FLOORS = {
    Label.VERBATIM: (0.90, 0.85),
    Label.REWORDED: (0.90, 0.90),
    Label.SAME_MEANING: (0.78, 0.65),
    Label.SAME_TOPIC: (0.48, 0.64),
    Label.UNPRECEDENTED: (0.86, 0.82),
}


@pytest.fixture(scope="module")
def held_out(library):
    return measure_pairs([pair for pair in read_pairs() if pair.is_held_out], library)


def test_there_are_enough_pairs_of_each_label():
    pairs = read_pairs()
    assert len(pairs) >= 400
    for label in Label:
        assert sum(pair.label is label for pair in pairs) >= 60


def test_no_speech_is_in_both_halves():
    pairs = read_pairs()
    fitted = {p.passage for p in pairs if not p.is_held_out}
    assert fitted.isdisjoint({p.passage for p in pairs if p.is_held_out})
    for title in HELD_OUT:
        labels = {p.label for p in pairs if p.context.startswith(title)}
        assert len(labels) >= 4, title


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
        (Evidence(cosine=6.4), Label.SAME_MEANING),
        (Evidence(cosine=2.0, coverage=0.2), Label.SAME_MEANING),
        (Evidence(cosine=1.3), Label.SAME_TOPIC),
        (Evidence(cosine=1.0, surroundings=0.5), Label.SAME_TOPIC),
        (Evidence(cosine=2.0, surroundings=-1.0), Label.UNPRECEDENTED),
        (Evidence(cosine=1.2), Label.UNPRECEDENTED),
    ],
)
def test_where_one_label_ends_and_the_next_begins(evidence, label):
    assert choose_label(evidence) is label


def test_one_chosen_among_many_needs_more_to_be_a_precedent():
    assert choose_label(Evidence(cosine=4.2), among_many=True) is Label.UNPRECEDENTED
    assert choose_label(Evidence(cosine=4.3), among_many=True) is Label.SAME_TOPIC
    assert choose_label(Evidence(longest_run=16), among_many=True) is Label.VERBATIM


def test_coverage_counts_the_words_of_passage_headings_and_title_by_rarity(library):
    words = WordFinder(library)
    store = library.generation.store
    row = next(r for r in range(store.n_passages) if "廖阿婆" in store.text(r))
    rows = np.array([row, row + 1])
    assert words.coverage("廖阿婆", rows).tolist() == [1.0, 0.0]
    assert words.coverage("作风建设", rows).min() > 0.5  # in the title, above both
    here, _ = words.coverage("廖阿婆 麒麟", rows).tolist()
    idf = library.generation.lexical.idf
    wanted = sum(map(idf, library.tokenizer.tokenize("廖阿婆")))
    lacking = sum(map(idf, library.tokenizer.tokenize("麒麟")))
    assert here == pytest.approx(wanted / (wanted + lacking), rel=1e-5)


def test_surroundings_are_the_mean_of_the_passages_around_within_the_speech(library):
    background = Background(library, WordFinder(library))
    store, body = library.generation.store, library.generation.body
    rows = np.array([0, 1, store.n_passages - 1])
    for row, found in zip(rows.tolist(), background.around(rows), strict=True):
        low, high = max(0, row - 4), min(store.n_passages, row + 5)
        own = store.speech_number(row)
        near = [r for r in range(low, high) if store.speech_number(r) == own]
        mean = body.vectors(np.array(near)).sum(axis=0)
        assert found == pytest.approx(mean / np.linalg.norm(mean), abs=1e-5)


def test_calibration_counts_deviations_above_the_median():

    calibration = Calibration.of_cosines(np.array([0.1, 0.2, 0.3, 0.2, 0.2], dtype=np.float32))
    assert calibration.mean == pytest.approx(0.2)
    assert calibration.of(np.float32(0.2)) == pytest.approx(0.0, abs=1e-4)
    wide = Calibration(0.1, 0.05)
    assert wide.of(np.array([0.25, 0.1])) == pytest.approx([3.0, 0.0], abs=1e-5)


def test_thresholds_rise_with_the_size_of_the_library():
    same, large = DEFAULT.for_library(200), DEFAULT.for_library(100_000)
    excess = np.sqrt(2 * np.log(100_000)) - np.sqrt(2 * np.log(227))
    assert same == DEFAULT
    assert large.meaning - DEFAULT.meaning == pytest.approx(DEFAULT.growth * excess)
    assert large.topic - DEFAULT.topic == pytest.approx(DEFAULT.growth * excess)
    assert large.precedent - DEFAULT.precedent == pytest.approx(DEFAULT.growth * excess)
    assert (large.run, large.overlap) == (DEFAULT.run, DEFAULT.overlap)


def test_sentences_keep_their_closing_marks():
    text = "他说：“好。”大家鼓掌！散会"
    assert [text[a:b] for a, b in sentence_spans(text)] == ["他说：“好。”", "大家鼓掌！", "散会"]
