"""The same passages under another encoder, for comparing encoders without another index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.index.arrays import open_array, save_array
from speechrag.index.encoding import (
    TEXT_VERSION,
    context_text_for_encoding,
    passage_text_for_encoding,
)
from speechrag.index.lexical import LexicalIndex
from speechrag.index.passage_tokens import PassageTokens
from speechrag.index.store import PassageStore
from speechrag.index.vector_store import VectorStore
from speechrag.index.vectors import FaissStore
from speechrag.search.candidates import Searchable
from speechrag.search.engine import Engine
from speechrag.types import Encoder, Manifest, Vectors

BATCH_TEXTS = 256
CACHE = ".encoded"

Report = Callable[[int, int], None]  # texts done, of how many


@dataclass(frozen=True, slots=True)
class Reencoded:
    """A generation whose vectors come from another encoder; the rest is the generation's own."""

    name: str
    manifest: Manifest
    store: PassageStore
    lexical: LexicalIndex
    body: VectorStore
    context: VectorStore
    context_of: NDArray[np.int32]
    notices: tuple[str, ...] = ()
    tokens: PassageTokens | None = None  # another encoder's, which are made as they are met


def reencode(engine: Engine, encoder: Encoder, report: Report | None = None) -> Engine:
    """An engine over the same passages with `encoder`; its vectors are kept beside the index."""
    generation = engine.generation
    cache = engine.settings.index / CACHE
    key = f"{generation.manifest.corpus_digest[:16]}-{encoder.digest[:16]}-{TEXT_VERSION}"
    body = _vectors(cache / f"{key}.body.npy", _bodies(generation), encoder, report)
    context = _vectors(cache / f"{key}.context.npy", _contexts(generation), encoder, report)
    other = Reencoded(
        name=f"{generation.name}+{encoder.name}",
        manifest=generation.manifest,
        store=generation.store,
        lexical=generation.lexical,
        body=FaissStore.build(body),
        context=FaissStore.build(context),
        context_of=generation.context_of,
        notices=generation.notices,
    )
    return Engine(other, encoder, engine.tokenizer, engine.settings, engine.weights)


def _bodies(generation: Searchable) -> list[str]:
    return [
        passage_text_for_encoding(speech, passage)
        for speech in generation.store.iter_speeches()
        for passage in speech.passages
    ]


def _contexts(generation: Searchable) -> list[str]:
    """One text a context row, in the order of the rows."""
    texts: dict[int, str] = {}
    rows = iter(generation.context_of.tolist())
    for speech in generation.store.iter_speeches():
        for passage in speech.passages:
            texts.setdefault(next(rows), context_text_for_encoding(speech, passage))
    return [texts[row] for row in sorted(texts)]


def _vectors(file: Path, texts: list[str], encoder: Encoder, report: Report | None) -> Vectors:
    if file.is_file():
        cached: Vectors = np.asarray(open_array(file), dtype=np.float32)
        if cached.shape == (len(texts), encoder.dim):
            return cached
    batches = list(_encode(texts, encoder, report))
    vectors = np.concatenate(batches) if batches else np.zeros((0, encoder.dim), np.float32)
    file.parent.mkdir(exist_ok=True)
    save_array(file, vectors)
    return vectors


def _encode(texts: list[str], encoder: Encoder, report: Report | None) -> Iterator[Vectors]:
    for start in range(0, len(texts), BATCH_TEXTS):
        batch = texts[start : start + BATCH_TEXTS]
        yield encoder.encode_passages(batch)
        if report is not None:
            report(start + len(batch), len(texts))
