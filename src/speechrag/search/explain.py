"""Why a hit was found: which words match, which are close in meaning, in which field, which role.

For a static encoder the cosine is a sum over pairs of token vectors, so the share of each pair of a
question token and a passage token is exact, not an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from speechrag.index.tokens import Tokenizer
from speechrag.search.query import Query
from speechrag.search.stopwords import QUESTION_WORDS
from speechrag.types import Hit, Vectors

MAX_PAIRS = 6
MIN_PAIR_COSINE = 0.35  # below it two words are not "close" to a reader's eye


@runtime_checkable
class TokenEncoder(Protocol):
    """An encoder whose text vectors are means of token vectors."""

    def token_vectors(self, text: str) -> Sequence[tuple[str, tuple[int, int], Vectors]]:
        """Each token with its offsets in the text and its vector."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question word and a passage word close in meaning."""

    asked: str
    found: str
    cosine: float
    share: float  # of the whole similarity


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say about one hit."""

    matched: tuple[str, ...]
    in_headings: tuple[str, ...]
    pairs: tuple[Pair, ...]
    role: str | None
    role_asked: bool
    parts: dict[str, float]

    def lines(self, lang: str = "zh") -> list[str]:
        """A few lines a person can read."""
        english = lang == "en"
        lines = []
        if self.matched:
            lines.append(("words matched: " if english else "词面对上：") + "、".join(self.matched))
        if self.in_headings:
            lines.append(
                ("in the headings: " if english else "标题里对上：") + "、".join(self.in_headings)
            )
        if self.pairs:
            label = "close in meaning: " if english else "语义相近："
            lines.append(label + "、".join(f"{p.asked}→{p.found}" for p in self.pairs))
        if self.role and self.role_asked:
            label = "does what was asked for: " if english else "段落作用与所问相合："
            lines.append(label + self.role)
        shares = " ".join(f"{name} {value:.2f}" for name, value in self.parts.items())
        lines.append(("parts: " if english else "得分构成：") + shares)
        return lines


def explain_hit(query: Query, hit: Hit, tokenizer: Tokenizer, encoder: object) -> Explanation:
    """Explain one hit of a question."""
    asked = set(query.terms) | set(query.added)
    words = dict.fromkeys(t for t in tokenizer.tokenize(hit.text) if t in asked)
    heading_text = " ".join((*hit.passage.section_path, hit.speech.title))
    headings = dict.fromkeys(t for t in tokenizer.tokenize(heading_text) if t in asked)
    pairs: tuple[Pair, ...] = ()
    if isinstance(encoder, TokenEncoder):
        pairs = _close_pairs(query.folded, hit.text, encoder, set(words))
    role = hit.passage.role
    return Explanation(
        matched=tuple(words),
        in_headings=tuple(headings),
        pairs=pairs,
        role=role.value if role else None,
        role_asked=role is not None and role == query.intent,
        parts=dict(hit.parts),
    )


def _close_pairs(
    question: str, passage: str, encoder: TokenEncoder, matched: set[str]
) -> tuple[Pair, ...]:
    asked = [t for t in encoder.token_vectors(question) if _says_something(t[0])]
    found = [t for t in encoder.token_vectors(passage) if t[0].strip()]
    if not asked or not found:
        return ()
    a = np.stack([vector for _, _, vector in asked])
    b = np.stack([vector for _, _, vector in found])
    products = a @ b.T
    norms = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)[None, :]
    cosines = products / np.maximum(norms, 1e-9)
    whole = float(products.sum()) or 1.0
    pairs: dict[tuple[str, str], Pair] = {}
    for i, j in np.argwhere(cosines >= MIN_PAIR_COSINE):
        left, right = asked[i][0].strip("▁ "), found[j][0].strip("▁ ")
        if left == right or right in matched or not left or not right:
            continue
        if not _says_something(right):
            continue
        share = float(products[i, j]) / whole
        known = pairs.get((left, right))
        total = share + (known.share if known else 0.0)
        pairs[left, right] = Pair(left, right, float(cosines[i, j]), total)
    best = sorted(pairs.values(), key=lambda p: (-p.share, p.asked, p.found))
    return tuple(best[:MAX_PAIRS])


def _says_something(token: str) -> bool:
    return token.strip() != "" and token.strip().lower() not in QUESTION_WORDS
