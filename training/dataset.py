"""Turn the material into token arrays, one `Source` a kind of pair, cached as .npz files."""

import hashlib
import random
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from speechrag.index.segment import Segmenter
from training.corpus import (
    CHINESE_COLUMN,
    CHINESE_PAIRS,
    DOCUMENTS,
    UNLICENSED_PAIRS,
    read_documents,
    read_pairs,
)
from training.cutting import KINDS, Pair, cut_pairs
from training.overlap import trained_glossary, trained_questions
from training.vocab import is_content
from training.written_pairs import written_pairs

Ids = NDArray[np.int32]
MAX_TOKENS = 160
_ENCODE_BATCH = 256
# pairs with a short official query, in which a glossary term can be swapped
_SWAPPED_KINDS = ("heading", "question", "clause", "title")


@dataclass(frozen=True, slots=True)
class Ragged:
    """Texts as content tokens: text i is `ids[starts[i]:starts[i + 1]]`."""

    ids: Ids
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: NDArray[np.int64]) -> "Ragged":
        """The texts of `rows`, in that order."""
        lengths = (self.starts[1:] - self.starts[:-1])[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        index = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[rows], lengths)
        return Ragged(self.ids[index], starts)


@dataclass(frozen=True, slots=True)
class Source:
    """Pairs of one kind: row i of `queries` belongs with row i of `passages`."""

    name: str
    queries: Ragged
    passages: Ragged

    def __len__(self) -> int:
        return len(self.queries)


def content_mask(tokenizer: Tokenizer) -> NDArray[np.bool_]:
    """Which token ids may carry a vector."""
    mask = np.zeros(tokenizer.get_vocab_size(), bool)
    for token, index in tokenizer.get_vocab().items():
        mask[index] = is_content(token)
    return mask


def encode(tokenizer: Tokenizer, mask: NDArray[np.bool_], texts: list[str]) -> Ragged:
    """Content tokens of every text, at most `MAX_TOKENS` each."""
    segmenter = _segmenter(tokenizer)
    parts: list[Ids] = []
    lengths: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
    for start in range(0, len(texts), _ENCODE_BATCH):
        chunk = texts[start : start + _ENCODE_BATCH]
        found = segmenter.segment(chunk)
        ids, starts = found or _encode_singly(tokenizer, chunk)
        row = np.repeat(np.arange(len(chunk)), np.diff(starts))
        row, ids = row[mask[ids]], ids[mask[ids]]
        first = np.searchsorted(row, np.arange(len(chunk) + 1))
        kept = np.arange(len(ids)) - first[row] < MAX_TOKENS
        parts.append(ids[kept])
        lengths.append(np.bincount(row[kept], minlength=len(chunk)))
    flat = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    return Ragged(flat, np.cumsum(np.concatenate(lengths)))


def _encode_singly(tokenizer: Tokenizer, texts: list[str]) -> tuple[Ids, NDArray[np.int64]]:
    found = [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    starts = np.cumsum([0, *map(len, found)])
    return np.array([i for ids in found for i in ids], np.int32), starts


@lru_cache(maxsize=1)
def _segmenter(tokenizer: Tokenizer) -> Segmenter:
    """The array segmenter of the last tokenizer asked for."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tokenizer.json"
        tokenizer.save(str(file))
        return Segmenter(file)


def make_source(
    name: str, pairs: Iterable[Pair], tokenizer: Tokenizer, mask: NDArray[np.bool_]
) -> Source:
    """Tokenize pairs and keep those with content on both sides."""
    pairs = list(pairs)
    queries = encode(tokenizer, mask, [query for query, _ in pairs])
    passages = encode(tokenizer, mask, [passage for _, passage in pairs])
    kept = np.flatnonzero((np.diff(queries.starts) > 0) & (np.diff(passages.starts) > 0))
    return Source(name, queries.take(kept), passages.take(kept))


def _document_pairs(data: Path, source: str, seed: int) -> dict[str, list[Pair]]:
    rng = random.Random(f"{seed}-{source}")
    documents = list(read_documents(data, source))
    rng.shuffle(documents)
    found: dict[str, list[Pair]] = {kind: [] for kind in KINDS}
    for document in documents:
        for kind, pairs in cut_pairs(document, rng).items():
            found[kind].extend(pairs)
    return found


def _written_digest() -> str:
    rows = repr((trained_glossary(), trained_questions()))
    return hashlib.sha256(rows.encode()).hexdigest()[:12]


def _load(path: Path) -> dict[str, Source]:
    arrays = np.load(path)
    names = sorted({key.split("|")[0] for key in arrays.files})
    return {
        name: Source(
            name,
            Ragged(arrays[f"{name}|q"], arrays[f"{name}|qs"]),
            Ragged(arrays[f"{name}|p"], arrays[f"{name}|ps"]),
        )
        for name in names
    }


def _save(path: Path, sources: dict[str, Source]) -> None:
    arrays = {}
    for name, source in sources.items():
        arrays[f"{name}|q"], arrays[f"{name}|qs"] = source.queries.ids, source.queries.starts
        arrays[f"{name}|p"], arrays[f"{name}|ps"] = source.passages.ids, source.passages.starts
    np.savez(path, **arrays)  # type: ignore[arg-type]


def load_sources(
    data: Path, cache: Path, tokenizer: Tokenizer, seed: int, unlicensed: bool = False
) -> dict[str, Source]:
    """Every source of documents and pairs, tokenized; cached by tokenizer and seed."""
    mask = content_mask(tokenizer)
    digest = hashlib.sha256(tokenizer.to_str().encode()).hexdigest()[:12]
    sources: dict[str, Source] = {}
    for document_source in DOCUMENTS:
        path = cache / f"{document_source}-{digest}-{seed}.npz"
        if not path.exists():
            pairs = _document_pairs(data, document_source, seed)
            _save(
                path,
                {
                    f"{document_source}.{kind}": make_source(kind, found, tokenizer, mask)
                    for kind, found in pairs.items()
                    if len(found) >= 500
                },
            )
        sources.update(_load(path))
    path = cache / f"written-{digest}-{seed}-{_written_digest()}.npz"
    if not path.exists():
        political = _document_pairs(data, "political", seed)
        headings = [pair for kind in _SWAPPED_KINDS for pair in political[kind]]
        found = written_pairs(data, headings, seed)
        made = {name: make_source(name, pairs, tokenizer, mask) for name, pairs in found.items()}
        _save(path, {name: source for name, source in made.items() if len(source)})
    sources.update(_load(path))
    names = [*CHINESE_COLUMN, *CHINESE_PAIRS, *(UNLICENSED_PAIRS if unlicensed else ())]
    for name in names:
        path = cache / f"{name}-{digest}.npz"
        if not path.exists():
            _save(path, {name: make_source(name, read_pairs(data, name), tokenizer, mask)})
        sources.update(_load(path))
    return sources
