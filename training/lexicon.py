"""A token-level Chinese→English lexicon, for writing English and mixed questions by machine.

IBM Model 1 (Brown et al. 1993) over the parallel texts and the dictionaries gives p(english |
chinese); dictionary and glossary glosses of several words are added as phrases and share that
probability mass. Everything is in token ids, so that a batch is glossed without touching text.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.corpus import read_pairs
from training.dataset import Ragged, Source, content_mask, encode
from training.overlap import trained_glossary

_PARALLEL = ("parallel_tatoeba", "parallel_wmt", "parallel_wmt_machine", "parallel_wmt_news")
_DICTIONARIES = ("dictionary_cedict", "dictionary_wiktionary")
_MAX_LENGTH = 28
_N_ITERATIONS = 4
_N_GLOSSES = 10
_FLATTEN = 0.5  # odds are p ** 0.5: rarer translations are asked for too
_EMPTY = frozenset(
    ["the", "and", "for", "with", "that", "this", "are", "was", "were", "its", "has"]
)
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NOISE = re.compile(r"^(CL:|variant of|old variant|see |also written|surname|abbr\.|used in)")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Glosses of token t: rows `first[t]:first[t + 1]` of `phrases`, with cumulative odds."""

    first: NDArray[np.int64]
    phrases: tuple[NDArray[np.int32], ...]
    odds: NDArray[np.float64]  # within a token, ascending to 1


def _links(sources: list[Source]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """All (sentence, Chinese token, English token) links of short enough sentence pairs."""
    sentences, chinese, english = [], [], []
    n = 0
    for source in sources:
        for row in range(len(source)):
            zh = source.queries.ids[source.queries.starts[row] : source.queries.starts[row + 1]]
            en = source.passages.ids[source.passages.starts[row] : source.passages.starts[row + 1]]
            if len(zh) > _MAX_LENGTH or len(en) > _MAX_LENGTH:
                continue
            chinese.append(np.tile(zh, len(en)))
            english.append(np.repeat(en, len(zh)))
            sentences.append(np.repeat(np.arange(n, n + len(en)), len(zh)))
            n += len(en)
    return np.concatenate(sentences), np.concatenate(chinese), np.concatenate(english)


def align(sources: list[Source], n_tokens: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Model 1: keys chinese * n_tokens + english, ascending, and p(english | chinese)."""
    slots, chinese, english = _links(sources)
    keys, inverse = np.unique(chinese.astype(np.int64) * n_tokens + english, return_inverse=True)
    key_chinese = keys // n_tokens
    probability = np.full(len(keys), 1.0)
    for _ in range(_N_ITERATIONS):
        weight = probability[inverse]
        weight /= np.bincount(slots, weight)[slots]
        counts = np.bincount(inverse, weight, len(keys))
        totals = np.bincount(key_chinese, counts, n_tokens)
        probability = counts / (totals[key_chinese] + 0.5)
    return keys, probability


def _dictionary_phrases(data: Path) -> list[tuple[str, str, float]]:
    """(Chinese, English phrase, weight) from dictionaries and the glossary, cleaned of notes."""
    found = []
    for name in _DICTIONARIES:
        for chinese, gloss in read_pairs(data, name):
            for part in re.split(r"[;,/]", _BRACKETS.sub("", gloss)):
                phrase = part.strip().removeprefix("to ").strip()
                if phrase and not _NOISE.match(gloss) and len(phrase.split()) <= 4:
                    found.append((chinese, phrase, 0.02))
    for row in trained_glossary():
        found.extend((row.term, english, 0.5) for english in row.english)
    return found


def build_lexicon(data: Path, tokenizer: Tokenizer, sources: dict[str, Source]) -> Lexicon:
    """Up to ten glosses a Chinese token, by alignment probability and dictionary support."""
    n_tokens = tokenizer.get_vocab_size()
    mask = content_mask(tokenizer)
    keys, probability = align([sources[name] for name in (*_PARALLEL, *_DICTIONARIES)], n_tokens)
    glosses: dict[int, dict[tuple[int, ...], float]] = defaultdict(dict)
    names = [tokenizer.id_to_token(index) for index in range(n_tokens)]
    latin = np.array(
        [len(n) > 2 and n.isascii() and n.isalpha() and n not in _EMPTY for n in names]
    )
    for key in np.flatnonzero(probability > 0.03):
        zh, en = divmod(int(keys[key]), n_tokens)
        if latin[en] and not names[zh].isascii():
            glosses[zh][(en,)] = float(probability[key])
    phrases = _dictionary_phrases(data)
    chinese = encode(tokenizer, mask, [zh for zh, _, _ in phrases])
    english = encode(tokenizer, mask, [en for _, en, _ in phrases])
    for row, (_, _, weight) in enumerate(phrases):
        zh_ids = chinese.ids[chinese.starts[row] : chinese.starts[row + 1]]
        en_ids = english.ids[english.starts[row] : english.starts[row + 1]]
        if len(zh_ids) != 1 or not 1 <= len(en_ids) <= 8:
            continue
        pair_keys = zh_ids[0].astype(np.int64) * n_tokens + en_ids
        at = np.minimum(np.searchsorted(keys, pair_keys), len(keys) - 1)
        support = np.where(keys[at] == pair_keys, probability[at], 0.0).mean()
        entry = glosses[int(zh_ids[0])]
        entry[tuple(en_ids.tolist())] = entry.get(tuple(en_ids.tolist()), 0.0) + support + weight
    return _pack(glosses, n_tokens)


def lexicon_source(lexicon: Lexicon) -> Source:
    """The lexicon as pairs of its own: each gloss with its Chinese token."""
    tokens = np.repeat(np.arange(len(lexicon.first) - 1), np.diff(lexicon.first))
    starts = np.cumsum([0, *map(len, lexicon.phrases)])
    passages = Ragged(tokens.astype(np.int32), np.arange(len(tokens) + 1))
    return Source("lexicon", Ragged(np.concatenate(lexicon.phrases), starts), passages)


def _pack(glosses: dict[int, dict[tuple[int, ...], float]], n_tokens: int) -> Lexicon:
    first = np.zeros(n_tokens + 1, np.int64)
    phrases: list[NDArray[np.int32]] = []
    odds: list[float] = []
    for token in range(n_tokens):
        best = sorted(glosses.get(token, {}).items(), key=lambda item: (-item[1], item[0]))
        best = [(phrase, weight**_FLATTEN) for phrase, weight in best[:_N_GLOSSES]]
        total = sum(weight for _, weight in best)
        cumulative = 0.0
        for phrase, weight in best:
            cumulative += weight / total
            phrases.append(np.array(phrase, np.int32))
            odds.append(cumulative + 1e-9)
        first[token + 1] = len(phrases)
    return Lexicon(first, tuple(phrases), np.array(odds))
