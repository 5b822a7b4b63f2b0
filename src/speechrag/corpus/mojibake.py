"""Find runs of mojibake in a decoded text, repair those that can be, and mark the others.

Three accidents are known: GBK read one byte off (空气諝鈩恿…), UTF-8 read as GBK (锛屽湪…), and
bytes read as Latin-1 (ÎÒÃÇ). Suspicion needs several rare characters close together, so that
sound text, Traditional or with rare names, is not even tried; a repair is taken only when it reads
far better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from speechrag.corpus.characters import HAN
from speechrag.corpus.edits import Edit
from speechrag.corpus.likelihood import char_cost
from speechrag.corpus.reencode import from_latin, from_utf8, shift_byte
from speechrag.corpus.soundness import is_word, sound_cost
from speechrag.types import RemovalReason

RARE_COST = 13.5  # of `likelihood.char_cost`: not among the common characters of either script
MAX_GAP_CHARS = 6  # between two rare characters of one run
# Mean cost a character above which a run cannot be sound; see tests/corpus/test_mojibake.py.
UNSOUND_COST = 11.0

TORN_COST = 8.5  # the same for a run between two question marks

_MAY_BE_RARE = re.compile(f"[{HAN}\ue000-\uf8ff]")
_LATIN_RUN = re.compile("[\x80-\xffŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{4,}")
_LATIN_LETTER = re.compile("[\xc0-\xff]")
_ODD = re.compile(r"[?？;�@A-Za-z]")
_PARTS = re.compile("[\n\ufffd]")
_TORN = re.compile(
    f"(?<=[{HAN}][?\ufffd])([;:]?[^\x00-\x7f\\s，。、；：！？“”]{{1,16}})(?=[?\ufffd][{HAN},])"
)
# Replacement characters, and the few characters between two of them; the same twice as GBK
# (锟斤拷), and memory that a program never filled (烫烫烫).
_REPLACEMENT = re.compile(
    f"\ufffd+(?:[^\n]{{1,8}}?\ufffd+)*|(?<=[{HAN}])\\?\\?(?=[{HAN},])"
    "|(?:锟斤拷)+(?:锟斤?)?|烫{3,}|屯{3,}"
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """source[start:end] runs from the first rare character of a run to behind its last."""

    start: int
    end: int
    n_rare: int


def find_mojibake(source: str) -> tuple[list[Edit], list[tuple[int, int]]]:
    """Repairs to make, and ranges of the source that look damaged but could not be repaired."""
    edits: list[Edit] = []
    doubtful = [m.span() for m in _REPLACEMENT.finditer(source)]
    at = 0
    for suspect in _suspects(source):
        if suspect.start < at:
            continue
        repair = from_utf8(source, suspect.start, suspect.end) or shift_byte(
            source, suspect.start, suspect.end
        )
        if repair and repair.start >= at:
            edits.extend(_edits(repair.start, repair.end, repair.text, repair.n_lead))
            if not repair.is_certain:
                doubtful.extend((e.start, e.end) for e in edits[-2:] if e.text)
            at = repair.end
        elif _is_damaged(source, suspect):
            doubtful.append((suspect.start, suspect.end))
    for match in _LATIN_RUN.finditer(source):
        letters = _LATIN_LETTER.search(match.group())
        if letters and (text := from_latin(match.group())):
            edits.extend(_edits(match.start(), match.end(), text, 0))
    return edits, _still_doubtful(source, edits, doubtful)


def _still_doubtful(
    source: str, edits: list[Edit], doubtful: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Ranges in doubt less what was repaired for certain; lost characters stay in doubt."""
    sure = [e for e in edits if (e.start, e.end) not in doubtful]
    left: set[tuple[int, int]] = set()
    for start, end in doubtful:
        if not any(e.start < end and e.end > start for e in sure):
            left.add((start, end))
            continue
        lost = (m.span() for m in re.compile("\ufffd+").finditer(source, start, end))
        left.update((a, b) for a, b in lost if not any(e.start < b and e.end > a for e in sure))
    return sorted(left)


def _edits(start: int, end: int, text: str, n_lead: int) -> Iterator[Edit]:
    """A repair as edits: the leftovers before it dropped, the rest replaced.

    The replaced stretch and its text differ in length, because equal lengths would claim that
    they correspond character by character.
    """
    first = start + n_lead
    if end - first == len(text) and n_lead == 0:
        first += 1
    if first > start and end - first != len(text):
        yield Edit(start, first, RemovalReason.MOJIBAKE)
    else:
        first = start
    if end - first == len(text):
        first = start + 1
        yield Edit(start, first, RemovalReason.MOJIBAKE)
    yield Edit(first, end, RemovalReason.MOJIBAKE, text)


def _rare_positions(source: str) -> list[int]:
    rare = "".join(c for c in set(source) if char_cost(c) >= RARE_COST and _MAY_BE_RARE.match(c))
    if not rare:
        return []
    return [m.start() for m in re.finditer(f"[{re.escape(rare)}]", source)]


def _suspects(source: str) -> Iterator[Suspect]:
    """Runs of rare characters with little between them, and runs between lost bytes, in order."""
    return iter(sorted([*_rare_runs(source), *_torn_runs(source)], key=lambda s: (s.start, s.end)))


def _rare_runs(source: str) -> Iterator[Suspect]:
    run: list[int] = []
    for at in [*_rare_positions(source), len(source) + MAX_GAP_CHARS + 2]:
        if run and (at - run[-1] > MAX_GAP_CHARS or _PARTS.search(source, run[-1], at)):
            odd = _ODD.search(source, max(0, run[0] - 3), run[-1] + 4) is not None
            if len(run) >= 2 or odd:
                yield Suspect(run[0], run[-1] + 1, len(run))
            run = []
        run.append(at)


def _torn_runs(source: str) -> Iterator[Suspect]:
    """A few characters that hang between two question marks: 产学?泻献骰?制."""
    for match in _TORN.finditer(source):
        yield Suspect(match.start(1), match.end(1), 0)


def _is_damaged(source: str, suspect: Suspect) -> bool:
    """Whether a run that could not be repaired is too unlikely to be sound text."""
    text = source[suspect.start : suspect.end]
    if suspect.n_rare == 0:
        return sound_cost(text) / len(text) > TORN_COST
    if suspect.n_rare < 4 or suspect.n_rare * 3 < len(text):
        return False
    if any(is_word(text[i : i + n]) for n in (2, 3, 4) for i in range(len(text) - n + 1)):
        return False
    return sound_cost(text) / len(text) > UNSOUND_COST
