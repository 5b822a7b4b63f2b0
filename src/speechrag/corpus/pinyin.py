"""Readings left in a text by a faulty conversion: 工業(yè)大學, 創(chuàng)新."""

from __future__ import annotations

import re

from speechrag.corpus.characters import HAN
from speechrag.corpus.edits import Edit
from speechrag.types import RemovalReason

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
_SYLLABLE = rf"[a-zü]{{0,4}}[{_TONED}][a-zü]{{0,3}}"
_RESIDUE = re.compile(rf"(?<=[{HAN}])[(（]\s*{_SYLLABLE}\s*[)）]", re.IGNORECASE)
_PLAIN = re.compile(
    rf"(?<=[{HAN}])[(（](?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh)?"
    r"(?:i?ao?|[iu]?ang?|u?ai|ei|en|eng|er?|i|ia|ian|iang|iao|ie|in|ing|iong|iu|o|ong|ou|u|ua|uai|uan|uang|ue|ui|un|uo|ü|üe)[)）]"
)


def find_pinyin(source: str) -> list[Edit]:
    """The readings to take out. Those without tone marks count only where toned ones occur."""
    spans = [m.span() for m in _RESIDUE.finditer(source)]
    if len(spans) >= 2:
        spans.extend(m.span() for m in _PLAIN.finditer(source))
    return [Edit(start, end, RemovalReason.PINYIN) for start, end in sorted(set(spans))]
