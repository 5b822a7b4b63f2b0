"""How quoted words differ from their source: words, punctuation and script told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from speechrag.draft.records import Span
from speechrag.index.tokens import fold, fold_key_map

_ONE_QUOTE_MARK = dict.fromkeys(
    map(ord, "\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\"'"), '"'
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands in the draft instead of what stands in the source; either may be empty.

    kind: "words", "punctuation" or "script" (繁简、异体、全半角、大小写).
    The spans index the two texts that were compared.
    """

    draft: str
    source: str
    kind: str
    draft_span: Span
    source_span: Span


def find_differences(draft: str, source: str) -> list[Difference]:
    """Every difference between a quotation and its source, by its place.

    Marks before the first and behind the last letter are no part of a quotation; white space, the
    width of punctuation and the kind of quotation marks make no difference.
    """
    a, a_at = fold_key_map(draft, ignore_punctuation=True)
    b, b_at = fold_key_map(source, ignore_punctuation=True)
    found: list[Difference] = []
    last: tuple[int, int] | None = None
    for op in Levenshtein.opcodes(a, b):
        i1, i2, j1, j2 = op.src_start, op.src_end, op.dest_start, op.dest_end
        if op.tag != "equal":
            found.append(_words(draft, source, _range(a_at, i1, i2), _range(b_at, j1, j2)))
            last = None
            continue
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            if last is not None:
                found += _marks(draft, source, (last[0] + 1, a_at[i]), (last[1] + 1, b_at[j]))
            found += _letters(draft, source, a_at[i], b_at[j])
            last = (a_at[i], b_at[j])
    return list(_joined(found, draft, source))


def _range(offsets: list[int], start: int, end: int) -> Span:
    """The range of the text behind a range of the key, which may be empty."""
    if start < end:
        return offsets[start], offsets[end - 1] + 1
    at = offsets[start] if start < len(offsets) else offsets[-1] + 1 if offsets else 0
    return at, at


def _words(draft: str, source: str, ours: Span, theirs: Span) -> Difference:
    return Difference(draft[slice(*ours)], source[slice(*theirs)], "words", ours, theirs)


def _marks(draft: str, source: str, ours: Span, theirs: Span) -> Iterator[Difference]:
    a, b = (_plain_marks(t[slice(*s)]) for t, s in ((draft, ours), (source, theirs)))
    if a != b:
        words = draft[slice(*ours)].strip(), source[slice(*theirs)].strip()
        yield Difference(*words, "punctuation", ours, theirs)


def _plain_marks(marks: str) -> str:
    """Marks as far as they matter: a quotation within a quotation has the other quotation marks."""
    return "".join(fold(marks).translate(_ONE_QUOTE_MARK).split())


def _letters(draft: str, source: str, i: int, j: int) -> Iterator[Difference]:
    if draft[i] != source[j]:
        yield Difference(draft[i], source[j], "script", (i, i + 1), (j, j + 1))


def _joined(found: list[Difference], draft: str, source: str) -> Iterator[Difference]:
    """Neighbouring differences of one kind as one."""
    open_: Difference | None = None
    for one in found:
        touches = open_ and (
            open_.kind == one.kind != "punctuation"
            and open_.draft_span[1] == one.draft_span[0]
            and open_.source_span[1] == one.source_span[0]
        )
        if open_ and touches:
            ours = (open_.draft_span[0], one.draft_span[1])
            theirs = (open_.source_span[0], one.source_span[1])
            open_ = Difference(draft[slice(*ours)], source[slice(*theirs)], one.kind, ours, theirs)
            continue
        if open_:
            yield open_
        open_ = one
    if open_:
        yield open_
