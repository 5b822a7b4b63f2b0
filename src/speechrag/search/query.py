"""From what a person typed to what the index is asked.

No model is used: question words are dropped, quoted phrases are kept as they are, and the intent of
the question (how, why, which problems …) is read from a closed list of cues.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from speechrag.errors import QuestionError
from speechrag.index.tokens import Tokenizer, fold, stem
from speechrag.types import Role

MAX_QUESTION_CHARS = 20_000

# Words that ask but do not say about what. They stay in the sentence for the encoder; the lexical
# side would only find other questions with them.
_QUESTION_WORDS = frozenset(
    """如何 怎么 怎样 怎么样 怎么办 怎么写 怎么说 怎么讲 怎 什么 为什么 为何 为啥 啥 哪些 哪个 哪里 哪 哪儿 谁 多少 几 几个
    是否 能否 可否 是不是 有没有 吗 呢 吧 啊 呀 么 请问 请 想 想要 知道 了解 帮 帮我 我 我们 你 你们 咱们 咱 他们 一下
    的 了 地 得 着 过 和 与 及 以及 或 或者 在 对 对于 关于 于 从 向 把 被 让 给 由 为 为了 以 等 等等 之 其 这 那 这个
    那个 这些 那些 有 有关 相关 是 也 都 就 才 还 要 会 能 可以 可 应 应该 应当 该 需要 上 中 里 下 时 时候 个 种 方面 段 段落
    句 句子 一 一些 找 查 查找 查询 搜 搜索 介绍 谈 谈到 讲到 说到 提到 讲话 里面 当中 存在 具体 主要 做法 办法 方法 措施
    a an the of to in on for and or is are was were be been do does did how what which who whom whose
    when where why can could should would will shall may might we our us i my me you your it its this
    that these those there with by from at as about into has have had any some please tell show find
    did not no than then so if many much get""".split()
)

_STOP = _QUESTION_WORDS | {stem(word) for word in _QUESTION_WORDS}

# Cues in the order in which they are tried; the first that matches gives the intent.
_INTENTS: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        (
            Role.OPENING,
            r"开头|开场|怎么起头|如何起头|开篇|引言|会议(的)?(主要)?(任务|目的)|\bopening\b|\bopen(s|ed)? (a|the) "
            r"(speech|meeting)|start (a|the|of)",
        ),
        (
            Role.CLOSING,
            r"结尾|收尾|结束语|结语|怎么结束|最后怎么|号召|\bclosing\b|\bending\b|\bconclu|call (on|for)"
            r"|\bend(s)? (a|the) (speech|meeting)",
        ),
        (
            Role.PROBLEM,
            r"问题|短板|不足|薄弱|差距|困难(?!群)|难点|堵点|痛点|瓶颈|弱项|缺点|毛病|哪里(做得)?不好|\bproblems?\b|"
            r"shortcoming|weakness|bottleneck|\bobstacle|\bdifficult|\bchallenges?\b|\bgaps?\b|\black(s|ing)?\b|what is wrong",
        ),
        (
            Role.ACHIEVEMENT,
            r"成绩|成效|成就|成果(?!转|转移|推广|交易|应用)|取得了|进展|亮点|做得好|achiev|accomplish|\bprogress\b|"
            r"\bresults? (have|has|were|was|did)|been done",
        ),
        (
            Role.SIGNIFICANCE,
            r"为什么|为何|为啥|意义|重要性|必要性|为什么要|\bwhy\b|significance|importance|important|\bmatters?\b",
        ),
        (
            Role.SAFEGUARD,
            r"保障|组织领导|督查|督导|考核问责|压实责任|safeguard|guarantee|accountab|leadership support",
        ),
        (Role.GOAL, r"目标|指标要|要达到|到20\d\d年|\bgoals?\b|\btargets?\b|\baims?\b|objective"),
        (Role.SITUATION, r"形势|面临|背景|机遇|\bsituation\b|background|opportunit|\btrends?\b"),
        (
            Role.MEASURE,
            r"如何|怎么|怎样|咋|措施|举措|做法|办法|对策|路径|建议|怎么办|\bhow (to|can|do|should|could|will|did)\b|"
            r"\bmeasures?\b|\bsteps\b|\bways? (to|of)|what (is|was) (being )?done|solutions?|approach|\bimprov|strengthen",
        ),
    )
)

_QUOTED = re.compile(r"[“「『\"]([^”」』\"]{2,60})[”」』\"]|《([^》]{2,60})》")
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")
_LATIN = re.compile(r"[A-Za-z]+")
_FACT = re.compile(
    r"多少|几(个|家|项|年|次|名|人|亿|万|公里|天|成|%|百分)|哪(一)?(年|天|月|里|个|家|位|些地)|谁|何时|什么时候|"
    r"百分之几|什么地方|\bhow (many|much|long|often|far)\b|\bwho\b|\bwhen\b|\bwhere\b|what (percent|year|date)",
    re.IGNORECASE,
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

    @property
    def english_words(self) -> tuple[str, ...]:
        """Latin words that are no question words, in order, lower case."""
        return tuple(w for w in _LATIN.findall(self.folded) if w not in _QUESTION_WORDS)


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
            f"问题有 {len(stripped)} 字,超过了 {MAX_QUESTION_CHARS} 字。",
            "整篇文稿请用 speechrag compare(网页上的“对稿”)。",
        )
    if not any(ch.isalnum() for ch in stripped):
        raise QuestionError(f"问题“{stripped[:20]}”里没有可查的字词。", "请写出要找的内容,如:成果转化。")
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


def _weigh(tokens: list[str]) -> dict[str, float]:
    """Weights in (0, 1]; question words only count when there is nothing else."""
    content = [t for t in tokens if t not in _STOP]
    return dict.fromkeys(content or tokens, 1.0)
