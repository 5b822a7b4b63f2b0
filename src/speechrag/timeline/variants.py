"""Other wordings of a phrase in the same library: words put in, left out, turned round, added on.

They are read off the library's own text around the phrase's words, never made up, and then counted
like the phrase itself.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from speechrag.errors import QuestionError
from speechrag.index.tokens import fold, fold_key
from speechrag.timeline.counting import Counting
from speechrag.timeline.pattern import Phrase
from speechrag.timeline.records import Use, Variant, VariantKind, spread

MAX_VARIANTS = 12
MAX_COUNTED = 16  # candidates that are counted through the whole library
MAX_ROWS = 4_000  # passages read for candidates; evenly spread where more hold the words
MAX_PERMUTED = 3  # words; longer phrases keep their order
MIN_USES = 2  # of what is inserted far or added on: once may be chance
MAX_SHORT_GAP = 2
_GAP = r"[^\W\da-z]{0,6}?"
_TURNED_GAP = "[^\\W\\da-z和与及是或在对]{0,2}?"
_MARKS = r"[\"'、·]{0,2}"
_FUNCTION = frozenset("的和与及之在对将把以为于等")
_MODIFIES = ("n", "a", "b", "j", "s", "eng")  # jieba's tags of nouns, adjectives, places
_CLAUSE = re.compile(r"[^，。；：！？、,.;:!?\n\"'()《》]*$")
MAX_ADDED_CHARS = 6
N_TAGGED = 500  # uses whose left neighbours are looked at, evenly spread
MIN_ADDED_SHARE = 0.05  # of the phrase's uses; what is added on more rarely is the sentence's own


def find_variants(counting: Counting, phrase: Phrase) -> tuple[Variant, ...]:
    """The wordings nearest to a phrase that the library uses, most used first; ties by wording."""
    units = split_units(phrase.key)
    found = Counter(_around(counting, units)) if len(units) > 1 else Counter[str]()
    whole = counting.uses(phrase).kept
    kinds = {text: _kind_of(text, units) for text in found}
    kinds |= dict.fromkeys(_shortened(units), VariantKind.OMITTED)
    added = _added_on(whole, phrase) if len(phrase.key) > 2 else Counter[str]()
    kinds |= {text: VariantKind.EXTENDED for text in added if text not in kinds}
    kinds.pop(phrase.key, None)
    found += added
    ranked = sorted(kinds, key=lambda text: (text in found, -found[text], text))[:MAX_COUNTED]
    variants = [_count(counting, text, kinds[text], phrase) for text in ranked]
    kept = [v for v in variants if v and _tells(v, phrase, len(whole))]
    kept = [v for v in kept if not any(_is_part_of(v, other) for other in kept)]
    return tuple(sorted(kept, key=lambda v: (-v.n, v.phrase))[:MAX_VARIANTS])


def split_units(key: str) -> list[str]:
    """The words of a phrase between which something may stand; 的 and its like are none."""
    import rjieba

    words = [word for word in rjieba.cut(key) if re.search(r"[^\W_]", word)]
    units = [part for word in words if word not in _FUNCTION for part in _parts(word)]
    if len(units) != 1 or not re.fullmatch("[\u3400-\u9fff]{3,}", key):
        return units
    half = len(key) // 2
    return [key[:half], key[half:]] if len(key) > 3 else list(key)


def _parts(word: str) -> list[str]:
    """A long dictionary word by the words that it is put together from: 科技|成果."""
    import rjieba

    if len(word) < 4:
        return [word]
    parts: list[str] = []
    for part in rjieba.cut_for_search(word):
        if part != word and word.startswith(part, sum(map(len, parts))):
            parts.append(part)
    return parts if "".join(parts) == word else [word]


def _shortened(units: Sequence[str]) -> list[str]:
    """The phrase less one of its words but the last, which says what it is; over half is left."""
    if len(units) < 3 or len(units) > 6:
        return []
    total = sum(map(len, units))
    rest = ["".join((*units[:at], *units[at + 1 :])) for at in range(len(units) - 1)]
    return [text for text in rest if 2 * len(text) > total and len(text) > 2]


def _around(counting: Counting, units: Sequence[str]) -> Iterator[str]:
    """Each stretch of text that holds the words of a phrase close together, in any order."""
    held: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None
    for unit in units:
        rows = counting.narrowing.rows(unit)
        held = rows if held is None else np.intersect1d(held, rows, assume_unique=True)
    if held is None:
        return
    if len(held) > MAX_ROWS:
        held = held[np.linspace(0, len(held) - 1, MAX_ROWS).astype(np.int64)]
    patterns = _patterns(units)
    for row in held.tolist():
        speech, passage = counting.generation.store.located(row)
        text = fold("\n".join((*passage.section_path, speech.text[passage.start : passage.end])))
        for pattern in patterns:
            yield from (fold_key(match[0]) for match in pattern.finditer(text))


def _patterns(units: Sequence[str]) -> list[re.Pattern[str]]:
    escaped = [re.escape(unit) for unit in units]
    single = min(map(len, units)) == 1  # 放、管、服 is a wording of 放管服; 放…管…服 is none
    patterns = [re.compile((_MARKS if single else f"(?:{_GAP}|{_MARKS})").join(escaped))]
    if len(units) <= MAX_PERMUTED and not single:
        turned = (order for order in itertools.permutations(escaped) if [*order] != escaped)
        patterns += [re.compile(_TURNED_GAP.join(order)) for order in turned]
    return patterns


def _kind_of(text: str, units: Sequence[str]) -> VariantKind:
    at = -1
    for unit in units:
        at = text.find(unit, at + 1)
        if at < 0:
            return VariantKind.SWAPPED
    return VariantKind.INSERTED


def _added_on(uses: Sequence[Use], phrase: Phrase) -> Counter[str]:
    """What modifies the phrase right before it: 科技 in 科技成果转化."""
    import rjieba

    found: Counter[str] = Counter()
    for use in spread(uses, N_TAGGED):
        before = _CLAUSE.search(fold(use.speech.text[max(0, use.start - 16) : use.start]))
        lead = fold_key(before[0]) if before else ""
        if not lead:
            continue
        added, length = "", 0
        for word, tag in reversed(_up_to(rjieba.tag(lead + phrase.key), len(lead))):
            length += len(word)
            if not tag.startswith(_MODIFIES) or tag == "nr" or length > MAX_ADDED_CHARS:
                break
            added = word + added
            found[added + phrase.key] += 1
    return found


def _up_to(tagged: Sequence[tuple[str, str]], end: int) -> list[tuple[str, str]]:
    """The tagged words that fill the text up to `end`; none where a word runs over it.

    A word put together from others may be cut between these: 科技|成果.
    """
    at, words = 0, []
    for word, tag in tagged:
        if at + len(word) <= end:
            words.append((word, tag))
            at += len(word)
            continue
        head = word[: end - at]
        cuts = itertools.accumulate(map(len, _parts(word)))
        return [*words, (head, tag)] if head and end - at in cuts else words * (at == end)
    return words if at == end else []


def _count(counting: Counting, text: str, kind: VariantKind, phrase: Phrase) -> Variant | None:
    """A wording with its uses that are not part of the phrase itself."""
    try:
        uses = counting.uses(Phrase(text)).kept
    except QuestionError:
        return None
    if kind is VariantKind.OMITTED:
        uses = tuple(use for use in uses if not _within(use, phrase))
    if not uses:
        return None
    years = [use.year for use in uses if use.year is not None]
    first, last = (min(years), max(years)) if years else (None, None)
    shown = Counter(fold_key(use.speech.text[use.start : use.end]) for use in uses)
    return Variant(min(shown, key=lambda t: (-shown[t], t)), kind, len(uses), first, last)


def _within(use: Use, phrase: Phrase) -> bool:
    reach = 2 * len(phrase.key)
    low, high = max(0, use.start - reach), use.end + reach
    spans = phrase.find_in(use.speech.text, low, min(high, len(use.speech.text)))
    return any(start <= use.start and use.end <= end for start, end in spans)


def _tells(variant: Variant, phrase: Phrase, n_whole: int) -> bool:
    """Whether it is more than a chance meeting of words."""
    if variant.kind is VariantKind.EXTENDED:
        return variant.n >= max(MIN_USES, MIN_ADDED_SHARE * n_whole)
    return variant.n >= MIN_USES or len(variant.phrase) - len(phrase.key) <= MAX_SHORT_GAP


def _is_part_of(variant: Variant, other: Variant) -> bool:
    """Whether it mostly stands as the end of a longer wording that is listed: 教育 of 主题教育."""
    return (
        variant.kind is other.kind is VariantKind.EXTENDED
        and len(other.phrase) > len(variant.phrase)
        and other.phrase.endswith(variant.phrase)
        and 2 * other.n >= variant.n
    )
