"""Numbers as lists write them."""

import pytest

from speechrag.corpus.numerals import format_number


@pytest.mark.parametrize(
    ("number_format", "numbers", "expected"),
    [
        ("decimal", [1, 10], "1 10"),
        ("chineseCounting", [1, 9, 10, 11, 20, 21, 99], "一 九 十 十一 二十 二十一 九十九"),
        ("chineseCounting", [100, 105], "一○○ 一○五"),
        ("chineseCountingThousand", [10, 12, 100, 105, 110], "十 十二 一百 一百零五 一百一十"),
        ("chineseCountingThousand", [1001, 9999], "一千零一 九千九百九十九"),
        ("taiwaneseCountingThousand", [14, 20], "十四 二十"),
        ("japaneseCounting", [3, 10, 25], "三 十 二十五"),
        ("ideographDigital", [10, 21], "一○ 二一"),
        ("chineseLegalSimplified", [1, 10, 12], "壹 壹拾 壹拾贰"),
        ("ideographLegalTraditional", [2, 3], "貳 參"),
        ("ideographTraditional", [1, 2, 10], "甲 乙 癸"),
        ("ideographZodiac", [1, 12], "子 亥"),
        ("decimalEnclosedCircle", [1, 20, 21, 36, 51], "① ⑳ ㉑ ㊱ 51"),
        ("decimalEnclosedCircleChinese", [3], "③"),
        ("decimalEnclosedParen", [2], "⑵"),
        ("decimalEnclosedFullstop", [3], "⒊"),
        ("decimalFullWidth", [12], "１２"),
        ("decimalZero", [7, 12], "07 12"),
        ("lowerLetter", [1, 26, 27], "a z aa"),
        ("upperLetter", [2, 28], "B BB"),
        ("lowerRoman", [4, 9, 14], "iv ix xiv"),
        ("upperRoman", [40, 1994], "XL MCMXCIV"),
        ("ordinal", [1, 2, 3, 11, 22], "1st 2nd 3rd 11th 22nd"),
        ("none", [5], ""),
        ("no such format", [5], "5"),
        ("chineseCounting", [0, -1], "0 -1"),
    ],
)  # fmt: skip
def test_a_number_is_written_as_word_writes_it(number_format, numbers, expected):
    assert " ".join(format_number(n, number_format) for n in numbers) == expected
