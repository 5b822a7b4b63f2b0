"""The second part of the training: word against word, as the search engine scores it.

Score = cosine of the mean vectors + late interaction: for each token of the question the best
cosine among the passage's tokens, weighted by the token's norm times the root of its rarity
(`speechrag.search.late`; Khattab and Zaharia, "ColBERT", SIGIR 2020). Trained on small batches from
the folded table, so that a word finds its translation and its everyday wording by itself.
"""

import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.batches import Sampler
from training.dataset import Ragged
from training.model import Batch, Rows

_MAX_PASSAGE_TOKENS = 64


def rarity(frequency: NDArray[np.float64]) -> NDArray[np.float32]:
    """The root of each token's rarity, shape (n_tokens,): -log of its share of all tokens."""
    return np.sqrt(-np.log(np.maximum(frequency, 1e-7))).astype(np.float32)


def _rows_of(starts: Tensor, n: int) -> Tensor:
    lengths = torch.diff(starts, append=torch.tensor([n]))
    return torch.repeat_interleave(torch.arange(len(starts)), lengths)


def late_scores(table: Tensor, rare: Tensor, batch: Batch) -> Tensor:
    """Late interaction of every left text with every right one, shape (n, n), in [0, 1]."""
    n = len(batch.left_starts)
    unit = functional.normalize(table)
    asked, local = torch.unique(batch.left, return_inverse=True)
    similar = (unit @ unit[asked].T).clamp(min=0)  # (tokens, asked tokens)
    lengths = torch.diff(batch.right_starts, append=torch.tensor([len(batch.right)]))
    within = torch.minimum(torch.arange(_MAX_PASSAGE_TOKENS), lengths[:, None] - 1)
    found = batch.right[batch.right_starts[:, None] + within]  # padded with a text's last token
    # which token is nearest needs no gradient; its similarity does
    nearest = similar.detach()[found].argmax(dim=1)
    best = similar[found.gather(1, nearest), torch.arange(len(asked))]  # (n, asked tokens)
    weight = table[batch.left].norm(dim=1) * rare[batch.left]
    rows = _rows_of(batch.left_starts, len(batch.left))
    totals = torch.zeros(n).index_add(0, rows, weight)
    share = torch.zeros(n, len(asked)).index_put(
        (rows, local), weight / totals[rows], accumulate=True
    )
    return share @ best.T


def fine_tune(
    table: NDArray[np.float32],
    frequency: NDArray[np.float64],
    sampler: Sampler,
    n_steps: int,
    rate: float,
    scale: float,
) -> NDArray[np.float32]:
    """Train the folded table further on cosine + late interaction; symmetric InfoNCE."""
    rows = Rows.start(torch.from_numpy(table.copy()))
    rare = torch.from_numpy(rarity(frequency))
    started, losses = time.monotonic(), []
    for step, (_, batch) in enumerate(sampler.stream(n_steps)):
        own = rows.weight[batch.tokens].requires_grad_()
        left = functional.embedding_bag(batch.left, own, batch.left_starts, mode="sum")
        right = functional.embedding_bag(batch.right, own, batch.right_starts, mode="sum")
        cosine = functional.normalize(left) @ functional.normalize(right).T
        scores = cosine + late_scores(own, rare[batch.tokens], batch)
        scores = (scores * scale).masked_fill(batch.same, -1e4)
        target = torch.arange(len(scores))
        loss = functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)
        loss.backward()
        assert own.grad is not None
        falling = min(1.0, (step + 1) / 20) * max(0.05, 1 - step / n_steps)
        rows.update(batch.tokens, own.grad, rate * falling)
        losses.append(float(loss.detach()) / 2)
        if (step + 1) % 100 == 0:
            pace = (time.monotonic() - started) / (step + 1)
            print(f"late {step + 1}: loss {np.mean(losses):.3f}, {pace:.2f} s a step", flush=True)
            losses = []
    return rows.weight.numpy()


def score_late(
    table: NDArray[np.float32], questions: Ragged, passages: Ragged, idf: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Late interaction of every question with every passage, as the engine computes it."""
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
