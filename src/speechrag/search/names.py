"""Proper nouns of a question: what a person expects to see verbatim in the first hit.

Book titles, figures with their units, acronyms, and the people, places and bodies that jieba's
tagger finds. The tagger takes many a plain word for a name (外国, 大江, 展望未来), so only what is
built like one counts, and only where it is rare in the library. A year is no name: the passages of
a speech of 2024 do not repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from speechrag.index.tokens import Tokenizer, fold, fold_key, may_hold
from speechrag.search.candidates import Searchable
from speechrag.search.stopwords import QUESTION_WORDS

MAX_NAMES = 8
MAX_SHARE = 0.02  # of the passages; a name in more of them tells them apart no better than a word
MIN_ROWS = 5  # so many passages may hold a name in the smallest library
BLIND = 0.9  # where it stands but for punctuation

# Places of two characters are taken for names only when they are provinces or great cities: of the
# tagger's others every second is a plain word.
_PLACES = frozenset(
    (
        "北京 天津 上海 重庆 河北 山西 辽宁 吉林 江苏 浙江 安徽 福建 江西 山东 "
        "河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 广西 西藏 "
        "宁夏 新疆 香港 澳门 深圳 广州 杭州 南京 苏州 武汉 成都 西安 青岛 大连 "
        "厦门 宁波 合肥 长沙 郑州 济南 沈阳 哈尔滨 昆明 贵阳 福州 南昌 太原 浦东 "
        "雄安 延安 遵义 井冈山"
    ).split()
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱"
    "戴严莫孔向常焦温鲁葛柳洪乔翁欧阮柯纪祝詹游蓝鲍华关甘聂习"
)
_ACRONYM = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9.+-]*[A-Z])[A-Z0-9][A-Za-z0-9.+-]*[A-Z0-9](?![A-Za-z0-9])"
)
_FIGURE = re.compile(
    r"\d+(?:[.,]\d+)*\s*(?:%|％|万亿元|亿元|万元|亿|万|千|元|个百分点|公里|亩|平方米|吨|人|户|家|件|项)"
)
_TITLE = re.compile(r"《([^》]{2,60})》")
_HAN = re.compile(r"[\u3400-\u9fff]")


def find_names(text: str) -> tuple[str, ...]:
    """The proper nouns of a question, folded, in the order of their kinds; at most `MAX_NAMES`."""
    import rjieba

    found = [*_TITLE.findall(text), *_FIGURE.findall(text)]
    if _HAN.search(text):  # in English every other word would be one
        found += _ACRONYM.findall(text)
        found += [word for word, tag in rjieba.tag(text) if _is_name(word, tag)]
    names = dict.fromkeys(fold(name).strip() for name in found)
    return tuple(name for name in names if name not in QUESTION_WORDS)[:MAX_NAMES]


def _is_name(word: str, tag: str) -> bool:
    if not _HAN.search(word):
        return False
    if tag == "nr":
        return word[0] in _SURNAMES and len(word) in (2, 3)
    if tag in ("ns", "nrt", "nrfg"):
        return word in _PLACES or len(word) > 2
    return tag == "nt" and len(word) > 3


def name_scores(
    generation: Searchable, tokenizer: Tokenizer, names: tuple[str, ...], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """How many of the names each row's passage, headings or title hold verbatim.

    Args:
        generation: The index.
        tokenizer: The one that it was built with.
        names: `find_names` of the question.
        rows: Which passages.

    Returns:
        float32 in [0, 1], shape (len(rows),): the share of the names that are rare in the library
        and stand there; 0.9 for one that stands but for its punctuation.

    """
    scores = np.zeros(len(rows), dtype=np.float32)
    rare = [name for name in names if _is_rare(generation, tokenizer, name)]
    keys = [(fold_key(name), fold_key(name, ignore_punctuation=True)) for name in rare]
    if not keys:
        return scores
    stands = np.zeros(len(keys), dtype=np.bool_)
    for at, row in enumerate(rows.tolist()):
        speech, passage = generation.store.located(row)
        body = speech.text[passage.start : passage.end]
        text = "\n".join((speech.title, *passage.section_path, body))
        held = _held(text, keys)
        stands |= np.array(held) > 0
        scores[at] = sum(held)
    shares: NDArray[np.float32] = (scores / max(1, int(stands.sum()))).astype(np.float32)
    return shares


def _held(text: str, keys: Sequence[tuple[str, str]]) -> list[float]:
    """1 for each name whose exact key stands in a text, `BLIND` where the other one does, or 0.

    Of a hundred candidates few have a name's characters at all; only theirs are made into keys.
    """
    folded = fold(text)
    held = []
    for exact, blind in keys:
        if not may_hold(folded, blind or exact):
            held.append(0.0)
        elif exact in fold_key(text):
            held.append(1.0)
        else:
            found = bool(blind) and blind in fold_key(text, ignore_punctuation=True)
            held.append(BLIND if found else 0.0)
    return held


def _is_rare(generation: Searchable, tokenizer: Tokenizer, name: str) -> bool:
    """Whether its rarest word is; a word that no passage holds may be cut otherwise there."""
    tokens = tokenizer.tokenize(name)
    most = max(MIN_ROWS, MAX_SHARE * generation.manifest.n_passages)
    return bool(tokens) and min(generation.lexical.df(token) for token in tokens) <= most
