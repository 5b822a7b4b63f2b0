"""Undo a whole file's misreading: bytes that a program took for another encoding and saved again.

Chinese in UTF-8 shown as å…¨å¸‚ (Windows-1252), as 鍏ㄥ競 (GBK), or GBK shown as È«ÊÐ: their bytes
are still there: written in the wrong encoding and read in the right one they are text. Runs in
a sound file are `mojibake`'s; here nearly every character must be unlikely, and likely afterwards.
"""

from __future__ import annotations

from functools import cache

from speechrag.corpus.likelihood import mean_foreign_cost

MIN_FOREIGN = 24
# Of 4,000 Chinese paragraphs none has a mean cost above 8.2 (`decode`); misread ones have 10.6 up.
MIN_MISREAD_COST = 9.8
MAX_SOUND_COST = 8.2
MAX_LOST = 0.2  # of the characters; a program that could not show a byte has put ? or U+FFFD
_SAMPLE_CHARS = 20_000


@cache
def _latin_bytes() -> dict[int, str]:
    """Windows-1252 letters to Latin-1's of the same byte; its five holes are control characters."""
    table: dict[int, str] = {}
    for byte in range(0x80, 0xA0):
        shown = bytes([byte]).decode("cp1252", "ignore")
        if shown:
            table[ord(shown)] = chr(byte)
    return table


def undo_misreading(text: str) -> tuple[str, str] | None:
    """The text that was misread and how ("utf-8 via cp1252"), or None if it was not."""
    sample = text[:_SAMPLE_CHARS]
    n_foreign = len(sample) - len(sample.encode("ascii", "ignore"))
    if n_foreign < MIN_FOREIGN or mean_foreign_cost(sample) < MIN_MISREAD_COST:
        return None
    found: list[tuple[float, str, str]] = []
    for wrong, right in (("cp1252", "utf-8"), ("cp1252", "gb18030"), ("gb18030", "utf-8")):
        read = _reread(text, wrong, right)
        n_lost = read.count("\ufffd")
        cost = mean_foreign_cost(read[:_SAMPLE_CHARS])
        if 0 < cost <= MAX_SOUND_COST and n_lost <= MAX_LOST * len(read):
            found.append((cost + n_lost / len(read), read, f"{right} via {wrong}"))
    if not found:
        return None
    _, read, how = min(found)
    return read, how


def _reread(text: str, wrong: str, right: str) -> str:
    plain = text.replace("\ufffd", "")
    if wrong == "cp1252":
        return plain.translate(_latin_bytes()).encode("latin-1", "ignore").decode(right, "replace")
    return plain.encode(wrong, "ignore").decode(right, "replace")
