"""From ranked candidates to the hits a person sees: copies folded, a few a speech."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from speechrag.index.store import PassageStore
from speechrag.types import Hit, Place


def choose_places(
    store: PassageStore, rows: NDArray[np.int64], order: NDArray[np.int64], k: int, cap: int
) -> list[int]:
    """The first k places of `order`: one a group of near copies, `cap` a speech (0: any number)."""
    groups: set[int] = set()
    taken: Counter[int] = Counter()
    chosen: list[int] = []
    for at in order.tolist():
        row = int(rows[at])
        group, speech = store.group(row), store.speech_number(row)
        if group in groups or (cap and taken[speech] >= cap):
            continue
        groups.add(group)
        taken[speech] += 1
        chosen.append(at)
        if len(chosen) == k:
            break
    return chosen


def build_hit(
    store: PassageStore,
    row: int,
    rank: int,
    score: float,
    parts: dict[str, float],
    matched: Sequence[tuple[int, int]],
) -> Hit:
    """One hit, with the other places where (nearly) the same passage stands."""
    speech, passage = store.located(row)
    return Hit(
        passage=passage,
        speech=speech,
        rank=rank,
        score=min(1.0, max(0.0, score)),
        parts=parts,
        also_in=_other_places(store, row),
        matched=matched,
    )


def _other_places(store: PassageStore, row: int) -> tuple[Place, ...]:
    rows = store.rows_of_group(store.group(row)).tolist()
    return tuple(dict.fromkeys(store.place(other) for other in rows if other != row))
