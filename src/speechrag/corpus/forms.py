"""Forms that lines of speeches take: titles, salutations, closings."""

from __future__ import annotations

import re
from functools import lru_cache

from speechrag.corpus.characters import fold

_HAS_SENTENCE = re.compile(r"[。!?;]")
KIND_WORDS = (
    "讲话|致辞|致词|祝词|祝辞|欢迎词|答谢词|发言|主持词|主持讲话|报告|演讲|讲稿|党课"
    "|总结|汇报|表态|倡议书|贺词|寄语|宣讲|述职"
)
_TITLE_END = re.compile(
    rf"(?:{KIND_WORDS}|范文|材料|方案|体会|提纲|通知|意见|心得|贺信|公开信)"
    r"(?:稿|提纲|范文|汇编|材料|摘要|精选|大全|合集|模板|包含|全文|摘登|要点)*"
    r"(?:[(][^()]{0,12}[)]|篇?\d{0,2}|[(]?\d{0,2}篇?[)]?)?$"
)
_SALUTATION = re.compile(
    r"(?:尊敬的|敬爱的|亲爱的|各位|同志们|同学们|朋友们|老师们|女士们|先生们|乡亲们|父老乡亲|代表们|委员们|战友们|"
    r"青年朋友|来宾|大家好|工友们|企业家|媒体)[^。;]{0,80}[:!,]?"
)
_GREETING = re.compile(r"(?:大家|各位.{0,12}|同志们)(?:上午|下午|晚上|早上|中午)?好[!。,]?")
_CLOSING = re.compile(
    r"(?:我的.{0,8}完了[,。])?(?:再次)?(?:谢谢|感谢)(?:大家|各位|同志们|.{0,8})?[!。,.]?(?:谢谢.{0,3}[!。]?)?"
)

_BARE = re.compile(r"[\s《》“”\"'【】\[\]()（）:：,，.。、\-—_*]+")


def bare(text: str) -> str:
    """A title without width, script, spaces and marks: what two copies of it have in common."""
    return _BARE.sub("", fold(text)).lower()


@lru_cache(maxsize=4096)
def is_salutation(text: str) -> bool:
    """Whether a line addresses the listeners and says nothing more."""
    if len(text) > 90:
        return False
    folded = fold(text)
    if _GREETING.fullmatch(folded):
        return True
    if not _SALUTATION.fullmatch(folded):
        return False
    return folded[-1] in ":!" or (len(folded) <= 24 and not re.search(r"[要是为在让把]", folded))


def is_closing(text: str) -> bool:
    """Whether a line is the 谢谢大家 at the end."""
    return len(text) <= 30 and _CLOSING.fullmatch(fold(text)) is not None


@lru_cache(maxsize=4096)
def ends_like_title(text: str) -> bool:
    """Whether a line ends as titles of speeches do and holds no sentence."""
    if len(text) > 80:
        return False
    folded = fold(text)
    return not _HAS_SENTENCE.search(folded) and _TITLE_END.search(folded) is not None
