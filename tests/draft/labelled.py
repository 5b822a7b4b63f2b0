"""The labelled pairs, their evidence by an encoder, and figures by label."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from speechrag.draft.candidates import without_formulas
from speechrag.draft.evidence import Calibration, measure, sentence_grams
from speechrag.draft.labels import choose_label
from speechrag.draft.records import Label
from speechrag.draft.runs import KeyedText, find_runs

PAIRS_FILE = Path(__file__).with_name("labelled_pairs.tsv")


@dataclass(frozen=True)
class Pair:
    label: Label
    draft: str
    passage: str
    context: str  # title and headings above the passage, as the index encodes them

    @property
    def is_held_out(self):
        """Half of the passages, with all their drafts, take no part in the fit."""
        return hashlib.sha256(self.passage.encode()).digest()[0] % 2 == 1


def read_pairs():
    lines = PAIRS_FILE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "label\tdraft\tpassage\tcontext"
    rows = [line.split("\t") for line in lines[1:]]
    return [Pair(Label(label), *texts) for label, *texts in rows]


def measure_pairs(pairs, encoder):
    """(label, evidence) of each pair; calibrated by the passages and contexts of all pairs."""
    everything = read_pairs()
    passages = sorted({pair.passage for pair in everything})
    contexts = sorted({pair.context for pair in everything})
    bodies, heads = encoder.encode_passages(passages), encoder.encode_passages(contexts)
    of_body = Calibration.of_vectors(bodies)
    of_context = Calibration.of_cosines(bodies @ heads.T)
    body, head = dict(zip(passages, bodies, strict=True)), dict(zip(contexts, heads, strict=True))
    drafts = encoder.encode_passages([without_formulas(pair.draft) for pair in pairs])
    measured = []
    for pair, vector in zip(pairs, drafts, strict=True):
        draft, passage = KeyedText(pair.draft), KeyedText(pair.passage)
        cosine = of_body.of(float(vector @ body[pair.passage]))
        context = of_context.of(float(vector @ head[pair.context]))
        runs = find_runs(draft, passage)
        measured.append(
            (pair.label, measure(draft, passage, runs, cosine, context, sentence_grams(draft)))
        )
    return measured


def precision_and_recall(measured, thresholds):
    """Label → (precision, recall, n)."""
    told = [(label, choose_label(evidence, thresholds)) for label, evidence in measured]
    figures = {}
    for label in Label:
        right = sum(a == b == label for a, b in told)
        given = sum(b == label for _, b in told)
        there = sum(a == label for a, _ in told)
        figures[label] = (right / given if given else 1.0, right / there if there else 1.0, there)
    return figures
