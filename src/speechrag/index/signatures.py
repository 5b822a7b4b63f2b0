"""Who signs speeches: the lines that name their speakers, and how people call whom they name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from speechrag.index.tokens import fold

MIN_NAME, MAX_NAME = 2, 4
"""Characters of a person's name."""

OFFICES = (
    "书记|市长|省长|县长|区长|州长|旗长|镇长|乡长|部长|局长|厅长|处长|司长|科长|主任|主席|校长|院长|所长|行长|会长"
    "|董事长|总经理|理事长|秘书长|委员长|检察长|总理|参谋长|司令员|政委|常委|委员|代表|院士|教授|站长|队长|总工程师"
)
_ENDS_IN_OFFICE = re.compile(rf"(?:{OFFICES})(?P<name>[\u3400-\u9fff]{{2,4}})")
_NAME = re.compile(rf"[\u3400-\u9fff]{{{MIN_NAME},{MAX_NAME}}}")


def is_signed_by(line: str, name: str) -> bool:
    """Whether a speaker's line names a person.

    副市长 林知远 does for 林知远, for 林知远副市长, and for 林副市长.

    Args:
        line: As the speech has it.
        name: What somebody is called, folded, without white space.
    """
    words = fold(line).replace(" ", "")
    if MIN_NAME <= len(name) <= MAX_NAME and words.endswith(name):
        return True
    if any(
        words.endswith(name[:n]) and words[: -n or None].endswith(name[n:])
        for n in range(MIN_NAME, min(MAX_NAME, len(name) - 1) + 1)
    ):
        return True
    surname, office = name[:1], name[1:]
    own = name_in(line)
    return bool(own and office and own[0] == surname and words[: -len(own)].endswith(office))


def signed_by_any(lines: Iterable[str], speakers: Iterable[str]) -> list[str]:
    """The lines that are one of the speakers', or name one of them, in their order."""
    wanted = [(speaker, fold(speaker).replace(" ", "")) for speaker in speakers]
    return [
        line
        for line in lines
        if any(line == speaker or is_signed_by(line, name) for speaker, name in wanted)
    ]


def name_in(line: str) -> str | None:
    """The person's own name in a speaker's line, folded; None where it cannot be told."""
    words = fold(line).strip().removesuffix("同志").split()
    if not words:
        return None
    if _NAME.fullmatch(words[-1]) and not re.search(rf"(?:{OFFICES})$", words[-1]):
        return words[-1]
    joined = "".join(words)
    return next(
        (
            match["name"]
            for at in range(len(joined))
            if (match := _ENDS_IN_OFFICE.fullmatch(joined, at))
        ),
        None,
    )
