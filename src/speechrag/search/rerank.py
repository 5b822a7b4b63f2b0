"""A cross-encoder that reads question and passage together, on the first hits only. An option."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from speechrag.index.transformer import explain_missing, hub_offline, locate_model

N_RERANKED = 50  # a cross-encoder on two cores reads some ten passages a second


class Reranker(Protocol):
    """Scores passages for one question."""

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Relevance in [0, 1], higher is better: float32, shape (len(passages),)."""


class CrossEncoderReranker:
    """Any CrossEncoder of sentence-transformers with one output, by folder or name.

    Args:
        name: A folder, a folder's name in the models folder, or a name on the hub.
        allow_download: Whether the hub may be asked for what is not on disk.
        batch_size: Pairs at a time; bounds memory.

    Raises:
        EncoderError: It is not on disk, or cannot be loaded; names the folder to put it in.
    """

    def __init__(self, name: str, *, allow_download: bool = False, batch_size: int = 16) -> None:
        self.name = name
        self._batch_size = batch_size
        self._model = _load(name, allow_download=allow_download)

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Relevance in [0, 1]: the logistic of the model's output."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        import torch

        scores = self._model.predict(
            [(question, passage) for passage in passages],
            batch_size=self._batch_size,
            activation_fn=torch.nn.Sigmoid(),
            show_progress_bar=False,
        )
        return np.asarray(scores, dtype=np.float32).reshape(len(passages))


def _load(name: str, *, allow_download: bool) -> Any:
    found = locate_model(name)
    with hub_offline(not allow_download):
        try:
            from sentence_transformers import CrossEncoder

            return CrossEncoder(found, device="cpu", local_files_only=not allow_download)
        except Exception as exc:  # the library raises many classes, and OSError for most
            raise explain_missing(name, found, exc) from exc
