"""Who is asked for by name, and signs speeches of the library: 谁是林知远, who is 林知远.

The line that names a speaker is no part of any passage, so no passage can answer; the library
knows it as the speech's own `speaker`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from speechrag.answer.records import Answer, FactKind, Layout, Note, Sentence, Span
from speechrag.index.signatures import is_signed_by
from speechrag.index.tokens import fold
from speechrag.types import Hit

if TYPE_CHECKING:
    from speechrag.index.store import SpeechSummary
    from speechrag.search.engine import Engine

N_LINES = 3  # one for each office that a person has signed with, the latest first
_ASKED = (
    re.compile(r"(?:请问|那|那么)?谁(?:是|叫)(?P<name>[^\s,，是谁的]{2,12}?)"),
    re.compile(
        r"(?:请问|那|那么)?(?P<name>[^\s,，是谁的]{2,12}?)"
        r"(?:究竟|到底|又)?(?:是(?:谁|哪位|什么人|何人|干什么的|做什么的)"
        r"|(?:是|任|担任|当)(?:的是)?(?:什么|啥|何)(?:职务|职位|官|领导|职)"
        r"|的?(?:职务|身份|职位)是(?:什么|啥))"
    ),
    re.compile(r"who(?: is|'s|s) (?P<name>[^\s,]{2,12}?)", re.IGNORECASE),
)
_TAIL = r"(?:这个人|同志|先生|女士)?(?:啊|呀|呢|来着)?[\s?!.。？！]*"


def tell_speaker(engine: Engine, blank: Answer) -> Answer | None:
    """The lines that a person asked for has signed with, citing the speeches' first passages.

    Args:
        engine: The library.
        blank: The answer without sentences: what is asked, and the restrictions on passages.

    Returns:
        A line for each office, latest speech first; None where nobody is asked for by name, or the
        name signs no speech.

    """
    name = asked_name(blank.asked)
    if name is None:
        return None
    mask = engine.generation.store.mask(blank.filters)
    signed: dict[str, SpeechSummary] = {}
    for speech in sorted(engine.speeches(), key=lambda s: (s.date or "", s.id), reverse=True):
        allowed = speech.n_passages and (mask is None or bool(mask[speech.first_row]))
        if speech.speaker and allowed and is_signed_by(speech.speaker, name):
            signed.setdefault(fold(speech.speaker).replace(" ", ""), speech)
    told = [s for line, s in signed.items() if line != name] or list(signed.values())
    sentences, hits = [], []
    for number, speech in enumerate(told[:N_LINES], 1):
        line = speech.speaker or ""
        whole, passage = engine.generation.store.located(speech.first_row)
        hits.append(Hit(passage, whole, number, 1.0))
        span = Span(0, len(line), FactKind.PERSON)
        sentences.append(Sentence(line, (number,), checked=True, spans=(span,)))
    if not sentences:
        return None
    return replace(
        blank,
        refused=False,
        layout=Layout.FACT,
        sentences=tuple(sentences),
        passages=tuple(hits),
        note=Note.SIGNED.value,
    )


def asked_name(question: str) -> str | None:
    """The name, folded, in a question that asks who somebody is and nothing more."""
    folded = fold(question.strip())
    for pattern in _ASKED:
        match = re.fullmatch(pattern.pattern + _TAIL, folded, pattern.flags)
        if match:
            return match["name"]
    return None
