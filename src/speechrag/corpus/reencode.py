"""Undo a wrong decoding: back to bytes, and forward again in the right way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from speechrag.corpus.characters import IS_HAN
from speechrag.corpus.likelihood import char_cost
from speechrag.corpus.soundness import sound_cost

_CONTEXT_CHARS = 8
_MAX_LEAD_CHARS = 7  # common characters that may stand before the first rare one of a run
_MAX_TAIL_CHARS = 30  # and behind the last
# A repair must save this much cost in all, and leave this little a character: measured on sound
# paragraphs of news and reports, where no shift comes near either.
MIN_GAIN = 14.0
MAX_MEAN_COST = 8.0
MIN_SPLIT_GAIN = 6.0
_LEFTOVER_COST = 8.0  # of a lost byte's mark left standing before the repair
_MAX_SETTLING_GAIN = 8.0  # that the right lost characters can bring over placeholders
MAX_MEAN_CHAR_COST = 9.5
_N_SETTLED = 6  # the likeliest shifts, whose lost characters are worked out
MIN_MARGIN = 1.5  # between the likeliest and the next guess at a lost byte
_DANGLING_COST = 12.0  # of an end that leaves half a character over
_LOST_BYTE = re.compile(
    r"(?:[?\ufffd]|[?\ufffd]?[a-zü]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,3}\))$"
)


@dataclass(frozen=True, slots=True)
class Repair:
    """source[start:end] was `text`; its first `n_lead` characters stand for lost bytes.

    `tail`: the lead byte of a last character whose other byte is lost, or 0. `is_certain`: no
    character was guessed between nearly equal choices.
    """

    start: int
    end: int
    text: str
    n_lead: int
    cost: float
    spare: float = 0.0  # what `cost` adds for leftovers
    tail: int = 0
    is_certain: bool = True


def from_latin(run: str) -> str | None:
    """Bytes read as Latin-1 or Windows-1252: as UTF-8 or GBK, if that gives common Chinese."""
    raw = bytearray()
    for char in run:
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:
                return None
            raw.append(ord(char))
    for codec in ("utf-8", "gb18030"):
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        han = [c for c in text if IS_HAN.match(c)]
        if len(han) >= 2 and sum(map(char_cost, text)) / len(text) < 9.5:
            return text
    return None


_NON_ASCII = re.compile(r"[^\x00-\x7f\ufffd]+")


def from_utf8(source: str, start: int, end: int) -> Repair | None:
    """UTF-8 read as GBK, around a suspect run.

    Where a character was lost to U+FFFD its remaining bytes are dropped; that of the last character
    before an ASCII byte or the end is guessed.
    """
    while start > 0 and _NON_ASCII.match(source[start - 1]):
        start -= 1
    match = _NON_ASCII.match(source, start)
    if match is None:
        return None
    end = match.end()
    try:
        raw = source[start:end].encode("gb18030")
    except UnicodeEncodeError:
        return None
    if start > 0 and source[start - 1] == "\ufffd":
        raw = raw[next((i for i in range(min(3, len(raw))) if raw[i] & 0xC0 != 0x80), 0) :]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(raw) - 3 or error.start < 3:
            return None
        text = raw[: error.start].decode("utf-8")
        if source[end : end + 1] != "\ufffd" or source[end + 1 : end + 2] in ("", "\n", "\r"):
            text = _guess_last(text, raw[error.start :])
            end += source[end : end + 1] in ("?", "\ufffd")
    han = [c for c in text if IS_HAN.match(c)]
    if not han or len(text) < 2 or sum(map(char_cost, text)) > MAX_MEAN_CHAR_COST * len(text):
        return None
    return Repair(start, end, text, 0, 0.0)


def _guess_last(text: str, raw: bytes) -> str:
    """The likeliest last character of a text whose final UTF-8 byte is lost."""
    choices = [text]
    if len(raw) == 2:
        for last in range(0x80, 0xC0):
            try:
                char = (raw + bytes([last])).decode("utf-8")
            except UnicodeDecodeError:
                continue
            if not char.isspace():
                choices.append(text + char)
        choices = choices[1:] or choices
    tail = len(text) - _CONTEXT_CHARS
    return min(choices, key=lambda t: (sound_cost(t[max(0, tail) :]), t[-1] != "。", t))


def _to_bytes(char: str) -> bytes | None:
    """The GBK bytes behind a character; half-width punctuation stood for its full-width form."""
    code = ord(char)
    if code < 0x40:
        return bytes([0xA3, code + 0x80]) if code >= 0x21 and not char.isalnum() else None
    if code < 0x7F:
        return bytes([code])
    try:
        raw = char.encode("gbk")
    except UnicodeEncodeError:
        return None
    return raw if len(raw) == 2 else None


def _decode_pairs(raw: bytes) -> str | None:
    try:
        return raw.decode("gbk")
    except UnicodeDecodeError:
        return None


def shift_byte(source: str, start: int, end: int) -> Repair | None:
    """GBK read one byte off, around a suspect run: the best shift, if it is clearly sounder.

    Every start up to seven characters before the run is tried; the text is followed byte by byte
    until it falls back into step at an ASCII byte, or to a likely end.
    """
    low = max(source.rfind("\n", 0, start) + 1, start - _MAX_LEAD_CHARS)
    line_end = source.find("\n", end)
    line_end = len(source) if line_end < 0 else line_end
    high = min(line_end, end + _MAX_TAIL_CHARS)
    left = max(source.rfind("\n", 0, low) + 1, low - _CONTEXT_CHARS)
    right = min(line_end, high + _CONTEXT_CHARS)
    before = sound_cost(source[left:right])
    found: list[Repair] = []
    for first in range(low, start + 1):
        for repair in _shifts_from(source, first, end, high):
            spare = repair.spare + (_LEFTOVER_COST if source[repair.start - 1] in "?\ufffd" else 0)
            window = source[left : repair.start] + repair.text + source[repair.end : right]
            found.append(replace(repair, cost=sound_cost(window) + spare, spare=spare))
    found.sort(key=lambda r: (r.cost, r.start, r.end))
    found = [r for r in found if before - r.cost >= MIN_GAIN - _MAX_SETTLING_GAIN]
    settled = [_finish(source, repair, left, right) for repair in found[:_N_SETTLED]]
    if not settled:
        return None
    best = min(settled, key=lambda r: (r.cost, r.start, r.end))
    too_short = len(best.text) < 3 or (len(best.text) <= 4 and not best.is_certain)
    if before - best.cost < MIN_GAIN or too_short:
        return None
    sound = source[max(left, best.start - 2) : best.start] + best.text
    is_common = sum(map(char_cost, best.text)) <= MAX_MEAN_CHAR_COST * len(best.text)
    return best if is_common and sound_cost(sound) / len(sound) <= MAX_MEAN_COST else None


def _shifts_from(source: str, first: int, end: int, high: int) -> Iterator[Repair]:
    """Repairs that begin at a character, one for each place where they may end.

    The lost lead byte of the first character is left open: "的" stands in for it until the rest
    is settled.
    """
    lost = _LOST_BYTE.search(source, max(0, first - 8), first)
    begin = lost.start() if lost else first
    raw = b""
    for at in range(first, high):
        code = _to_bytes(source[at])
        if code is None:
            return
        raw += code
        ends = len(code) == 1
        if at + 1 >= end or ends:
            body = _decode_pairs(raw[1:] if len(raw) % 2 else raw[1:-1])
            if body is not None and (ends or at + 1 >= end):
                whole = len(raw) % 2 == 1
                spare = 0.0 if whole else _DANGLING_COST
                yield Repair(begin, at + 1, "的" + body, first - begin, 0.0, spare)
                if not whole and source[at + 1 : at + 2] in ("?", "\ufffd"):
                    yield Repair(begin, at + 2, f"的{body}的", first - begin, 0.0, 0.0, raw[-1])
        if ends:
            return


def _finish(source: str, repair: Repair, left: int, right: int) -> Repair:
    """Settle the characters that lost a byte, and words with a lost pair inside."""
    before, after = source[left : repair.start], source[repair.end : right]
    text, certain = repair.text, True
    trail = _to_bytes(source[repair.start + repair.n_lead])
    if trail:
        first, certain = _settle(_with_trail(trail[0]), before[-6:], text[1:7])
        text = first + text[1:]
    if repair.tail:
        last, sure = _settle(tuple(_with_lead(repair.tail)), text[-7:-1], after[:6])
        text, certain = text[:-1] + last, certain and sure
    text = _insert_lost_pairs(before, text, after)
    cost = sound_cost(before + text + after) + repair.spare
    return replace(repair, text=text, is_certain=certain, cost=cost)


def _settle(choices: Sequence[str], before: str, after: str) -> tuple[str, bool]:
    """The likeliest character between two words, and whether it is so by a clear margin."""
    ranked = sorted((sound_cost(before + c + after), c) for c in choices)
    if not ranked:
        return "\ufffd", False
    return ranked[0][1], len(ranked) == 1 or ranked[1][0] - ranked[0][0] >= MIN_MARGIN


@cache
def _with_trail(trail: int) -> tuple[str, ...]:
    """The characters whose second GBK byte is `trail`."""
    found = (_decode_pairs(bytes([lead, trail])) for lead in range(0x81, 0xFF))
    return tuple(c for c in found if c and len(c) == 1 and char_cost(c) < 14)


@cache
def _with_lead(lead: int) -> dict[str, int]:
    """The characters whose first GBK byte is `lead`, with their second."""
    pairs = ((_decode_pairs(bytes([lead, t])), t) for t in range(0x40, 0xFF) if t != 0x7F)
    return {c: t for c, t in pairs if c and len(c) == 1 and char_cost(c) < 12}


@cache
def _unassigned() -> frozenset[tuple[int, int]]:
    """Byte pairs that GBK gives no character: a decoder drops them without a trace."""
    pairs = ((a, b) for a in range(0x81, 0xFF) for b in range(0x40, 0xFF) if b != 0x7F)
    return frozenset(p for p in pairs if _decode_pairs(bytes(p)) is None)


def _insert_lost_pairs(before: str, text: str, after: str) -> str:
    """Put back two characters where one rare one stands because a byte pair between was dropped.

    力和 is C1 A6 BA CD; read one byte off, A6 BA is no character and vanishes, and C1 CD is 镣.
    """
    at = 0
    while at < len(text):
        if char_cost(text[at]) >= 11:
            whole = before + text + after
            place = len(before) + at
            low, high = max(0, place - 6), place + 7
            plain = sound_cost(whole[low:high])
            best = min(_splits(whole, place, low, high), default=None)
            if best and plain - best[0] >= MIN_SPLIT_GAIN:
                text = text[:at] + best[1] + text[at + 1 :]
                at += 1
        at += 1
    return text


def _splits(whole: str, place: int, low: int, high: int) -> Iterator[tuple[float, str]]:
    raw = _to_bytes(whole[place])
    if raw is None or len(raw) != 2:
        return
    firsts = _with_lead(raw[0])
    seconds = [c for c in _with_trail(raw[1]) if char_cost(c) < 12]
    for first, x in firsts.items():
        for second in seconds:
            y = second.encode("gbk")[0]
            if (x, y) in _unassigned():
                window = whole[low:place] + first + second + whole[place + 1 : high]
                yield sound_cost(window), first + second
