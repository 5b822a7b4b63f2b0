"""The table of single characters that the search fold maps to others.

Traditional characters come from OpenCC's t2s, tw2s and hk2s (Apache-2.0). Asking OpenCC at start-up
costs 55 ms and 5 MB; the pairs it answers are kept in `foldtable.txt` and read in 2 ms. A test
derives them again and compares. Python's own Unicode data give the rest.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

TABLE_FILE = Path(__file__).with_name("foldtable.txt")

HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2EBE1), (0x30000, 0x323B0))
"""Code points asked of OpenCC: unified ideographs, extensions A to F, G and H."""

COMPATIBILITY_RANGES = (
    (0x2000, 0x200B),  # spaces of many widths
    (0x2E80, 0x2FE0),  # radicals, which some PDFs print instead of the characters
    (0xF900, 0xFB00),  # compatibility ideographs
    (0xFE30, 0xFE70),  # vertical and small punctuation
    (0xFF00, 0xFFEF),  # full and half width
)

VARIANTS = dict(
    # What OpenCC converts only as part of a phrase, or leaves: found by converting every word of
    # jieba's dictionary with s2t, s2tw and s2hk and folding it back.
    zip(
        "彷伕甦揹薰暱濬澂馀钜谘讬侭锺迳鎗拏燄甯麹",
        "仿夫苏背熏昵浚澄余巨咨托尽钟径枪拿焰宁曲",
        strict=True,
    )
)

PUNCTUATION = {
    **dict.fromkeys("“”„‟「」『』﹁﹂﹃﹄〝〞＂«»", '"'),
    **dict.fromkeys("‘’‚‛′`´＇", "'"),
    **dict.fromkeys("—–―‒‐‑−─━－﹣", "-"),
    **dict.fromkeys("⋯︙", "…"),
    **dict.fromkeys("•‧∙⋅・･●", "·"),
    **dict.fromkeys("〜∼", "~"),
    **dict.fromkeys("。｡．", "."),
    **dict.fromkeys("〔［【〖〘", "["),
    **dict.fromkeys("〕］】〗〙", "]"),
    **dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000\t\x0b\x0c\r\n\x85\u2028\u2029", " "),
    # Marks without width: the tokenizer and the keys drop them.
    **dict.fromkeys("\u00ad\u200c\u200d\u2060\ufeff", "\u200b"),
}


def derive_pairs() -> dict[str, str]:
    """Ask OpenCC for every ideograph; single characters that change, to what they change."""
    import opencc

    chars = [chr(code) for start, stop in HAN_RANGES for code in range(start, stop)]
    pairs: dict[str, str] = {}
    for config in ("tw2s", "hk2s", "t2s"):  # the last has the last word
        converted = opencc.OpenCC(config).convert("\n".join(chars)).split("\n")
        pairs.update(
            (char, simple)
            for char, simple in zip(chars, converted, strict=True)
            if char != simple and len(simple) == 1
        )
    del pairs["著"]  # 著名 and 看著: decided by its neighbours (tokens.py)
    pairs.pop("么", None)  # 什么, not 幺
    return pairs


def write_table() -> None:
    """Write `foldtable.txt` anew: a line of characters, and a line of what each becomes."""
    pairs = sorted(derive_pairs().items())
    sides = ("".join(side) for side in zip(*pairs, strict=True))
    TABLE_FILE.write_text("\n".join(sides) + "\n", encoding="utf-8")


def load_table() -> dict[int, str]:
    """The whole fold as `str.translate` wants it; every value is one character.

    Takes about 4 ms.
    """
    from_side, to_side = TABLE_FILE.read_text(encoding="utf-8").splitlines()
    table = {ord(a): b for a, b in zip(from_side, to_side, strict=True)}
    for start, stop in COMPATIBILITY_RANGES:
        for code in range(start, stop):
            plain = unicodedata.normalize("NFKC", chr(code))
            if len(plain) == 1 and plain != chr(code):
                table[code] = table.get(ord(plain), plain)
    table.update((ord(a), b) for a, b in VARIANTS.items())
    table.update((ord(a), b) for a, b in PUNCTUATION.items())
    for code in list(table):  # upper case full width, punctuation reached by way of NFKC
        value = table[code]
        table[code] = PUNCTUATION.get(value, value.lower())
    for code in range(0x41, 0x5B):
        table[code] = chr(code + 32)
    return table


if __name__ == "__main__":
    write_table()
