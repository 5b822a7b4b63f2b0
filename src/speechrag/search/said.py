"""Questions that ask what somebody said: 魏长河怎么讲招商引资, what did 魏长河 say about talent.

Nobody's name stands in what he says, so such a question looks for the rest of its words in the
speeches that he signs. It is told from one about a person (谁是魏长河) by a word for speaking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from speechrag.index.signatures import OFFICES, is_signed_by, name_in
from speechrag.index.store import SpeechSummary
from speechrag.index.tokens import fold

N_TITLES = 3

_OFFICE = rf"(?:常务|代)?副?(?:{OFFICES})"
_SAYS = (
    r"讲(?!师|堂|座|究|解|述|台|义)|说(?!明|服|唱)|谈(?!判|何)|提(?:出|到|过|及)|强调|指出|要求|部署|"
    r"致辞|致词|发言|报告|认为|看待|阐述|论述|表示|怎么看|如何看"
)
# What goes with the word for speaking: 是怎么讲的, 讲了些什么, 的讲话里.
_BEFORE = r"(?:[的是都曾又也还对就有]*(?:怎么样?|怎样|如何|咋)?[的是都曾又也还]*)"
# How to follow somebody's 讲话精神 is asked of everybody.
_AFTER = r"(?:话|过|到|了|的|些|什么|啥|哪些|内容|观点|里面?|中|[?？。])*+(?!重要|精神|指示)"
_CHINESE = re.compile(rf"(?P<gap>[^。?!;]{{0,40}}?)(?P<says>{_BEFORE}(?:{_SAYS}){_AFTER})")
_POLITE = r"(?:同志|先生|女士)?"
_ENGLISH_BEFORE = re.compile(
    r"(?:.*\b(?:according to|(?:speech(?:es)?|remarks?|address|words?) (?:of|by)))\s*$"
    r"|(?P<asks>(?:what|how|when|where|why)?\s*\b(?:did|does|has|have|is|was))\s*$|^\s*$"
)
_ENGLISH_AFTER = re.compile(
    r"\s*(?:'s|s')?\s*\b(?:say|says|said|saying|stress(?:ed)?|mention(?:ed)?|talk(?:ed)?"
    r"|speak|spoke|spoken|call(?:ed)? for|ask(?:ed)? for|speech(?:es)?|remarks?|address|views?)\b"
    r"(?:\s+(?:about|on|of|regarding|to))?"
)


@dataclass(frozen=True, slots=True)
class Said:
    """Who is asked about, as the library's lines name them; and the question without them."""

    lines: tuple[str, ...]
    rest: str


class Speakers:
    """Those who sign the speeches of a library.

    Args:
        lines: What the speeches are signed with.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = tuple(lines)
        names = sorted({name for line in self._lines if (name := name_in(line))})
        whole = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        surnames = "|".join(sorted({re.escape(name[0]) for name in names}))
        self._called = re.compile(
            rf"(?P<name>{whole})(?:{_OFFICE})?{_POLITE}|(?P<called>(?:{surnames}){_OFFICE}){_POLITE}"
            if names
            else r"(?P<name>(?P<called>(?!)))"  # nobody
        )

    def read(self, question: str) -> Said | None:
        """Read who is asked what they said; None where the question is another one.

        Args:
            question: As typed.
        """
        folded = fold(question)
        for match in self._called.finditer(folded):
            name = match["name"] or match["called"]
            lines = tuple(line for line in self._lines if is_signed_by(line, name))
            rest = _rest(question, folded, match.start(), match.end()) if lines else None
            if rest is not None:
                return Said(lines, rest)
        return None


def _rest(question: str, folded: str, start: int, end: int) -> str | None:
    """The question without a person and the word for speaking; None where there is no such word."""
    before, after = folded[:start], folded[end:]
    if says := _CHINESE.match(after):
        gap, said = end + says.end("gap"), end + says.end()
        kept = (part.strip() for part in (question[:start], question[end:gap], question[said:]))
        return " ".join(part for part in kept if part)
    introduced, told = _ENGLISH_BEFORE.fullmatch(before), _ENGLISH_AFTER.match(after)
    if told and introduced:
        return question[end + told.end() :].strip()
    if introduced and before.strip() and not introduced["asks"]:
        return question[end:].strip(" ,，")
    return None


def latest_titles(speeches: Iterable[SpeechSummary]) -> str:
    """What the latest speeches are called: to look for where nothing but they is asked about."""
    latest = sorted(speeches, key=lambda speech: (speech.date or "", speech.id), reverse=True)
    return "；".join(speech.title for speech in latest[:N_TITLES])
