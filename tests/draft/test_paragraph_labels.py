"""Labels as a person meets them: the closest of all passages of the library, not one given pair."""

import pytest
from labelled import read_pairs, read_paragraphs

from speechrag.draft.compare import Comparer
from speechrag.draft.reading import draft_from_text
from speechrag.draft.records import Label


@pytest.fixture(scope="module")
def tell(library):
    comparer = Comparer(library)

    def tell(texts):
        return [comparer.compare(draft_from_text(text)).findings[0].label for text in texts]

    return tell


def share(labels, wanted):
    return sum(label in wanted for label in labels) / len(labels)


@pytest.mark.parametrize(
    ("label", "wanted", "least"),
    [
        (Label.VERBATIM, {Label.VERBATIM}, 0.9),
        (Label.REWORDED, {Label.VERBATIM, Label.REWORDED}, 0.9),
        (Label.SAME_MEANING, set(list(Label)[:4]), 0.9),
        (Label.SAME_TOPIC, set(list(Label)[:4]), 0.75),
    ],
)
def test_drafts_of_a_label_find_their_like(tell, label, wanted, least, capsys):
    drafts = [p.draft for p in read_pairs() if p.label is label and p.is_held_out]
    found = share(tell(drafts), wanted)
    with capsys.disabled():
        print(f"\n  {label.value} → {'/'.join(sorted(wanted))}: {found:.2f} ", end="")
    assert found >= least


def test_what_the_library_lacks_is_without_precedent_and_what_it_treats_is_not(tell, capsys):
    held_out = [(is_in, text) for is_in, is_held_out, text in read_paragraphs() if is_held_out]
    foreign = share(tell(text for is_in, text in held_out if not is_in), {Label.UNPRECEDENTED})
    ours = share(tell(text for is_in, text in held_out if is_in), {Label.UNPRECEDENTED})
    with capsys.disabled():
        print(f"\n  未见先例: foreign {foreign:.2f}, on themes of the library {ours:.2f} ", end="")
    assert foreign >= 0.75
    assert ours <= 0.10
