"""The common words of a static model's vocabulary that are nearest to a vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from speechrag.index.token_table import TokenTable
from speechrag.types import Vectors

# Words that may be named, by script, and how many: the most frequent, which come first in the
# vocabulary; rare words are near to much and mean little.
_SCRIPTS: dict[str, tuple[Callable[[str], bool], int]] = {
    "zh": (lambda name: len(name) > 1 and "\u3400" <= name[0] <= "\u9fff", 25_000),
    "en": (lambda name: len(name) > 2 and name.isascii() and name.isalpha(), 15_000),
}


class CommonWords:
    """The common words of each script, gathered when they are first asked for.

    Args:
        table: The token vectors.
        name_of: How the vocabulary writes a token.
    """

    def __init__(self, table: TokenTable, name_of: Callable[[int], str]) -> None:
        self._table = table
        self._name_of = name_of
        self._found: dict[str, tuple[list[str], Vectors]] = {}

    def of(self, script: str) -> tuple[Sequence[str], Vectors]:
        """The words of a script, "zh" or "en", and their unit vectors, (n_words, dim)."""
        if script not in self._found:
            belongs, n_wanted = _SCRIPTS[script]
            words: list[str] = []
            ids: list[int] = []
            for i in self._table.with_rows():
                name = self._name_of(i)
                if belongs(name):
                    words.append(name)
                    ids.append(i)
                    if len(ids) == n_wanted:
                        break
            self._found[script] = words, self._table.directions(np.array(ids, np.int32))
        return self._found[script]

    def nearest(
        self, vector: Vectors, k: int, script: str, *, without: str
    ) -> list[tuple[str, float]]:
        """The k words nearest to a unit vector, shape (dim,), but for one: cosines, falling."""
        words, vectors = self.of(script)
        cosines = vectors @ vector
        n_near = min(k + 1, len(words))
        near = np.argpartition(-cosines, n_near - 1)[:n_near]
        near = near[np.lexsort((near, -cosines[near]))]
        return [(words[i], float(cosines[i])) for i in near if words[i] != without][:k]
