"""The gate: what a model wrote is held against the passages that it cites, sentence by sentence.

A sentence that does not pass is kept and marked; nothing is hidden and nothing is mended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from speechrag.answer.facts import find_names
from speechrag.answer.figures import find_figures, same_figure
from speechrag.answer.records import Problem, Sentence
from speechrag.corpus.sentences import sentence_ends
from speechrag.index.tokens import fold, fold_key
from speechrag.types import Encoder, Hit

MIN_SUPPORT = 0.204
"""Least cosine of a sentence with the nearest sentence it cites: 95 % of pairs of a sentence and a
passage of another speech lie below (benchmarks/results/answers-refusal.md)."""

_MARK = re.compile(r"[\[【［](?:段落)?\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\s*[\]】］]")
_MARKS_AHEAD = re.compile(rf"(?:\s*{_MARK.pattern})+")
_LIST_MARK = re.compile(r"^\s*(?:[-*•#>]+\s+|\d{1,2}[.、)]\s*)+")
_QUOTED = re.compile(r"“([^“”]{2,})”|「([^「」]{2,})」|『([^『』]{2,})』|\"([^\"\n]{2,})\"")
_BOOK = re.compile("《([^《》]{2,60})》")
_STOPS = fold("。，；！？,;!?.")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9.\-]+")


def check_answer(text: str, passages: Sequence[Hit], encoder: Encoder) -> tuple[Sentence, ...]:
    """A model's answer as sentences, each checked against the passages that it cites.

    Args:
        text: What the model wrote, with citations such as [1] or [1, 3].
        passages: The passages it was given; citations count them from 1.
        encoder: Scores the support.

    """
    pieces = split_answer(text)
    support = _support(pieces, passages, encoder)
    checked = []
    for (sentence, citations), cosine in zip(pieces, support, strict=True):
        problem = find_problem(sentence, citations, passages, cosine)
        known = tuple(n for n in citations if 1 <= n <= len(passages))
        checked.append(
            Sentence(
                text=sentence,
                citations=known,
                checked=problem is None,
                problem=problem,
                support=cosine,
            )
        )
    return tuple(checked)


def split_answer(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """(sentence without its marks, what it cites); marks behind a full stop belong to it."""
    pieces: list[tuple[str, tuple[int, ...]]] = []
    for line in text.split("\n"):
        start = 0
        for end in sentence_ends(line):
            if end <= start:
                continue
            behind = _MARKS_AHEAD.match(line, end)
            end = behind.end() if behind else end
            piece = line[start:end]
            start = end
            citations = _citations(piece)
            words = _LIST_MARK.sub("", _MARK.sub("", piece)).replace("**", "").strip()
            if any(char.isalnum() for char in words):
                pieces.append((words, citations))
            elif citations and pieces:
                pieces[-1] = (pieces[-1][0], tuple(dict.fromkeys(pieces[-1][1] + citations)))
    return pieces


def _citations(piece: str) -> tuple[int, ...]:
    numbers = (int(n) for marks in _MARK.findall(piece) for n in re.findall(r"\d+", marks))
    return tuple(dict.fromkeys(numbers))


def find_problem(
    sentence: str, citations: Sequence[int], passages: Sequence[Hit], support: float | None
) -> str | None:
    """Why a sentence does not pass, as "reason:what"; None when it does."""
    if not citations:
        return Problem.UNCITED.value
    unknown = [n for n in citations if not 1 <= n <= len(passages)]
    if unknown:
        return f"{Problem.UNKNOWN_PASSAGE}:[{unknown[0]}]"
    cited = [passages[n - 1] for n in citations]
    for problem, missing in (
        (Problem.QUOTE, _missing_quote(sentence, cited)),
        (Problem.NUMBER, _missing_figure(sentence, cited)),
        (Problem.NAME, _missing_name(sentence, cited)),
    ):
        if missing:
            return f"{problem}:{missing}"
    if support is not None and support < MIN_SUPPORT:
        return f"{Problem.SUPPORT}:{support:.2f}"
    return None


def _missing_quote(sentence: str, cited: Sequence[Hit]) -> str | None:
    texts = [fold_key(hit.text) for hit in cited]
    for groups in _QUOTED.findall(sentence):
        quote = next(group for group in groups if group)
        key = fold_key(quote).strip(_STOPS)
        if not any(key in text for text in texts):
            return str(quote)
    return None


def _missing_figure(sentence: str, cited: Sequence[Hit]) -> str | None:
    known = [figure for hit in cited for figure in find_figures(_evidence(hit))]
    for figure in find_figures(sentence):
        if not any(same_figure(figure, other) for other in known):
            return sentence[figure.start : figure.end]
    return None


def _missing_name(sentence: str, cited: Sequence[Hit]) -> str | None:
    evidence = fold_key(" ".join(_evidence(hit) for hit in cited))
    names = [sentence[start:end] for start, end, _ in find_names(sentence)]
    names += _BOOK.findall(sentence) + _LATIN.findall(sentence)
    for name in names:
        if fold_key(name) not in evidence:
            return str(name)
    return None


def _evidence(hit: Hit) -> str:
    """What a citation vouches for: the passage, its headings, and what is known of its speech."""
    speech = hit.speech
    year, _, rest = (speech.date or "").partition("-")
    date = f"{year}年 " + " ".join(
        f"{int(part)}月 {int(part)}日" for part in rest.split("-") if part
    )
    about = (speech.title, speech.speaker, speech.place, speech.occasion, date if year else "")
    return " ".join((hit.text, *hit.passage.section_path, *(part for part in about if part)))


def _support(
    pieces: Sequence[tuple[str, tuple[int, ...]]], passages: Sequence[Hit], encoder: Encoder
) -> list[float | None]:
    """Cosine of each sentence with the nearest sentence it cites; None where it cites nothing."""
    if not pieces or not passages:
        return [None] * len(pieces)
    parts: list[str] = []
    owner: list[int] = []
    for number, hit in enumerate(passages, 1):
        start = 0
        for end in sentence_ends(hit.text):
            parts.append(hit.text[start:end])
            owner.append(number)
            start = end
    cosines = (
        encoder.encode_passages([fold(words) for words, _ in pieces])
        @ encoder.encode_passages(parts).T
    )
    return [
        max(
            (float(row[at]) for at, number in enumerate(owner) if number in citations), default=None
        )
        for row, (_, citations) in zip(cosines, pieces, strict=True)
    ]
