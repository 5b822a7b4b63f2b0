"""From what a person typed to what the index is asked.

No model is used: question words are dropped, quoted phrases are kept as they are, and the intent of
the question (how, why, which problems …) is read from a closed list of cues.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from speechrag.errors import QuestionError
from speechrag.index.tokens import Tokenizer, fold
from speechrag.search.stopwords import QUESTION_WORDS
from speechrag.types import Role

MAX_QUESTION_CHARS = 20_000

# Cues in the order in which they are tried; the first that matches gives the intent.
_INTENT_CUES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (
        Role.OPENING,
        (
            "开头|开场|起头|开篇|引言|会议(的)?(主要)?(任务|目的)",
            r"\bopening\b|\bopen(s|ed)? (a|the) (speech|meeting)|\bstart(s|ed)? (a|the) speech",
        ),
    ),
    (
        Role.CLOSING,
        (
            "结尾|收尾|结束语|结语|怎么结束|最后怎么|号召",
            r"\bclosing\b|\bending\b|\bconclu|call(s|ing)? (on|for)\b",
            r"\bend(s|ed)? (a|the) (speech|meeting)",
        ),
    ),
    (
        Role.PROBLEM,
        (
            "问题|短板|不足|薄弱|差距|困难(?!群)|难点|堵点|痛点|瓶颈|弱项|缺点|毛病|哪里(做得)?不好",
            r"\bproblems?\b|shortcoming|weakness|bottleneck|\bobstacle|\bdifficult|\bgaps?\b",
            r"\bchallenges?\b|\black(s|ing)?\b|\bshortage|\bstruggl|what is wrong|\bcomplain",
            "难题|矛盾(?!纠纷)|不到位|[差难卡]在|漏洞|症结|隐患|弊端|教训|根源|病根",
            # 为什么重要 asks for significance, 为什么留不住 for what is wrong
            "为(什么|何|啥).{0,14}(不|没|难(?!忘)|少|慢|差|流失)",
            r"\bwhy (\w+ ){0,3}?(not|\w+n't|so (few|little|slow)|leave|fail)\b",
        ),
    ),
    (
        Role.ACHIEVEMENT,
        (
            "成绩|成效|成就|成果(?!转|转移|推广|交易|应用|供需|对接)|取得了|进展|亮点|做得好",
            r"achiev|accomplish|\bprogress\b|\bresults? (have|has|were|was|did)|been done",
        ),
    ),
    (
        Role.SIGNIFICANCE,
        ("为什么|为何|为啥|意义|重要性|必要性", r"\bwhy\b|significance|importan|\bmatters?\b"),
    ),
    (
        Role.SAFEGUARD,
        ("组织领导|督查|督导|考核问责|压实责任|组织保障", "safeguard|accountab|leadership support"),
    ),
    (
        Role.GOAL,
        (r"目标|要达到|到20\d\d年", r"\bgoals?\b|\btargets?\b|\baims?\b|objective"),
    ),
    (
        Role.SITUATION,
        ("形势|面临|背景|机遇", r"\bsituation\b|background|opportunit|\btrends?\b"),
    ),
    (
        Role.MEASURE,
        (
            "如何|怎么|怎样|咋|措施|举措|做法|办法|对策|路径|建议",
            r"\bhow (to|can|do|does|should|could|will|did|are|is)\b|\bmeasures?\b|\bsteps\b",
            r"\bways? (to|of)|solutions?|approach|\bimprov|strengthen|what (is|was) (being )?done",
        ),
    ),
)
_INTENTS = tuple((role, re.compile("|".join(cues))) for role, cues in _INTENT_CUES)
# What frames a question besides its cue; only whole words, or 国有 would lose its 有.
_FRAME = re.compile(
    "的?段落|怎么[写讲说]|哪些|是?什么|有没有|还有|还?存在|当前|面临|突出|的地方|讲话里?|[在从]?哪里"
    r"|[吗呢]\s*$|[?,.]"
)

_QUOTED = re.compile(r"[“「『\"]([^”」』\"]{2,60})[”」』\"]|《([^》]{2,60})》")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
_LATIN = re.compile(r"[A-Za-z]+")
_FACT = re.compile(
    "多少|几(个|家|项|年|次|名|人|亿|万|公里|天|成|%|百分|位|篇|条)|百分之几|第几|什么地方|叫什么"
    "|(?<![差难卡结]在)哪(一)?(年|天|月|里(?!(做得)?不好)|个|家|位|些地|款|座)|谁|何时|什么时候"
    r"|\bhow (many|much|long|often|far)\b|\bwho\b|\bwhen\b|\bwhere\b|what (percent|year|date)"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question, ready to be searched.

    `terms` are lexical tokens with their weights in (0, 1]; `phrases` are folded strings that the
    person put in quotation marks; `chinese_share` is the share of Han characters among letters.
    """

    text: str
    folded: str
    terms: Mapping[str, float]
    phrases: tuple[str, ...] = ()
    intent: Role | None = None
    asks_fact: bool = False
    chinese_share: float = 1.0
    added: Mapping[str, float] = field(default_factory=dict)  # by translation or synonymy
    speakers: tuple[str, ...] = ()  # whose speeches alone are asked about, as they are signed

    @property
    def english_words(self) -> tuple[str, ...]:
        """Latin words that are no question words, in order, lower case."""
        return tuple(w for w in _LATIN.findall(self.folded) if w not in QUESTION_WORDS)


def analyse_question(text: str, tokenizer: Tokenizer) -> Query:
    """Read a question.

    Raises:
        QuestionError: It is empty, holds no letter or digit, or is longer than a book chapter.
    """
    stripped = text.strip()
    if not stripped:
        raise QuestionError("问题是空的。", "请写一个词、一句话或一段文字。")
    if len(stripped) > MAX_QUESTION_CHARS:
        raise QuestionError(
            f"问题有 {len(stripped)} 字，超过了 {MAX_QUESTION_CHARS} 字。",
            "整篇文稿请用 speechrag compare（网页上的“对稿”）。",
        )
    if not any(ch.isalnum() for ch in stripped):
        raise QuestionError(
            f"问题“{stripped[:20]}”里没有可查的字词。", "请写出要找的内容，如：成果转化。"
        )
    folded = fold(stripped)
    terms = _weigh(tokenizer.tokenize(stripped))
    n_han, n_latin = len(_HAN.findall(folded)), len(_LATIN.findall(folded))
    return Query(
        text=stripped,
        folded=folded,
        terms=terms,
        phrases=tuple(fold(a or b) for a, b in _QUOTED.findall(stripped)),
        intent=find_intent(folded),
        asks_fact=bool(_FACT.search(folded)),
        chinese_share=n_han / (n_han + 2 * n_latin) if n_han + n_latin else 1.0,
    )


def find_intent(folded: str) -> Role | None:
    """The role of passages that would answer the question; None when it does not say."""
    if _FACT.search(folded):
        return None
    for role, pattern in _INTENTS:
        if pattern.search(folded):
            return role
    return None


def find_topic(query: Query) -> str:
    """What the question is about, without what it asks of it; all of it when nothing else is left.

    数字政府建设还存在哪些问题 → 数字政府建设.
    """
    topic = query.folded
    for role, pattern in _INTENTS:
        if role is query.intent:
            topic = pattern.sub(" ", topic)
    topic = _FRAME.sub(" ", topic).strip()
    return topic if sum(char.isalnum() for char in topic) > 1 else query.folded


def _weigh(tokens: list[str]) -> dict[str, float]:
    """Weights in (0, 1]; question words only count when there is nothing else."""
    content = [t for t in tokens if t not in QUESTION_WORDS]
    return dict.fromkeys(content or tokens, 1.0)
