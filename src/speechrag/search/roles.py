"""What a passage does in its speech: 开场 意义 形势 成绩 问题 目标 举措 保障 结尾.

Two linear classifiers say what speaks for each role, one by the words of a passage and one by those
of a heading. That is added up over the passage, the rest of its section and the headings above,
with cue words and the place in the speech; how much each counts is learnt, and corrected by hand
where training/train_roles.py says so. Figures: benchmarks/results/roles.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.search.key_slots import KeySlots
from speechrag.search.role_features import (
    ROLES,
    Bag,
    Scores,
    bag_of,
    bare_heading,
    cues_of,
    place_features,
    squeeze,
)
from speechrag.types import Passage, Speech

ROLES_VERSION = 1
"""Counted up whenever the code may give the same speech other roles; part of `roles_digest`."""

# What is added up, in the order of a model's `mix`.
PARTS = ("words", "section", "heading", "heading of many", "heading above", "cues")
# A longer section is a whole report's half, whose passages have little to say of each other.
MAX_SECTION_PASSAGES = 12
# A heading with more passages below says less of each of them; it counts as "heading of many".
MAX_HEADED_PASSAGES = 4

_WEIGHTS = Path(__file__).with_name("roles.npz")


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear classifier over hashed words: distinct keys, weights (keys, 9), bias (9,)."""

    keys: NDArray[np.uint32]
    weights: Scores
    bias: Scores
    slots: KeySlots = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "slots", KeySlots(self.keys))

    def logits(self, bag: Bag) -> Scores:
        """How much the words speak for each role: logits less their mean, shape (texts, 9)."""
        at, known = self.slots.find(bag.keys)
        values, rows, weights = bag.values[known], bag.rows[known], self.weights[at]
        columns = [
            np.bincount(rows, weights[:, role] * values, minlength=bag.n)
            for role in range(len(ROLES))
        ]
        scores = np.stack(columns, axis=1) + self.bias
        centred: Scores = (scores - scores.mean(axis=1, keepdims=True)).astype(np.float32)
        return centred


@dataclass(frozen=True, slots=True)
class RoleModel:
    """Both classifiers and how they are mixed.

    Attributes:
        words: Of passages.
        headings: Of headings.
        mix: What each of `PARTS` counts, shape (6,).
        places: What each of `role_features.PLACES` adds to each role, shape (places, 9).
        bias: Added to each role, shape (9,).
    """

    words: Linear
    headings: Linear
    mix: Scores
    places: Scores
    bias: Scores

    def score(self, speech: Speech) -> Scores:
        """How much speaks for each role of each passage, shape (passages, 9)."""
        parts, places = evidence(speech, self.words, self.headings)
        mixed: Scores = np.tensordot(self.mix, parts, 1)
        return mixed + places @ self.places + self.bias


def assign_roles(speech: Speech, model: RoleModel | None = None) -> Speech:
    """The speech with a role on each of its passages; of equals the first in `Role` is taken.

    Args:
        speech: A parsed speech; the roles that its passages have are not looked at.
        model: By default the one that the package ships.
    """
    if not speech.passages:
        return speech
    best = (model or load_role_model()).score(speech).argmax(axis=1)
    passages = tuple(
        replace(passage, role=ROLES[at])
        for passage, at in zip(speech.passages, best.tolist(), strict=True)
    )
    return replace(speech, passages=passages)


def roles_digest() -> str:
    """SHA-256 over what determines the roles: `ROLES_VERSION` and the weights."""
    return hashlib.sha256(f"roles {ROLES_VERSION}\n".encode() + _WEIGHTS.read_bytes()).hexdigest()


@cache
def load_role_model() -> RoleModel:
    """The model that the package ships."""
    with np.load(_WEIGHTS, allow_pickle=False) as arrays:
        words, headings = (
            Linear(
                arrays[f"{name}_keys"],
                arrays[f"{name}_weights"].astype(np.float32) * arrays[f"{name}_scale"],
                arrays[f"{name}_bias"],
            )
            for name in ("words", "headings")
        )
        return RoleModel(words, headings, arrays["mix"], arrays["places"], arrays["bias"])


def evidence(speech: Speech, words: Linear, headings: Linear) -> tuple[Scores, Scores]:
    """What speaks for each role.

    Returns:
        `PARTS`, shape (6, passages, 9), zero where a part has nothing to say; and
        `place_features`, shape (passages, places).
    """
    texts = [squeeze(speech.text[p.start : p.end]) for p in speech.passages]
    cues = cues_of(texts)
    own = words.logits(bag_of(texts))
    innermost = _of_heading(headings, speech.passages, 1)
    below = Counter(passage.section_path for passage in speech.passages)
    is_one_of_many = np.array(
        [[below[passage.section_path] > MAX_HEADED_PASSAGES] for passage in speech.passages]
    )
    parts = (
        own,
        _of_section(own, speech.passages),
        np.where(is_one_of_many, 0, innermost),
        np.where(is_one_of_many, innermost, 0),
        _of_heading(headings, speech.passages, 2),
        cues[0] - cues[0].mean(axis=1, keepdims=True),
    )
    return np.stack(parts).astype(np.float32), place_features(speech, texts, cues)


def _of_section(own: Scores, passages: Sequence[Passage]) -> Scores:
    """The mean of the other passages of the outermost section."""
    sections: dict[str, list[int]] = defaultdict(list)
    for at, passage in enumerate(passages):
        if passage.section_path:
            sections[passage.section_path[0]].append(at)
    means = np.zeros_like(own)
    for members in sections.values():
        if 1 < len(members) <= MAX_SECTION_PASSAGES:
            means[members] = (own[members].sum(axis=0) - own[members]) / (len(members) - 1)
    return means


def _of_heading(headings: Linear, passages: Sequence[Passage], depth: int) -> Scores:
    """What the innermost heading (depth 1) or the one above it (2) says."""
    paths = [p.section_path for p in passages]
    found = {path[-depth]: 0 for path in paths if len(path) >= depth}
    scores = np.zeros((len(passages), len(ROLES)), dtype=np.float32)
    if found:
        said = headings.logits(bag_of([bare_heading(text) for text in found]))
        numbers = {text: at for at, text in enumerate(found)}
        for at, path in enumerate(paths):
            if len(path) >= depth:
                scores[at] = said[numbers[path[-depth]]]
    return scores
