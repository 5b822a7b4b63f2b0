"""When the library holds no answer: the threshold, and what is no question to a library."""

from __future__ import annotations

import re

from speechrag.search.query import Query

THRESHOLD = 0.226
"""The least confidence with which a question is answered; calibrated by
`python -m benchmarks.answers.calibrate` (benchmarks/results/answers-refusal.md)."""

# Said to whoever answers, not asked of the speeches; against the folded question.
_SMALL_TALK = re.compile(
    "^(?:你好|您好|大家好|[早上中下晚][上午]好|早安|晚安|谢谢|多谢|感谢你|再见|拜拜)"
    "|你(?:是谁|是什么|叫什么|会.{0,6}吗|能做|今年几|几岁|觉得|多大|喜欢|在干)|^(?:陪我|给我讲|帮我写)"
    r"|聊聊天|天气怎么样|^(?:hi|hello|hey|thanks?|thank you|good (?:morning|evening)|bye)\b"
    r"|\bare you\b|\bcan you\b|^tell me a\b|what (?:day|time) is it"
)


def is_small_talk(query: Query) -> bool:
    """Whether it is said to whoever answers: a greeting, thanks, a question about the answerer."""
    return bool(_SMALL_TALK.search(query.folded))
