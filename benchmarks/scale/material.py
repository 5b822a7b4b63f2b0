"""What generated libraries are made of: clauses, words and themes that the repository carries.

Clauses come from the demo speeches and the written answers, words by frequency from the built-in
encoder's vocabulary (most frequent first), themes and terms from the glossary. Real text can be
given instead: sentences of documents, recombined (`--data`, the corpora the encoder is trained on).
"""

from __future__ import annotations

import csv
import json
import lzma
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import rjieba

REPO = Path(__file__).parents[2]
TRAINING = REPO / "training"
SEEDS = REPO / "seeds"
VOCABULARY = REPO / "src" / "speechrag" / "model" / "tokenizer.json"

N_FIXED_WORDS = 60
"""The most frequent words stay where a clause has them: 我们, 工作, 应当 … hold it together."""

_WORD = re.compile(r"[\u4e00-\u9fff]{2,}")
_CLAUSE = re.compile(r"[^，。；！？：、,:;!?\s“”‘’（）()《》—…]{5,28}")
# A paragraph that holds these words is taken for a web page's, and removed.
_PLAIN = {"仅供参考": "参考", "版权所有": "所有"}
# What would be read as a heading or a list's item at the start of a paragraph.
_ITEM = re.compile(r"第?[一二三四五六七八九十\d]+[是要、.．章节条]|[首其再最][先次后]|另外|此外")
_SENTENCE = re.compile(r"[^。！？\n]{12,180}[。！？]")

Clause = tuple[tuple[str, ...], tuple[int, ...]]  # words, and which of them may be replaced


@dataclass(frozen=True, slots=True)
class Term:
    """A row of the glossary."""

    term: str
    english: tuple[str, ...]
    everyday: tuple[str, ...]
    theme: str


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


class Material:
    """Clauses by theme, words by frequency, and the glossary; read once, when first asked for."""

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The glossary, in its order."""
        return tuple(
            Term(
                row["term"],
                tuple(part.strip() for part in row["english"].split("|") if part.strip()),
                tuple(part.strip() for part in row["everyday"].split("|") if part.strip()),
                row["theme"],
            )
            for row in _read_rows(TRAINING / "glossary.tsv")
        )

    @cached_property
    def themes(self) -> dict[str, tuple[str, ...]]:
        """The Chinese terms of each theme that has at least thirty."""
        found: dict[str, list[str]] = {}
        for term in self.terms:
            if 2 <= len(term.term) <= 10 and _WORD.fullmatch(term.term):
                found.setdefault(term.theme, []).append(term.term)
        return {theme: tuple(terms) for theme, terms in found.items() if len(terms) >= 30}

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Chinese words of two characters or more, the most frequent first."""
        pieces = json.loads(VOCABULARY.read_text(encoding="utf-8"))["model"]["vocab"]
        return tuple(_PLAIN.get(piece, piece) for piece, _score in pieces if _WORD.fullmatch(piece))

    @cached_property
    def clauses(self) -> dict[str, tuple[Clause, ...]]:
        """Clauses by theme; those of the demo speeches and of small themes under ""."""
        texts: dict[str, list[str]] = {"": list(_read_seeds())}
        for row in _read_rows(TRAINING / "questions.tsv"):
            texts.setdefault(row["theme"], []).append(row["answer"])
        kept: dict[str, tuple[Clause, ...]] = {}
        rest: list[Clause] = []
        for theme, parts in texts.items():
            clauses = list(self._cut(dict.fromkeys(parts)))
            if theme and len(clauses) >= 40:
                kept[theme] = tuple(clauses)
            else:
                rest += clauses
        return kept | {"": tuple(rest)}

    def _cut(self, texts: Sequence[str] | dict[str, None]) -> Iterator[Clause]:
        fixed = set(self.words[:N_FIXED_WORDS])
        for text in texts:
            for found in _CLAUSE.finditer(text):
                if _ITEM.match(found[0]):
                    continue
                words = tuple(rjieba.cut(found[0]))
                slots = tuple(
                    at
                    for at, word in enumerate(words)
                    if word.isdigit() or (_WORD.fullmatch(word) and word not in fixed)
                )
                yield words, slots


def _read_seeds() -> Iterator[str]:
    from speechrag.corpus.clean import parse_file

    for path in sorted(SEEDS.glob("20*.txt")):
        for speech in parse_file(path).speeches:
            for passage in speech.passages:
                yield speech.text[passage.start : passage.end]


def read_documents(data: Path) -> list[list[str]]:
    """The sentences of each document of the corpora in a folder (`*.jsonl.xz`), in order of name.

    Documents of fewer than eight sentences are left out.
    """
    documents = []
    for path in sorted(data.glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                paragraphs = json.loads(line)["paragraphs"]
                found = [
                    sentence
                    for paragraph in paragraphs
                    for sentence in _SENTENCE.findall(paragraph.replace("　", ""))
                    if not _ITEM.match(sentence) and not sentence.startswith(("（", "(", "#"))
                ]
                if len(found) >= 8:
                    documents.append(found)
    return documents
