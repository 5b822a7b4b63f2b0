"""Whom and what a draft names as the origin of quoted words, and whether the library agrees."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz

from speechrag.index.tokens import fold_key
from speechrag.types import Speech

REACH = 90  # characters before the quotation in which its origin may be named
MIN_TITLE_RATIO = 80.0  # of letters; above it two titles are one, differently shortened

_SAYS = (
    "(?:指出|强调|要求|说过?|讲过?|写道|提出|说道|讲道|讲到|谈到|提到|表示|认为|告诫(?:我们)?|"
    "告诉(?:我们|我)|嘱托(?:我们)?|寄语|云|曰|所言|有言)"
)
_SPEECH_VERB = re.compile(rf"{_SAYS}(?:了|过|得好|得很清楚)?(?P<colon>[\uff1a:\uff0c,]?)\s*$")
_TITLE = re.compile("\u300a([^\u300b\n]{2,60})\u300b")
_OCCASION = re.compile(
    r"在(?P<name>[^\uff0c。\uff1b\u300a“\n]{2,45}?(?:大会|会议|座谈会|推进会|现场会|部署会|动员会|联席会|论坛|仪式|"
    r"推介会|活动|班|会))(?:闭幕式|开幕式)?(?:上|中|时)"
)
_AFTER = re.compile(
    r"^[”」』\"]?[。\uff0c]?\s*(?:\uff08|\(|——|—|-{1,2})\s*(?:见|引自|摘自|出自)?\s*"
    r"(?P<who>[^\u300a\uff09)\n]{0,12})(?:\u300a(?P<title>[^\u300b\n]{2,60})\u300b)?"
)
_TIME = re.compile(
    r"(?:早在)?\d{2,4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|去年|今年|前年|近日|日前|最近|上个月"
)
_ADVERBS = re.compile(
    r"(?:就|曾经?|多次|反复|一再|再三|明确|深刻|特别|再次|又|还|也|都|常|经常|曾|当时|专门|生动|(?:又)?一次|语重心长地)+$"
)
_POST = (
    "总书记|书记|省长|市长|县长|区长|镇长|乡长|部长|主席|总理|主任|校长|院长|局长|厅长|司令|政委|同志|先生|女士|老师|"
    "教授|院士|专家|代表|委员|总经理|董事长|老人|大爷|大娘|阿婆|师傅|常委|秘书长|老总|总"
)
_PERSON = re.compile(rf"(?:{_POST})")
_NOBODY = re.compile(
    r"^(?:我们?|他们?|她们?|有人|有的.*|大家|人们|群众|老百姓|百姓|村民.*|古人|古语|俗话|常言|老话|民谚|谚语|诗|会议|文件|报告|"
    r"通知|意见|中央|党中央|国务院|省委|市委|县委|区委|省政府|市政府|.*全会|.*大会|.*会议|这|那|其|正如|正所谓|所谓)$"
)
_OPENERS = '\u201c\u2018\u300c\u300e"\u300a '
_CLOSERS = '\u201d\u2019\u300d\u300f"'
_SURNAME = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The origin that a draft names. Empty strings: it names none.

    is_speech: someone is said to have said the words (…指出：), named or not.
    """

    speaker: str = ""
    title: str = ""
    is_speech: bool = False


def read_claim(text: str, start: int, end: int) -> Claim:
    """The origin named around the quotation whose marks are at `start` and `end - 1`."""
    lead = re.split(r"[。\uff01\uff1f!?\uff1b\n]", text[max(0, start - REACH) : start])[-1]
    says = _SPEECH_VERB.search(lead)
    title = speaker = ""
    if says:
        before = lead[: says.start()]
        titles = _TITLE.findall(before)
        occasion = _OCCASION.search(before)
        title = titles[-1] if titles else occasion["name"] if occasion else ""
        speaker = _speaker(before)
    after = _AFTER.match(text[end : end + 100])
    if after and (after["title"] or (after["who"] and _is_person(after["who"]))):
        title = title or after["title"] or ""
        who = after["who"].strip(" \uff0c,\uff1a:")
        speaker = speaker or (who if _is_person(who) else "")
    is_speech = bool(says and (says["colon"] or speaker or title)) or bool(title or speaker)
    return Claim(speaker, title, is_speech)


def _speaker(before: str) -> str:
    """The person named in the words before the verb; "" for nobody in particular."""
    words = _TIME.sub("", before)
    words = re.sub(r"在?\u300a[^\u300b]*\u300b(?:一文|一书)?(?:中|里|上)?", "", words)
    words = _OCCASION.sub("", words)
    words = re.sub(r"在[^\uff0c,]{2,30}?(?:时|上|中|期间|前|后)", "", words)
    words = _ADVERBS.sub("", words.rstrip("\uff0c, ").split("\uff0c")[-1].split(",")[-1].strip())
    words = words.lstrip(_CLOSERS + " ")
    words = re.sub(r"^(?:正如|按照|根据|诚如|像|就像|如)", "", words).strip()
    return words if words and _is_person(words) and not _NOBODY.match(words) else ""


def _is_person(words: str) -> bool:
    words = words.strip()
    return bool(_PERSON.search(words)) or (2 <= len(words) <= 4 and words[0] in _SURNAME)


def core_name(speaker: str, known: Iterable[str]) -> str:
    """The name in what a draft calls a person: 中共云岭市委书记周启明 → 周启明.

    It is a speaker's of the library, or what is left without posts.
    """
    key = fold_key(speaker, ignore_punctuation=True)
    for name in known:
        if name and name in key:
            return name
    before_post = re.sub(rf"(?:{_POST})+$", "", key)
    return re.sub(rf"^.*(?:{_POST})(?=.{{2,4}}$)", "", before_post) or key


def name_of(speaker: str | None) -> str:
    """The name of a speech's speaker, as a key: the last word of 云岭市人民政府市长 陆文清."""
    words = (speaker or "").split()
    return fold_key(words[-1], ignore_punctuation=True) if words else ""


def agrees(claim: Claim, speech: Speech, before: str, known: Iterable[str]) -> bool:
    """Whether the place where the words stand may be the one that the draft names.

    Args:
        claim: What the draft says.
        speech: Where the words stand.
        before: What stands before them there: the speech may itself quote someone.
        known: The names of the library's speakers.
    """
    lead = fold_key(before, ignore_punctuation=True)
    before = before.rstrip(_OPENERS)
    inner = read_claim(before, len(before), len(before))
    if claim.title and not _same_title(claim.title, speech.title):
        title = fold_key(claim.title, ignore_punctuation=True)
        if title not in lead:
            return False
    if not claim.speaker:
        return True
    name = core_name(claim.speaker, known)
    if inner.is_speech:  # words that the speech itself ascribes to someone are his
        return name in lead
    speaker = fold_key(speech.speaker or "", ignore_punctuation=True)
    return not speaker or name in speaker


def _same_title(claimed: str, title: str) -> bool:
    a, b = (fold_key(t, ignore_punctuation=True) for t in (claimed, title))
    return a in b or b in a or fuzz.ratio(a, b) >= MIN_TITLE_RATIO
