"""Finding one's way back into double-byte text after a lost or damaged byte.

In GB18030 and Big5 a missing byte shifts every pair after it, and the rest of the line turns into
other, mostly rare, characters. The likeliest way to cut the line into characters and lost bytes
(Viterbi, by `likelihood.char_cost`) loses only what is damaged.
"""

from __future__ import annotations

from functools import lru_cache

from speechrag.corpus.likelihood import char_cost
from speechrag.types import UndecodableBytes

_LOST_COST = 26.0
"""More than the rarest character, so that sound bytes are never given up for a better guess."""


def resynchronise(line: bytes, codec: str, offset: int = 0) -> tuple[str, list[UndecodableBytes]]:
    """Decode one damaged line.

    Args:
        line: Bytes without a newline inside.
        codec: "gb18030" or one of the Big5 codecs.
        offset: Where the line stands in its file.

    Returns:
        The text, and each byte that was given up, for which U+FFFD stands in the text.
    """
    n = len(line)
    cost = [0.0] * (n + 1)
    step = [1] * (n + 1)
    for at in range(n - 1, -1, -1):
        cost[at], step[at] = cost[at + 1] + _LOST_COST, -1
        for length in _lengths(line, at, codec):
            char = _decode(line[at : at + length], codec)
            if char is not None and cost[at + length] + char_cost(char) < cost[at]:
                cost[at], step[at] = cost[at + length] + char_cost(char), length
    return _trace(line, codec, step, offset)


def _lengths(line: bytes, at: int, codec: str) -> tuple[int, ...]:
    if line[at] < 0x80:
        return (1,)
    if codec == "gb18030" and at + 4 <= len(line) and 0x30 <= line[at + 1] <= 0x39:
        return (4,)
    return (2,) if at + 2 <= len(line) else ()


@lru_cache(maxsize=1 << 16)
def _decode(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _trace(
    line: bytes, codec: str, step: list[int], offset: int
) -> tuple[str, list[UndecodableBytes]]:
    texts: list[str] = []
    lost: list[UndecodableBytes] = []
    at = 0
    while at < len(line):
        length = step[at]
        char = _decode(line[at : at + length], codec) if length > 0 else None
        if char is None:
            length = 1
            texts.append("\ufffd")
            lost.append(UndecodableBytes(offset + at, line[at : at + 1]))
        else:
            texts.append(char)
        at += length
    return "".join(texts), lost
