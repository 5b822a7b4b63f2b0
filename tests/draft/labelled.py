"""The labelled pairs, their evidence as the desk measures it, and figures by label."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speechrag.draft.background import Background
from speechrag.draft.candidates import WordFinder, cut_evenly, without_formulas
from speechrag.draft.evidence import measure, sentence_grams
from speechrag.draft.labels import choose_label
from speechrag.draft.records import Label
from speechrag.draft.runs import KeyedText, find_runs

PAIRS_FILE = Path(__file__).with_name("labelled_pairs.tsv")
PARAGRAPHS_FILE = Path(__file__).with_name("labelled_paragraphs.tsv")

HELD_OUT = (
    "在2025年东澜文化旅游推介会上的致辞",
    "在全区数字政府建设暨“一网通办”推进会上的讲话",
    "在全市“高效办成一件事”推进会上的讲话",
    "在庆祝第四十个教师节大会上的讲话",
    "在望川区人才工作座谈会上的讲话",
    "在青禾县全面推进乡村振兴工作会议上的讲话",
    "望川区人民政府工作报告（摘要）",
)
"""Speeches whose pairs take no part in the fit."""


@dataclass(frozen=True)
class Pair:
    label: Label
    draft: str
    passage: str
    context: str  # title and headings above the passage

    @property
    def is_held_out(self):
        return self.context.startswith(HELD_OUT)


def read_pairs():
    lines = PAIRS_FILE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "label\tdraft\tpassage\tcontext"
    rows = [line.split("\t") for line in lines[1:]]
    return [Pair(Label(label), *texts) for label, *texts in rows]


def read_paragraphs():
    """(is in a topic of the demo library, is held out, text) of whole paragraphs."""
    lines = PARAGRAPHS_FILE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "topic\thalf\ttext"
    rows = [line.split("\t") for line in lines[1:]]
    return [(topic == "in", half == "held out", text) for topic, half, text in rows]


def measure_pairs(pairs, library):
    """(label, evidence) of each pair, measured in the library as the desk does."""
    words = WordFinder(library)
    background = Background(library, words)
    rows = _rows(pairs, library)
    measured = []
    for pair in pairs:
        draft, passage = KeyedText(pair.draft), KeyedText(pair.passage)
        vectors = library.encoder.encode_passages(cut_evenly(without_formulas(pair.draft)))
        row = np.array([rows[pair.passage]], dtype=np.int64)
        (near,) = background.measure(pair.draft, row, vectors)
        runs = find_runs(draft, passage)
        measured.append((pair.label, measure(draft, passage, runs, near, sentence_grams(draft))))
    return measured


def _rows(pairs, library):
    """Where each passage stands in the library: it may be cut a little differently there."""
    store = library.generation.store
    grams = [KeyedText(store.text(row)).grams for row in range(store.n_passages)]
    found = {}
    for passage in {pair.passage for pair in pairs}:
        wanted = KeyedText(passage).grams
        shared = [len(wanted & there) / len(wanted | there) for there in grams]
        found[passage] = int(np.argmax(shared))
        assert max(shared) > 0.3, passage
    return found


def confusion(measured, thresholds):
    """(label, label told) → how many."""
    return Counter((label, choose_label(evidence, thresholds)) for label, evidence in measured)


def precision_and_recall(measured, thresholds):
    """Label → (precision, recall, n)."""
    told = confusion(measured, thresholds)
    figures = {}
    for label in Label:
        right = told[label, label]
        given = sum(n for (_, b), n in told.items() if b is label)
        there = sum(n for (a, _), n in told.items() if a is label)
        figures[label] = (right / given if given else 1.0, right / there if there else 1.0, there)
    return figures
