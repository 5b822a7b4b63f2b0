"""Labels as a person meets them: the closest of all passages of the library, not one given pair."""

import pytest
from labelled import read_pairs

from speechrag.draft.compare import Comparer
from speechrag.draft.reading import draft_from_text
from speechrag.draft.records import Label

N_FOREIGN = 26  # drafts on themes that the demo library lacks: libraries, sport, museums …


@pytest.fixture(scope="module")
def told(library):
    """Label of the pairs → the labels that their drafts get as paragraphs."""
    comparer = Comparer(library)
    pairs = read_pairs()
    unrelated = [pair.draft for pair in pairs if pair.label is Label.UNPRECEDENTED]
    drafts = {label: [p.draft for p in pairs if p.label is label] for label in list(Label)[:4]}
    drafts[Label.UNPRECEDENTED] = unrelated[-N_FOREIGN:]
    return {
        label: [comparer.compare(draft_from_text(text)).findings[0].label for text in texts]
        for label, texts in drafts.items()
    }


def share(labels, wanted):
    return sum(label in wanted for label in labels) / len(labels)


@pytest.mark.parametrize(
    ("label", "wanted", "least"),
    [
        (Label.VERBATIM, {Label.VERBATIM}, 0.9),
        (Label.REWORDED, {Label.VERBATIM, Label.REWORDED}, 0.9),
        (Label.SAME_MEANING, set(list(Label)[:4]), 0.9),
        (Label.SAME_TOPIC, set(list(Label)[:4]), 0.75),
        (Label.UNPRECEDENTED, {Label.UNPRECEDENTED}, 0.45),
    ],
)
def test_paragraphs_are_told_apart(told, label, wanted, least, capsys):
    found = share(told[label], wanted)
    with capsys.disabled():
        print(f"\n  {label.value} → {'/'.join(sorted(wanted))}: {found:.2f} ", end="")
    assert found >= least
