"""Train the classifier of roles: python -m training.train_roles --data ../shared/corpora.

Three logistic regressions: over the words of passages, over those of headings, and one that mixes
what both say with cue words and places (speechrag.search.roles). The mix must see what the first
two say of texts that they were not trained on, so they are fitted without each source in turn
before they are fitted on everything. Same material and libraries, same file.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from speechrag.search.role_features import PLACES, ROLES, Bag, bag_of, squeeze
from speechrag.search.roles import PARTS, Linear, RoleModel, evidence
from training.role_labels import CORPORA, ROOT
from training.role_material import (
    N_FOLDS,
    Answer,
    Example,
    Heading,
    HeldOut,
    assemble,
    bare,
    fold_of,
    headings_of,
    read_answers,
    read_headings,
    read_labelled_reports,
    read_written,
)
from training.role_weak import weak_labels

WEIGHTS = ROOT / "src" / "speechrag" / "search" / "roles.npz"

# None of these matters much: halving or doubling them moves macro-F1 on the dev half by less than
# its own uncertainty (benchmarks/results/roles.md).
N_WORDS = 30_000  # what fits in 300 KB with nine weights each
N_ASSEMBLED = 200
INVERSE_PENALTY = 5.0
HEADING_INVERSE_PENALTY = 10.0
WEAK_WEIGHT = 0.3  # all weak labels together, beside all others
ASSEMBLED_WEIGHT = 0.3  # an assembled passage in the mix, beside a written one
BARE_WEIGHT = 0.3  # the same passage once more, without headings and place
PLACE_PENALTY = 10.0
# Assembled speeches are more regular than real ones: every place has its usual role, and the next
# passage tells nothing that the passage itself does not. These factors correct the mix; they were
# chosen, coarsely, on the dev half of the test set (+0.03 to +0.06 there for each of three models).
MIX_FACTORS = {"heading": 1.5, "heading of many": 0.5}
MIX_EXTRA = {"section": 0.5}
PLACE_FACTOR = 0.5


@dataclass(frozen=True, slots=True)
class Texts:
    """Squeezed texts with roles and weights."""

    texts: list[str]
    roles: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is learnt from."""

    answers: Sequence[Answer]
    headings: Sequence[Heading]
    examples: Sequence[Example]
    weak: Sequence[tuple[str, int]]


def read_material(data: Path) -> Material:
    """Read everything, keeping away from the test set."""
    test = HeldOut(data)
    examples = [*read_written(test), *read_labelled_reports(data, test)]
    return Material(read_answers(test), read_headings(), examples, weak_labels(data, test))


def passage_texts(material: Material) -> Texts:
    """What the classifier of passages is trained on, every role with the same weight."""
    rng = random.Random(1)
    rows = [(answer.text, answer.role, 1.0) for answer in material.answers]
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for answer in material.answers:
        groups[answer.role, answer.theme].append(answer.text)
    for (role, _theme), texts in sorted(groups.items()):
        for _ in range(len(texts) // 2):  # answers side by side, as long as a passage
            chosen = rng.sample(texts, min(rng.choice((2, 2, 3, 4)), len(texts)))
            rows.append(("".join(chosen), role, 0.5))
    for example in material.examples:
        weight = 2.0 if example.kind == "written" else 1.0
        for passage, role in zip(example.speech.passages, example.roles.tolist(), strict=True):
            if role >= 0:
                rows.append((example.speech.text[passage.start : passage.end], role, weight))
    roles = np.array([role for _, role, _ in rows])
    weights = np.array([weight for _, _, weight in rows]) * _balance(roles, 1.0)
    texts = [squeeze(text) for text, _, _ in rows]
    weak_roles = np.array([role for _, role in material.weak], dtype=np.int64)
    share = WEAK_WEIGHT * len(roles) / max(1, len(weak_roles))
    return Texts(
        texts + [text for text, _ in material.weak],
        np.concatenate([roles, weak_roles]),
        np.concatenate([weights, share * _balance(weak_roles, 0.5)]),
    )


def _balance(roles: NDArray[np.int64], power: float) -> NDArray[np.float64]:
    """Weights that make rare roles count as much as frequent ones (power 1), or less so."""
    counts = np.maximum(1, np.bincount(roles, minlength=len(ROLES)))
    balanced: NDArray[np.float64] = (len(roles) / len(ROLES) / counts)[roles] ** power
    return balanced


def fit_linear(texts: Texts, inverse_penalty: float, min_texts: int, n_words: int) -> Linear:
    """Multinomial logistic regression; then again over the words with the largest weights."""
    bag = bag_of(texts.texts)
    pairs = np.unique(np.stack([bag.keys.astype(np.int64), bag.rows]), axis=1)
    keys, counts = np.unique(pairs[0], return_counts=True)
    keys, counts = keys[counts >= min_texts], counts[counts >= min_texts]
    fitted = _fit(bag, keys.astype(np.uint32), texts, inverse_penalty)
    if len(keys) > n_words:
        worth = np.abs(fitted.weights).max(axis=1) * np.sqrt(counts)
        kept = np.sort(np.argsort(-worth, kind="stable")[:n_words])
        fitted = _fit(bag, keys[kept].astype(np.uint32), texts, inverse_penalty)
    return fitted


def _fit(bag: Bag, keys: NDArray[np.uint32], texts: Texts, inverse_penalty: float) -> Linear:
    at = np.searchsorted(keys, bag.keys)
    at[at == len(keys)] = 0
    known = keys[at] == bag.keys
    shape = (bag.n, len(keys))
    table = csr_matrix((bag.values[known], (bag.rows[known], at[known])), shape=shape)
    regression = LogisticRegression(C=inverse_penalty, max_iter=60, tol=1e-3)
    regression.fit(table, texts.roles, sample_weight=texts.weights)
    weights = np.zeros((len(keys), len(ROLES)), dtype=np.float32)
    bias = np.full(len(ROLES), -3.0, dtype=np.float32)  # a role without any heading
    weights[:, regression.classes_] = regression.coef_.T
    bias[regression.classes_] = regression.intercept_
    return Linear(keys, weights, bias)


def fit_both(material: Material) -> tuple[Linear, Linear]:
    """The classifiers of passages and of headings."""
    words = fit_linear(passage_texts(material), INVERSE_PENALTY, 3, N_WORDS)
    return words, fit_headings(material.headings, material.examples)


def fit_headings(headings: Sequence[Heading], examples: Sequence[Example]) -> Linear:
    """The classifier of headings."""
    texts, roles = bare([*headings, *headings_of(examples)])
    weighted = Texts(texts, roles, _balance(roles, 0.5))
    return fit_linear(weighted, HEADING_INVERSE_PENALTY, 1, N_WORDS)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What both classifiers say of passages they were not trained on."""

    parts: NDArray[np.float32]  # (6, n, 9)
    places: NDArray[np.float32]  # (n, places)
    roles: NDArray[np.int64]
    weights: NDArray[np.float64]


def cross_fitted(material: Material) -> Evidence:
    """The evidence for every passage, by classifiers that saw nothing of its source.

    A new library is a source of its own too: classifiers that knew other answers on the same
    theme would be trusted too much beside headings and places.
    """
    written, reports = (
        [x for x in material.examples if x.kind == kind] for kind in ("written", "report")
    )
    words, _ = fit_both(replace(material, answers=()))
    held = []
    for number in range(N_FOLDS):
        inside = [x for x in material.headings if fold_of(x[0]) == number]
        outside = [x for x in material.headings if fold_of(x[0]) != number]
        headings = fit_headings(outside, material.examples)
        made = assemble(material.answers, inside, N_ASSEMBLED // N_FOLDS, number)
        held.append((made, words, headings))
    for own, others in ((written, reports), (reports, written)):
        held.append((own, *fit_both(replace(material, examples=others))))
    found = []
    for examples, words, headings in held:
        for example in examples:
            parts, places = evidence(example.speech, words, headings)
            given = example.roles >= 0
            weight = ASSEMBLED_WEIGHT if example.kind == "assembled" else 1.0
            weights = np.full(int(given.sum()), weight)
            found.append(Evidence(parts[:, given], places[given], example.roles[given], weights))
    return _with_bare(
        Evidence(
            np.concatenate([x.parts for x in found], axis=1),
            np.concatenate([x.places for x in found]),
            np.concatenate([x.roles for x in found]),
            np.concatenate([x.weights for x in found]),
        )
    )


def _with_bare(seen: Evidence) -> Evidence:
    """Every passage once more, as it would be in a speech without headings."""
    parts, places = seen.parts.copy(), np.zeros_like(seen.places)
    parts[[PARTS.index(name) for name in PARTS if name in _CONTEXT]] = 0
    places[:, PLACES.index("no headings at all")] = 1
    return Evidence(
        np.concatenate([seen.parts, parts], axis=1),
        np.concatenate([seen.places, places]),
        np.concatenate([seen.roles, seen.roles]),
        np.concatenate([seen.weights, seen.weights * BARE_WEIGHT]),
    )


_CONTEXT = {"section", "heading", "heading of many", "heading above"}


def fit_mix(
    seen: Evidence,
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """What each part counts (at least 0), what each place adds, and the bias."""
    n_parts, n_roles = len(PARTS), len(ROLES)
    n_places = seen.places.shape[1]
    rows = np.arange(len(seen.roles))

    def unpack(flat: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        split = n_parts + n_places * n_roles
        return flat[:n_parts], flat[n_parts:split].reshape(n_places, n_roles), flat[split:]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        mix, places, bias = unpack(flat)
        logits = np.tensordot(mix, seen.parts, 1) + seen.places @ places + bias
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(axis=1, keepdims=True)
        value = -(seen.weights * np.log(chances[rows, seen.roles] + 1e-12)).sum()
        value += PLACE_PENALTY / 2 * (places**2).sum() + 0.005 * (mix**2).sum()
        value += 0.05 * (bias**2).sum()
        chances[rows, seen.roles] -= 1
        chances *= seen.weights[:, None]
        slopes = (
            np.tensordot(seen.parts, chances, ([1, 2], [0, 1])) + 0.01 * mix,
            (seen.places.T @ chances + PLACE_PENALTY * places).ravel(),
            chances.sum(axis=0) + 0.1 * bias,
        )
        return float(value), np.concatenate(slopes)

    start = np.zeros(n_parts + n_places * n_roles + n_roles)
    start[0] = 1
    bounds = [(0, None)] * n_parts + [(None, None)] * (len(start) - n_parts)
    options = {"maxiter": 500}
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    mix, places, bias = (part.astype(np.float32) for part in unpack(best.x))
    return mix, places, bias


def train(material: Material) -> RoleModel:
    """The whole model."""
    mix, places, bias = fit_mix(cross_fitted(material))
    for at, name in enumerate(PARTS):
        mix[at] = mix[at] * MIX_FACTORS.get(name, 1.0) + MIX_EXTRA.get(name, 0.0)
    return RoleModel(*fit_both(material), mix, places * np.float32(PLACE_FACTOR), bias)


def save(model: RoleModel, path: Path) -> None:
    """Write the model, its words' weights as whole numbers of 1/127 of each role's largest."""
    arrays = {"mix": model.mix, "places": model.places, "bias": model.bias}
    for name, linear in (("words", model.words), ("headings", model.headings)):
        scale = np.abs(linear.weights).max(axis=0) / 127
        arrays[f"{name}_keys"] = linear.keys
        arrays[f"{name}_weights"] = np.round(linear.weights / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale
        arrays[f"{name}_bias"] = linear.bias
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description="Train the classifier of roles.")
    parser.add_argument("--data", type=Path, default=CORPORA)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    material = read_material(args.data)
    model = train(material)
    save(model, args.out)
    mix = ", ".join(f"{name} {value:.2f}" for name, value in zip(PARTS, model.mix, strict=True))
    print(f"{len(model.words.keys)} words, {len(model.headings.keys)} of headings; {mix}")
    print(f"{args.out}: {args.out.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
