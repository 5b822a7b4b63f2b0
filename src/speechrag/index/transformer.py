"""Any sentence-transformers model as an encoder, with the prompts it was trained with.

torch and sentence_transformers are imported when a model is loaded, not before.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from speechrag.errors import EncoderError
from speechrag.types import Vectors

Progress = Callable[[int, int], None]

# A batch of long texts takes as much memory as its longest; texts go in order of length, in
# stretches of this many batches, so that a batch holds texts of about one length.
_SORT_BATCHES = 32
# Beyond this a passage is cut: attention's memory grows with the square of the length.
_MAX_TOKENS = 1024

_QWEN_TASK = "Given a web search query, retrieve relevant passages that answer the query"
_E5_TASK = _QWEN_TASK

# Prompts by family, for models whose own configuration has none: (query, passage), from the model
# cards of intfloat, BAAI, Alibaba-NLP and Qwen. The first pattern that matches the name decides.
_FAMILIES: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), query, passage)
    for pattern, query, passage in (
        (r"e5-.*instruct", f"Instruct: {_E5_TASK}\nQuery: ", ""),
        (r"(^|[/_-])e5-|multilingual-e5", "query: ", "passage: "),
        (r"bge-(small|base|large)-zh", "为这个句子生成表示以用于检索相关文章：", ""),
        (
            r"bge-(small|base|large)-en",
            "Represent this sentence for searching relevant passages: ",
            "",
        ),
        (r"bge-m3", "", ""),
        (r"qwen3-embedding|gte-qwen", f"Instruct: {_QWEN_TASK}\nQuery:", ""),
        (r"gte-", "", ""),
    )
)

_PASSAGE_PROMPTS = ("document", "passage", "corpus")  # the names sentence-transformers looks for


def family_prompts(name: str) -> tuple[str, str]:
    """The (query, passage) prompts of a model's family by its name; empty where none is known."""
    for pattern, query, passage in _FAMILIES:
        if pattern.search(name):
            return query, passage
    return "", ""


def models_folder() -> Path:
    """Where a person puts models by hand: `$SPEECHRAG_MODELS`, or `~/.speechrag/models`."""
    stated = os.environ.get("SPEECHRAG_MODELS")
    return Path(stated) if stated else Path.home() / ".speechrag" / "models"


def hub_folder() -> Path:
    """Where huggingface_hub keeps what it has downloaded."""
    home = os.environ.get("HF_HOME", str(Path.home() / ".cache" / "huggingface"))
    return Path(os.environ.get("HF_HUB_CACHE", str(Path(home) / "hub")))


@contextmanager
def hub_offline(offline: bool) -> Iterator[None]:
    """Keep the hub's client from asking the network, for one load."""
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    before = {name: os.environ.get(name) for name in names}
    if offline:
        os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def locate_model(name: str) -> str:
    """A folder on disk for `name` (as it stands, or in the models folder), else the name."""
    for folder in (Path(name).expanduser(), models_folder() / name, models_folder() / _leaf(name)):
        if folder.is_dir():
            return str(folder)
    return name


def _leaf(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[-1]


class SentenceTransformerEncoder:
    """A sentence-transformers model, by folder or by name.

    Prompts come from the model's `config_sentence_transformers.json` where it has any, else from
    its family (`family_prompts`).

    Args:
        name: A folder, a folder's name in `models_folder()`, or a name on the hub.
        allow_download: Whether the hub may be asked for what is not on disk.
        batch_size: Texts at a time.
        progress: Called with (done, total) texts after every batch.

    Raises:
        EncoderError: It is not on disk, or sentence-transformers cannot load it.

    """

    def __init__(
        self,
        name: str,
        *,
        allow_download: bool = False,
        batch_size: int = 32,
        progress: Progress | None = None,
    ) -> None:
        self.name = name
        self._batch_size = batch_size
        self._progress = progress
        self._model = _load(name, allow_download=allow_download)
        if (self._model.max_seq_length or _MAX_TOKENS + 1) > _MAX_TOKENS and not _is_static(
            self._model
        ):
            self._model.max_seq_length = _MAX_TOKENS
        self.query_prompt, self.passage_prompt = self._find_prompts()

    def _find_prompts(self) -> tuple[str, str]:
        own = {key: value for key, value in (self._model.prompts or {}).items() if value}
        if not own:
            return family_prompts(_leaf(locate_model(self.name)))
        default = own.get(self._model.default_prompt_name or "", "")
        passage = next((own[key] for key in _PASSAGE_PROMPTS if key in own), default)
        return own.get("query", default), passage

    @property
    def dim(self) -> int:
        """Columns of the vectors."""
        return int(self._model.get_embedding_dimension())

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the weights as loaded, the tokenizer, the prompts and the length limit."""
        digest = hashlib.sha256()
        for key, tensor in sorted(self._model.state_dict().items()):
            digest.update(key.encode())
            digest.update(tensor.detach().cpu().contiguous().flatten().view(_bytes_type()).numpy())
        vocabulary: dict[str, int] = getattr(self._model.tokenizer, "get_vocab", dict)()
        digest.update(repr(sorted(vocabulary.items())).encode())
        prompts = (self.query_prompt, self.passage_prompt, self._model.max_seq_length)
        digest.update(repr(prompts).encode())
        return digest.hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions: float32, shape (len(texts), dim); zeros for blank texts."""
        return self._encode(texts, self.query_prompt)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages: float32, shape (len(texts), dim); zeros for blank texts."""
        return self._encode(texts, self.passage_prompt)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        filled = [i for i, text in enumerate(texts) if text.strip()]
        stretch = self._batch_size * _SORT_BATCHES
        n_done = len(texts) - len(filled)
        for start in range(0, len(filled), stretch):
            rows = sorted(filled[start : start + stretch], key=lambda i: (len(texts[i]), i))
            for at in range(0, len(rows), self._batch_size):
                batch = rows[at : at + self._batch_size]
                vectors[batch] = self._model.encode(
                    [texts[i] for i in batch],
                    prompt=prompt,  # "" keeps a default prompt from being added
                    batch_size=self._batch_size,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
                n_done += len(batch)
                if self._progress is not None:
                    self._progress(n_done, len(texts))
        return vectors


def _bytes_type() -> Any:
    import torch

    return torch.uint8


def _is_static(model: Any) -> bool:
    return type(model[0]).__name__ == "StaticEmbedding"


def _load(name: str, *, allow_download: bool) -> Any:
    found = locate_model(name)
    offline = not allow_download
    with hub_offline(offline):
        try:
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(found, device="cpu", local_files_only=offline)
        except Exception as exc:  # the library raises many classes, and OSError for most
            raise explain_missing(name, found, exc) from exc


def explain_missing(name: str, found: str, exc: Exception) -> EncoderError:
    """The error for a model that could not be loaded: not on disk, or damaged."""
    target = models_folder() / _leaf(name)
    if Path(found).is_dir():
        return EncoderError(
            f"{found} cannot be loaded as a sentence-transformers model: {exc}",
            "Copy the whole model folder again (modules.json, config.json, tokenizer, weights).",
        )
    return EncoderError(
        f"The encoder {name} is not on this machine.",
        f"Put its folder at {target}, or set allow_download: true to fetch it once.",
    )
