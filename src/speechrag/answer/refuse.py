"""When the library holds no answer: the threshold, what is no question, what is not named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from speechrag.search.query import Query

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

THRESHOLD = 0.215
"""The least confidence with which a question is answered; calibrated by
`python -m benchmarks.answers.calibrate` (benchmarks/results/answers-refusal.md)."""

UNSURE = 0.43
"""Below it an answer carries a caution: one in ten of the development questions that are answered,
and most of those that are not but pass the threshold."""

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


# Places that everybody knows by their names: what is asked of one stands in no speech that does
# not name it. Other names are left to the model: a word may be the tagger's mistake for a name.
_PLACES = (
    "北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    "广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|石家庄|太原|"
    "沈阳|大连|长春|哈尔滨|南京|苏州|无锡|常州|杭州|宁波|温州|义乌|合肥|福州|厦门|南昌|济南|青岛|"
    "郑州|洛阳|武汉|长沙|广州|深圳|珠海|东莞|佛山|南宁|海口|成都|贵阳|昆明|拉萨|西安|兰州|西宁|银川|"
    "乌鲁木齐|呼和浩特|浦东|雄安|长江|黄河|珠江|美国|英国|法国|德国|俄罗斯|日本|韩国|印度|新加坡|"
    "澳大利亚|加拿大|巴西|越南|泰国|非洲|欧洲|beijing|shanghai|tianjin|chongqing|guangzhou|shenzhen|"
    "hangzhou|nanjing|suzhou|wuhan|chengdu|xi'an|london|paris|tokyo|new york|japan|korea|germany|"
    "france|britain|russia|india|singapore|australia|canada|thailand"
)
_PLACE = re.compile(rf"(?<![a-z])(?:{_PLACES})(?![a-z])")
_SCHOOL = re.compile(
    "(?:清华|北大|复旦|北京|浙江|南京|武汉|同济|中山|四川|厦门|南开|天津)大学|清华|北大(?!门)|复旦"
)


def name_absent(query: Query, engine: Engine) -> str | None:
    """A well-known place or university that the question names and no passage does.

    Args:
        query: The question.
        engine: The library; its words as they are indexed.

    """
    lexical = engine.generation.lexical
    for match in _SCHOOL.finditer(query.folded):
        name = match[0]
        short = name[:2] if name[:2] in {"清华", "复旦"} else f"{name[0]}大"
        if not lexical.df(name) and not lexical.df(short):
            return name
    for match in _PLACE.finditer(_SCHOOL.sub(" ", query.folded)):
        words = engine.tokenizer.tokenize(match[0])
        if words and not any(lexical.df(word) for word in words):
            return match[0]
    return None


def caution(query: Query, sure: float) -> str | None:
    """What is said with an answer that may be none, in the language of the question."""
    if sure >= UNSURE:
        return None
    if query.chinese_share < 0.5:
        return "Only something close was found; it may not answer the question."
    return "只找到相近的内容，未必回答了您的问题。"


def absence(query: Query, name: str) -> str:
    """What is said of a name that the library lacks, in the language of the question."""
    if query.chinese_share < 0.5:
        return f"The library does not mention “{name.title()}”."
    return f"库里没有提到“{name}”。"
