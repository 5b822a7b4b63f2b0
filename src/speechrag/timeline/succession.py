"""What took a phrase's place, told only where the library shows it.

A phrase has a successor when all of this is measured: its rate falls for good (turning.py); the
rate of another phrase rises at the same turn, both beyond chance by a rank test over speeches;
the other fills the places that it stood in (frames.py); and the two are alike in meaning by the
encoder. Where one is missing nothing is said: many words come and go with the years.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from speechrag.errors import QuestionError
from speechrag.index.tokens import fold_key
from speechrag.search.engine import Engine
from speechrag.timeline.counting import Counting
from speechrag.timeline.frames import BLANK, fills_in, frames_of, show_frame
from speechrag.timeline.pattern import Phrase
from speechrag.timeline.records import Successor, Use, spread, year_of
from speechrag.timeline.turning import MAX_RISE_P, Turn, find_turn
from speechrag.types import Vectors

RISE = 3.0  # the other's rate after the turn is at least so many times its rate before
MIN_NEW_SPEECHES = 3
MIN_FRAMES = 2
MIN_SIMILARITY = 0.25
"""The mean cosine of the two phrases and of the passages around them. Chosen on yearly reports of
1954-2025 and 28,698 articles of 2012-2026: with two frames it lets 西部大开发 → 区域发展总体 and
科学发展观 → 新发展理念 through, and none of 党中央, 中国式现代化, 和平发展 or 循环经济, which rose
at such turns too (0.07 to 0.25, mostly in one frame)."""
MIN_HOLD = 0.1  # of the times that anything fills a frame
N_CONTEXTS = 800  # passages after the turn that are most like those of the phrase
N_USES_READ = 600  # of the phrase, for its frames; evenly spread
N_CANDIDATES = 10
MAX_SUCCESSORS = 3


def find_successors(engine: Engine, counting: Counting, phrase: Phrase) -> tuple[Successor, ...]:
    """At most three phrases that took the phrase's place, the best borne out first."""
    uses = counting.uses(phrase).kept
    turn = find_turn(uses, counting.generation.store)
    if turn is None:
        return ()
    before = [use for use in uses if turn.in_before(use.year)]
    frames = frames_of(spread(before, N_USES_READ))
    if not frames:
        return ()
    centre = _centre(engine, before)
    early = _fills(engine, centre, frames, turn.in_before, turn.kinds)
    late = _fills(engine, centre, frames, turn.in_after, turn.kinds)
    found: list[Successor] = []
    for text, places in _takers(early, late, phrase.key):
        successor = _judge(engine, counting, (phrase, before), text, places, turn)
        if successor and not any(_same(successor.phrase, other.phrase) for other in found):
            found.append(successor)
    found.sort(key=lambda s: (-len(s.frames), -s.new_after.per_10k_chars, s.phrase))
    return tuple(found[:MAX_SUCCESSORS])


Filled = dict[str, dict[str, list[str]]]  # frame → what fills it → the speech of each time


def _fills(
    engine: Engine,
    centre: Vectors,
    frames: Iterable[str],
    in_era: Callable[[int | None], bool],
    kinds: frozenset[str | None],
) -> Filled:
    """What fills the frames in the passages of an era that are most like the phrase's own."""
    generation, store = engine.generation, engine.generation.store
    lefts: defaultdict[str, set[str]] = defaultdict(set)
    for frame in frames:
        left, _, right = frame.partition(BLANK)
        lefts[left].add(right)
    speeches = store.speeches()
    wanted = np.array([in_era(year_of(s.date)) and s.kind in kinds for s in speeches], dtype=bool)
    allowed = wanted[store.speech_of_row]
    k = min(N_CONTEXTS, int(allowed.sum()))
    fills: Filled = {}
    rows = generation.body.search(centre[None, :], k, allowed)[1][0] if k else np.zeros(0, int)
    for row in rows[rows >= 0].tolist():
        speech, passage = store.located(row)
        for text in (*passage.section_path, speech.text[passage.start : passage.end]):
            for frame, fill in fills_in(text, lefts):
                fills.setdefault(frame, {}).setdefault(fill, []).append(speech.id)
    return fills


def _takers(early: Filled, late: Filled, key: str) -> list[tuple[str, dict[str, set[str]]]]:
    """What holds frames after the turn that the phrase held before it: wording, its frames.

    A frame is held by what fills it a good part of the times that anything does, so that
    “发展＿＿”, where anything may stand, tells nothing.
    """
    taken: dict[str, dict[str, set[str]]] = {}
    for frame, fills in late.items():
        before = early.get(frame, {})
        if len(before.get(key, ())) < MIN_HOLD * max(1, sum(map(len, before.values()))):
            continue
        least = MIN_HOLD * sum(map(len, fills.values()))
        for text, speeches in fills.items():
            if len(speeches) >= least and _is_other(text, key):
                taken.setdefault(text, {})[frame] = set(speeches)
    borne_out = {
        text: places
        for text, places in taken.items()
        if len(set().union(*places.values())) >= MIN_NEW_SPEECHES
    }
    ranked = sorted(borne_out, key=lambda text: (-_support(borne_out[text]), text))
    return [(text, borne_out[text]) for text in ranked[:N_CANDIDATES]]


def _judge(
    engine: Engine,
    counting: Counting,
    old: tuple[Phrase, Sequence[Use]],
    text: str,
    fills: dict[str, set[str]],
    turn: Turn,
) -> Successor | None:
    """The candidate as a successor, if every condition holds."""
    phrase, before = old
    try:
        uses = counting.uses(Phrase(text)).kept
    except QuestionError:
        return None
    new_before, new_after = turn.eras(uses)
    rises = new_after.per_10k_chars >= RISE * new_before.per_10k_chars
    if new_after.n_speeches < MIN_NEW_SPEECHES or not rises or turn.rise_p(uses) >= MAX_RISE_P:
        return None
    after = [use for use in uses if turn.in_after(use.year)]
    similarity = _similarity(engine, phrase.key, text, before, after)
    if len(fills) < MIN_FRAMES or similarity < MIN_SIMILARITY:
        return None
    old_before, old_after = turn.eras(counting.uses(phrase).kept)
    return Successor(
        phrase=text,
        old_before=old_before,
        old_after=old_after,
        new_before=new_before,
        new_after=new_after,
        frames=tuple(map(show_frame, sorted(fills, key=lambda f: (-len(fills[f]), f)))),
        similarity=similarity,
        old=_example(before, fills),
        new=_example(after, fills),
    )


def _example(uses: Sequence[Use], frames: Iterable[str]) -> Use:
    """A use that stands in one of the frames, the latest of them before the others."""
    lefts = {frame.partition(BLANK)[0] for frame in frames}

    def fits(use: Use) -> bool:
        lead = fold_key(use.speech.text[max(0, use.start - 12) : use.start])
        return lead.endswith(tuple(lefts))

    return max(uses, key=lambda use: (fits(use), use.speech.date or "", -use.row))


def _similarity(
    engine: Engine, old: str, new: str, before: Sequence[Use], after: Sequence[Use]
) -> float:
    words = engine.encoder.encode_passages([old, new])
    around = float(_centre(engine, before) @ _centre(engine, after))
    return (float(words[0] @ words[1]) + around) / 2


def _centre(engine: Engine, uses: Sequence[Use]) -> Vectors:
    """The mean direction of the passages of uses: float32, shape (dim,)."""
    rows = np.unique([use.row for use in uses])[:2_000]
    mean = engine.generation.body.vectors(rows).mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean, dtype=np.float32)


def _support(frames: dict[str, set[str]]) -> int:
    return len(frames) * len(set().union(*frames.values()))


def _is_other(text: str, key: str) -> bool:
    """Whether it is another phrase, not a wording of the same one."""
    return text not in key and key not in text


def _same(a: str, b: str) -> bool:
    return a in b or b in a
