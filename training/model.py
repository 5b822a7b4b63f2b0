"""The static model while it is trained: token rows plus shared character and prefix rows.

A word's vector is its own row plus the mean of its parts' rows (its characters, or its first four,
five and six letters), as in fastText (Bojanowski et al. 2017); on export the sum is folded into one
row a token. Rows are updated by Adam on the rows of the batch only.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.dataset import Ragged, content_mask

DIM = 256
_N_PARTS = 6
_PREFIX_LENGTHS = (4, 5, 6)
_INIT = 0.1
_DECAY = 0.99
_SIF = 1e-3


def token_parts(tokenizer: Tokenizer) -> tuple[NDArray[np.int64], int]:
    """Parts of each token, shape (n_tokens, 6), padded with 0; and the number of part rows."""
    n_tokens = tokenizer.get_vocab_size()
    names = [tokenizer.id_to_token(index) for index in range(n_tokens)]
    of_token: list[list[str]] = []
    for name in names:
        if name.isascii() and name.isalpha() and len(name) >= 5:
            of_token.append(["^" + name[:n] for n in _PREFIX_LENGTHS if len(name) >= n])
        elif not name.isascii() and len(name) >= 2:
            of_token.append(list(name)[:_N_PARTS])
        else:
            of_token.append([])
    counts = Counter(part for parts in of_token for part in parts)
    index = {part: row + 1 for row, part in enumerate(p for p, n in counts.items() if n >= 2)}
    table = np.zeros((n_tokens, _N_PARTS), np.int64)
    for token, parts in enumerate(of_token):
        rows = [index[part] for part in parts if part in index]
        table[token, : len(rows)] = rows
    return table, len(index) + 1


@dataclass(slots=True)
class Rows:
    """A table of which some rows are touched at a time, with one second moment a row.

    Adam's elementwise moments took 1.6 times the time and led to no better model after the same
    number of steps (200 steps of 1,024: nDCG@10 0.45 against 0.46 on the reports).
    """

    weight: Tensor
    square: Tensor
    n_updates: Tensor

    @classmethod
    def start(cls, weight: Tensor) -> "Rows":
        """Fresh moments for `weight`, shape (n, dim)."""
        return cls(weight, torch.zeros(len(weight)), torch.zeros(len(weight)))

    def update(self, rows: Tensor, gradient: Tensor, rate: float) -> None:
        """One step on `rows`: the gradient over its row's running root mean square."""
        count = self.n_updates[rows] + 1
        square = self.square[rows].mul_(_DECAY).add_(gradient.square().mean(1), alpha=1 - _DECAY)
        self.n_updates[rows], self.square[rows] = count, square
        size = (square / (1 - _DECAY**count)).sqrt_() + 1e-12
        self.weight.index_add_(0, rows, gradient / size[:, None], alpha=-rate)


@dataclass(frozen=True, slots=True)
class Batch:
    """Two aligned columns of texts, with the rows they use made compact."""

    tokens: Tensor  # unique token ids
    left: Tensor  # positions in `tokens`
    left_starts: Tensor
    right: Tensor
    right_starts: Tensor
    same: Tensor  # (n, n) off-diagonal pairs that are no negatives


class StaticModel:
    """Token rows and part rows, and one training step on a batch."""

    def __init__(self, tokenizer: Tokenizer, frequency: NDArray[np.float64], seed: int) -> None:
        parts, n_parts = token_parts(tokenizer)
        generator = torch.Generator().manual_seed(seed)
        weight = torch.randn(len(parts), DIM, generator=generator) * _INIT
        sif = torch.from_numpy(_SIF / (_SIF + frequency)).float()
        self.mask = torch.from_numpy(content_mask(tokenizer))
        weight *= sif[:, None] * self.mask[:, None]
        self.tokens = Rows.start(weight)
        part_rows = torch.randn(n_parts, DIM, generator=generator) * _INIT * 0.5
        part_rows[0] = 0
        self.parts = Rows.start(part_rows)
        self.part_table = torch.from_numpy(parts)

    def _effective(self, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        own = self.tokens.weight[tokens].requires_grad_()
        used, inverse = torch.unique(self.part_table[tokens], return_inverse=True)
        shared = self.parts.weight[used].requires_grad_()
        present = (self.part_table[tokens] > 0).float()
        weight = present / present.sum(1, keepdim=True).clamp(min=1)
        composed = functional.embedding_bag(inverse, shared, mode="sum", per_sample_weights=weight)
        return own + composed, own, used, shared

    def step(self, batch: Batch, rate: float, scale: float) -> float:
        """Symmetric InfoNCE with in-batch negatives; returns the loss."""
        table, own, used, shared = self._effective(batch.tokens)
        left = functional.embedding_bag(batch.left, table, batch.left_starts, mode="sum")
        right = functional.embedding_bag(batch.right, table, batch.right_starts, mode="sum")
        left, right = functional.normalize(left), functional.normalize(right)
        scores = (left @ right.T * scale).masked_fill(batch.same, -1e4)
        target = torch.arange(len(scores))
        loss = functional.cross_entropy(scores, target) + functional.cross_entropy(scores.T, target)
        loss.backward()
        assert own.grad is not None
        assert shared.grad is not None
        self.tokens.update(batch.tokens, own.grad, rate)
        keep = used > 0
        self.parts.update(used[keep], shared.grad[keep], rate)
        return float(loss.detach()) / 2

    def folded(self) -> NDArray[np.float32]:
        """One row a token, shape (n_tokens, 256): what is exported. Punctuation stays zero."""
        with torch.no_grad():
            # a row that was never trained is noise: such a word has its parts alone
            own = self.tokens.weight * (self.tokens.n_updates > 0)[:, None]
            shared = self.parts.weight * (self.parts.n_updates > 0)[:, None]
            present = (self.part_table > 0).float()
            weight = present / present.sum(1, keepdim=True).clamp(min=1)
            composed = functional.embedding_bag(
                self.part_table, shared, mode="sum", per_sample_weights=weight
            )
            table: NDArray[np.float32] = ((own + composed) * self.mask[:, None]).numpy()
            return table


def embed(table: NDArray[np.float32], texts: Ragged) -> NDArray[np.float32]:
    """Unit vectors of texts, shape (n, dim); zero where a text has no content."""
    ids = torch.from_numpy(texts.ids.astype(np.int64))
    starts = torch.from_numpy(texts.starts[:-1].astype(np.int64))
    summed = functional.embedding_bag(ids, torch.from_numpy(table), starts, mode="sum")
    return functional.normalize(summed).numpy()
