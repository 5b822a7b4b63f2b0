"""What is looked at to tell a passage's role: words, cue words, headings, the place in the speech.

Words are folded runs of two and three characters, hashed to 32 bits, a whole speech at a time:
cutting them with the tokenizer would cost more than everything else here together and tells no
more (benchmarks/results/roles.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from speechrag.index.tokens import fold
from speechrag.types import Role, Speech

Scores = NDArray[np.float32]

ROLES: tuple[Role, ...] = tuple(Role)

# What a first or last sentence says that tells what its passage does. Folded: every number is 0,
# a full stop ".", a comma ",". How much a cue counts is learnt.
CUES: dict[Role, tuple[str, ...]] = {
    Role.OPENING: (
        r"^(尊敬的|各位|同志们|女士们)|现在开会|[召举](开|行)|主要任务是|刚才|议程",
        r"[几两三四五](点|个方面)(意见|要求)?|向大会(报告|作)|请予审议",
        r"代表.{0,30}(欢迎|祝贺|问候|感谢|敬意)",
    ),
    Role.SIGNIFICANCE: (
        r"意义|必然(要求|选择)|必由之路|事关|离不开|只有.{2,30}才|关键(所在|环节|在于)",
        r"重要(保障|支撑|基础|内容|途径|保证)|关系到?.{0,12}(大局|全局)",
        r"是.{2,30}的(需要|根本|关键|前提|核心|支柱|基础)",
    ),
    Role.SITUATION: (
        r"^当前|形势|面临|机遇|挑战|变局|新一轮|趋势|压力|严峻|不确定|窗口期|加速演进",
        r"从.{1,4}看,",
    ),
    Role.ACHIEVEMENT: (
        r"取得|成效|成绩|突破|来之不易|[去全]年|以来|年来|过去.{0,2}年|圆满|荣获|首次|历史性",
        r"(增长|提高|下降|提升|达到?|超过)了?.{0,12}(%|百分之|亿|万|点)",
    ),
    Role.PROBLEM: (
        r"问题|不足|短板|差距|薄弱|困难|滞后|缺乏|偏[低少弱]|矛盾|隐患|没有?人|有的|个别",
        r"[还仍](存在|有|未|没|不)|不[够强高到平充完规]",
        r"一些(地方|干部|单位|部门|企业)",
    ),
    Role.GOAL: (
        r"目标|力争|预期|总体要求|指导思想|总体思路|翻[一两]番",
        r"到0年|(增长|提高|控制在|达到).{0,10}(左右|以上|以内)",
    ),
    Role.MEASURE: (
        r"要(?![求素点])|加[强快大]|推[进动行]|完善|健全|建立|深化|实施|支持|鼓励",
        r"着力|大力|统筹|每[个月周季]|一律",
    ),
    Role.SAFEGUARD: (
        r"领导小组|负责人|第一责任|一把手|主体责任|压实|督[查导办]|考核|问责|通报|台账",
        r"各级|各(部门|单位|地|县区)|牵头|专班|指挥部|氛围|廉政|作风|依法行政|形式主义",
    ),
    Role.CLOSING: (
        r"让我们|谢谢|预?祝|奋斗[!.]?$|贡献[!.]?$|新篇章|更加紧密|散会|完了|闭幕|一定能",
    ),
}
# Where a passage stands: the columns of `place_features`.
PLACES = (
    "first", "second", "last", "last but one", "only", "before the first heading",
    "no headings at all", "opens its section", "ends its section", "in the first tenth",
    "in the first third", "in the last third", "in the last tenth", "opens with a salutation",
    "closing words in the last tenth", "closing words before it",
    "opening words among the first two", "opening words after them",
)  # fmt: skip

_CUES = [re.compile("|".join(patterns)) for patterns in CUES.values()]
_SPACE = re.compile(r"\s+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SENTENCE_END = re.compile(r"[.!?]")
_SALUTATION = re.compile(r"(各位|同志们|尊敬的|女士们|先生们|朋友们|[^,.]{2,12}们[:,!])")
_LABEL = re.compile(
    r"\(?[一二三四五六七八九十]{1,3}[),.、是要]|第[一二三四五六七八九十]+[,、:件]?|\(?0[),.、]"
)
_FACTORS = np.array([2654435761, 2246822519, 3266489917], dtype=np.uint64)
_LOW_BITS = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Bag:
    """Hashed words of `n` texts: `keys[i]` weighs `values[i]` in text `rows[i]`."""

    keys: NDArray[np.uint32]
    values: Scores
    rows: NDArray[np.int64]
    n: int


def squeeze(text: str) -> str:
    """The folded text without white space, every number written 0."""
    return _NUMBER.sub("0", _SPACE.sub("", fold(text)))


def bare_heading(heading: str) -> str:
    """A heading squeezed and without its label."""
    squeezed = squeeze(heading)
    label = _LABEL.match(squeezed)
    return squeezed[label.end() :] if label else squeezed


def bag_of(texts: Sequence[str]) -> Bag:
    """The words of squeezed texts: runs of two and three characters, each 1/√(the text's runs).

    A run's hash is that of its characters' code points; runs do not reach across texts.
    """
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    hashed = codes.astype(np.uint64) * _FACTORS[0] & _LOW_BITS
    keys, rows = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
    for order in (1, 2):
        if len(codes) <= order:
            break
        mixed = (hashed[:-1] * _FACTORS[order] + codes[order:]) & _LOW_BITS
        hashed = mixed ^ (mixed >> np.uint64(15))
        inside = owner[order:] == owner[:-order]
        keys.append(hashed[inside])
        rows.append(owner[order:][inside])
    all_rows = np.concatenate(rows)
    counts = np.bincount(all_rows, minlength=len(texts))
    values = (1 / np.sqrt(counts[all_rows])).astype(np.float32)
    return Bag(np.concatenate(keys).astype(np.uint32), values, all_rows, len(texts))


def cues_of(texts: Sequence[str]) -> Scores:
    """Which roles have cue words in the first and in the last sentence: (2, texts, 9), 0 or 1."""
    found = np.zeros((2, len(texts), len(ROLES)), dtype=np.float32)
    for at, text in enumerate(texts):
        for end, sentence in enumerate(_ends(text)):
            found[end, at] = [pattern.search(sentence) is not None for pattern in _CUES]
    return found


def _ends(text: str) -> tuple[str, str]:
    """The first and the last sentence; the same one where there is but one."""
    match = _SENTENCE_END.search(text, 8)  # a label's full stop ends no sentence
    first = text[: match.end()] if match else text
    at = max(text.rfind(mark, 0, len(text) - 1) for mark in ".!?") + 1
    return first, text[at:]


def place_features(speech: Speech, texts: Sequence[str], cues: Scores) -> Scores:
    """Where each passage stands: zeros and ones, shape (passages, len(PLACES)).

    Args:
        speech: The speech.
        texts: Its squeezed passages.
        cues: Their `cues_of`.
    """
    paths = [passage.section_path for passage in speech.passages]
    n = len(paths)
    place = np.arange(n)
    share = (place + 0.5) / max(1, n)
    heads = np.array([bool(path) for path in paths], dtype=np.bool_)
    same = np.array([a == b for a, b in pairwise(paths)], dtype=np.bool_)
    edge = np.ones(1, dtype=np.bool_)
    opens = cues[0, :, ROLES.index(Role.OPENING)] > 0
    closes = cues[1, :, ROLES.index(Role.CLOSING)] > 0
    columns = (
        place == 0,
        place == 1,
        place == n - 1,
        place == n - 2,
        np.full(n, n == 1),
        np.full(n, heads.any()) & ~np.logical_or.accumulate(heads),
        np.full(n, not heads.any()),
        np.concatenate([edge, ~same])[:n],
        np.concatenate([~same, edge])[-n:] if n else heads,
        share < 0.1,
        share < 1 / 3,
        share > 2 / 3,
        share > 0.9,
        np.array([_SALUTATION.match(text) is not None for text in texts], dtype=np.bool_),
        closes & (share > 0.9),
        closes & (share <= 0.9),
        opens & (place < 2),
        opens & (place >= 2),
    )
    return np.stack(columns, axis=1).astype(np.float32)
