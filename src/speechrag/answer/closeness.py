"""How close texts come to the words of a question that say something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speechrag.search.late import Floats, TokenRows
from speechrag.search.query import Query
from speechrag.search.stopwords import QUESTION_WORDS
from speechrag.types import Encoder, Vectors


@dataclass(frozen=True, slots=True)
class Content:
    """The tokens of a question that say something: none where the encoder has no tokens.

    `units` are their unit vectors, float32, shape (n, dim); `weights` their shares by length,
    shape (n,), which add up to 1.
    """

    units: Vectors
    weights: Floats


def read_content(query: Query, encoder: Encoder) -> Content:
    """The question's tokens without question words; all of them where there are no others."""
    nothing = Content(np.zeros((0, encoder.dim), np.float32), np.zeros(0, np.float32))
    if not isinstance(encoder, TokenRows):
        return nothing
    (ids,) = encoder.token_ids([query.text])
    names = [name.strip("▁ ").lower() for name in encoder.token_names(ids)]
    said = np.array([bool(name) and name not in QUESTION_WORDS for name in names], dtype=np.bool_)
    ids = ids[said] if said.any() else ids
    if not len(ids):
        return nothing
    rows = encoder.token_rows(ids)
    norms = np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
    return Content(rows / norms[:, None], (norms / norms.sum()).astype(np.float32))


class Closeness:
    """Matches texts with the words of one question.

    Args:
        encoder: Cuts texts into tokens and gives their vectors.
        content: The question's.

    """

    def __init__(self, encoder: Encoder, content: Content) -> None:
        self.content = content
        self._encoder = encoder

    def match(self, texts: Sequence[str]) -> Floats:
        """The best cosine of each word in each text: in [0, 1], shape (n_texts, n_words)."""
        units, encoder = self.content.units, self._encoder
        found = np.zeros((len(texts), len(units)), dtype=np.float32)
        if not len(units) or not texts or not isinstance(encoder, TokenRows):
            return found
        ids = encoder.token_ids(texts)
        filled = [at for at, some in enumerate(ids) if len(some)]
        if not filled:
            return found
        known, places = np.unique(np.concatenate([ids[at] for at in filled]), return_inverse=True)
        rows = encoder.token_rows(known.astype(np.int32))
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1), 1e-9)[:, None]
        cosines = (rows @ units.T)[places]
        starts = np.cumsum([0, *(len(ids[at]) for at in filled)])[:-1]
        found[filled] = np.clip(np.maximum.reduceat(cosines, starts, axis=0), 0, 1)
        return found
