"""How near passages are to a paragraph, against the background of the whole library."""

from __future__ import annotations

import numpy as np

from speechrag.draft.candidates import Library, Rows, WordFinder, without_formulas
from speechrag.draft.evidence import Calibration, sample_rows
from speechrag.draft.records import Closeness
from speechrag.types import Vectors

REACH = 4  # passages on either side: what they treat together is the topic


class Background:
    """Measures the closeness of paragraphs and passages of one library.

    A passage of few words may be about anything; what stands around it tells what it is about.
    """

    def __init__(self, library: Library, words: WordFinder) -> None:
        self._body = library.generation.body
        self._speech_of = library.generation.store.speech_of_row
        self._words = words
        self._around: dict[int, Vectors] = {}
        self._cosine, self._surroundings = self._calibrate()

    def measure(self, text: str, rows: Rows, vectors: Vectors) -> list[Closeness]:
        """How near each row is to a paragraph with these vectors (one a part, unit norm)."""
        cosines = self._cosine.of((self._body.vectors(rows) @ vectors.T).max(axis=1))
        around = self._surroundings.of((self.around(rows) @ vectors.T).max(axis=1))
        covered = self._words.coverage(without_formulas(text), rows)
        values = zip(cosines.tolist(), around.tolist(), covered.tolist(), strict=True)
        return [Closeness(*three) for three in values]

    def around(self, rows: Rows) -> Vectors:
        """The mean direction of each row and its neighbours in its speech: unit norm."""
        new = [row for row in dict.fromkeys(rows.tolist()) if row not in self._around]
        if new:
            self._add(np.array(new, dtype=np.int64))
        return np.stack([self._around[row] for row in rows.tolist()])

    def _add(self, rows: Rows) -> None:
        steps = np.arange(-REACH, REACH + 1)
        near = np.clip(rows[:, None] + steps, 0, len(self._speech_of) - 1)
        same = self._speech_of[near] == self._speech_of[rows][:, None]
        same &= near == rows[:, None] + steps  # a row at the end of the library counts once
        wanted, places = np.unique(near[same], return_inverse=True)
        starts = np.cumsum([0, *same.sum(axis=1)[:-1]])
        sums = np.add.reduceat(self._body.vectors(wanted)[places], starts, axis=0)
        sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        self._around.update(zip(rows.tolist(), sums, strict=True))

    def _calibrate(self) -> tuple[Calibration, Calibration]:
        """How like two unrelated passages are, and a passage and the surroundings of another."""
        rows = sample_rows(self._body.n_vectors)
        if not len(rows):
            return Calibration(), Calibration()
        vectors = self._body.vectors(rows)
        apart = self._speech_of[rows][:, None] != self._speech_of[rows][None, :]
        return (
            Calibration.of_vectors(vectors),
            Calibration.of_cosines((vectors @ self.around(rows).T)[apart]),
        )
