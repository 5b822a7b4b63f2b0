"""Late interaction, as the search engine adds it to the cosine: models are judged with it too.

For each token of the question the best cosine among the passage's tokens, weighted by the token's
norm times the root of its rarity (`speechrag.search.late`; Khattab and Zaharia, "ColBERT", SIGIR
2020). Training on it directly was tried, and changed nothing (see the model's card).
"""

import numpy as np
from numpy.typing import NDArray

from training.dataset import Ragged


def score_late(
    table: NDArray[np.float32], questions: Ragged, passages: Ragged, idf: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Every question against every passage, in [0, 1]: shape (n_questions, n_passages)."""
    norms = np.linalg.norm(table, axis=1)
    unit = table / np.maximum(norms, 1e-9)[:, None]
    known, places = np.unique(passages.ids, return_inverse=True)
    filled = np.flatnonzero(np.diff(passages.starts))
    scores = np.zeros((len(questions), len(passages)), np.float32)
    for row in range(len(questions)):
        asked = np.unique(questions.ids[questions.starts[row] : questions.starts[row + 1]])
        weight = norms[asked] * np.sqrt(np.maximum(idf[asked], 0))
        if weight.sum() > 0:
            similar = np.maximum(unit[known] @ unit[asked].T, 0)
            best = np.maximum.reduceat(similar[places], passages.starts[filled], axis=0)
            scores[row, filled] = best @ weight / weight.sum()
    return scores
