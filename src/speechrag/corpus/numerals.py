"""Numbers written as lists write them: 一, 十二, ②, iv.

The formats are those of ECMA-376 part 1, 17.18.59 (ST_NumberFormat), which Word and WPS use; HTML's
list styles are mapped to them by the web page reader.
"""

from __future__ import annotations

_SPOKEN = "零一二三四五六七八九"
_WRITTEN = "○一二三四五六七八九"  # Word writes U+25CB, not 〇
_LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_CIRCLED_HAN = "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def format_number(n: int, number_format: str) -> str:
    """Write `n` in a number format, as Word shows it.

    Args:
        n: The number; formats that have no sign for it fall back to its decimal figures.
        number_format: A value of ST_NumberFormat; an unknown one is treated as "decimal".
    """
    if number_format == "none":
        return ""
    if n <= 0:
        return str(n)
    return _chinese(n, number_format) or _enclosed(n, number_format) or _western(n, number_format)


def _chinese(n: int, number_format: str) -> str:
    match number_format:
        case "chineseCountingThousand" | "taiwaneseCountingThousand":
            return _count(n, _SPOKEN, "十百千", short_ten=True)
        case "chineseCounting" | "taiwaneseCounting":
            return _count(n, _SPOKEN, "十百千", short_ten=True) if n < 100 else _digits(n, _WRITTEN)
        case "japaneseCounting" | "koreanCounting":
            return _count(n, _SPOKEN, "十百千", short_ten=True).replace("零", "")
        case "chineseLegalSimplified":
            return _count(n, _LEGAL_SIMPLIFIED, "拾佰仟")
        case "ideographLegalTraditional" | "japaneseLegal":
            return _count(n, _LEGAL_TRADITIONAL, "拾佰仟")
        case "ideographDigital" | "taiwaneseDigital" | "japaneseDigitalTenThousand":
            return _digits(n, _WRITTEN)
        case "ideographTraditional" if n <= 10:
            return _STEMS[n - 1]
        case "ideographZodiac" if n <= 12:
            return _BRANCHES[n - 1]
        case "ideographEnclosedCircle" if n <= 10:
            return _CIRCLED_HAN[n - 1]
    return ""


def _digits(n: int, digits: str) -> str:
    return "".join(digits[int(figure)] for figure in str(n))


def _count(n: int, digits: str, units: str, *, short_ten: bool = False) -> str:
    """Write a number below 10,000 in words: 二十一, 一百零五; 10 is 十 if `short_ten`."""
    if n >= 10_000:
        return str(n)
    figures = [int(figure) for figure in f"{n:04d}"]
    words, gap = "", False
    for figure, unit in zip(figures, (units[2], units[1], units[0], ""), strict=True):
        if figure:
            words += (digits[0] if gap and words else "") + digits[figure] + unit
            gap = False
        else:
            gap = True
    if short_ten and 10 <= n < 20:
        return words.removeprefix(digits[1])
    return words


def _enclosed(n: int, number_format: str) -> str:
    match number_format:
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese":
            for first, last, code in ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1)):
                if first <= n <= last:
                    return chr(code + n - first)
        case "decimalEnclosedParen" if n <= 20:
            return chr(0x2474 + n - 1)
        case "decimalEnclosedFullstop" if n <= 20:
            return chr(0x2488 + n - 1)
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord(figure) + 0xFEE0) for figure in str(n))
    return ""


def _western(n: int, number_format: str) -> str:
    match number_format:
        case "decimalZero":
            return f"{n:02d}"
        case "lowerLetter" | "upperLetter" if n <= 26 * 30:
            letters = chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)
            return letters.upper() if number_format == "upperLetter" else letters
        case "lowerRoman" | "upperRoman" if n < 4000:
            roman = _roman(n)
            return roman.upper() if number_format == "upperRoman" else roman
        case "ordinal":
            suffix = {1: "st", 2: "nd", 3: "rd"}.get(n % 10 if n // 10 % 10 != 1 else 0, "th")
            return f"{n}{suffix}"
    return str(n)


def _roman(n: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        text += sign * (n // value)
        n %= value
    return text
