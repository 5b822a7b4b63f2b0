"""Writes the speeches of a generated library: theme, own words, names, sentences, headings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.scale.material import Clause, Material

MIN_CHARS, MAX_CHARS = 90, 385
"""Of a paragraph: within what speechrag keeps as one passage (80 to 400), whatever is around it."""

_REPLACED = 0.55
"""Share of a clause's words that are replaced; more tears clauses apart, less repeats them."""

# Fitted by hand to REAL in statistics.py: where words come from, and their law.
_FROM_POOL, _FROM_THEME, _NAMES = 0.30, 0.03, 0.08
_POOL_WORDS, _BLOCK_SLOTS, _BLOCK_WORDS, _FROM_BLOCK = 90, 30, 2, 0.85
_ZIPF_FLAT, _ZIPF_STEEP, _BEND = 0.7, 1.8, 5500.0
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_NAME_CHARS = (
    "山江河湖海云水石林泉溪岭峰川原平安宁和兴盛昌永康泰福祥瑞华明光辉文武德仁义礼智信忠诚志远"
    "广达通顺利新成立建国民强伟军杰勇涛斌波鹏飞宇浩然子轩梓涵雨欣怡佳慧敏静芳红梅兰竹菊松柏青"
    "金银玉珠宝龙凤麒麟鹤鹿虎马牛羊春夏秋冬东西南北中上下大小长高天地日月星"
)
_PLACES = ("市", "县", "区", "镇", "乡", "村", "街道", "园区", "水库", "社区")
_FIRMS = ("科技", "机械", "食品", "化工", "纺织", "电子", "建材", "医药", "物流", "农业")
_VERBS = "扎实推进 切实加强 着力抓好 全面深化 持续做好 加快发展 不断完善 稳步提升".split()
_AIMS = ("取得新成效", "迈上新台阶", "打开新局面", "见到实效", "落到实处", "走在前列")
_DIGITS = "一二三四五六七八九十"


def cumulate_word_weights(n_words: int) -> np.ndarray:
    """Cumulated probabilities of the vocabulary's words: two power laws that meet."""
    ranks = np.arange(1, n_words + 1, dtype=np.float64)
    weights = ranks**-_ZIPF_FLAT * (1 + ranks / _BEND) ** (_ZIPF_FLAT - _ZIPF_STEEP)
    return np.cumsum(weights / weights.sum())


class Writer:
    """Writes one speech: its theme, its own words, its names."""

    def __init__(
        self,
        rng: np.random.Generator,
        material: Material,
        documents: list[list[str]],
        word_weights: np.ndarray,
    ) -> None:
        self._rng = rng
        self._words = material.words
        self._weights = word_weights
        themes = sorted(material.themes)
        theme = themes[int(rng.integers(len(themes)))]
        self._terms = material.themes[theme]
        self.topic = str(rng.choice(self._terms))
        own = material.clauses.get(theme, ())
        self._clauses: tuple[tuple[Clause, ...], ...] = (
            own or material.clauses[""],
            material.clauses[""],
        )
        region = rng.integers(0, 60)  # sixty places speak: their names come back between speeches
        self.place = _place(np.random.default_rng(int(region)))
        self.person = _person(rng)
        self._names = [self.place, *(_name(rng) for _ in range(14))]
        self._pool = list(self._zipf_words(_POOL_WORDS))
        self._drawn: list[str] = []
        self._sources: list[list[str]] = []
        if documents:
            picked = rng.integers(0, len(documents), size=4)
            self._sources = [documents[int(at)] for at in picked]

    def passage(self) -> str:
        """A paragraph of whole sentences that stays one passage."""
        aim = int(np.clip(self._rng.lognormal(5.13, 0.38), MIN_CHARS, MAX_CHARS - 60))
        text = ""
        while len(text) < aim:
            sentence = self._sentence()
            if len(text) + len(sentence) > MAX_CHARS:
                if len(text) >= MIN_CHARS:
                    break
                continue
            text += sentence
        return text

    def change(self, passage: str) -> str:
        """The same passage as another copy has it: now and then a sentence's end differs."""
        if self._rng.random() < 0.7 or len(passage) > MAX_CHARS - 20:
            return passage
        return passage[:-1] + f"，{self._next_word()}要跟上。"

    def headings(self, n_passages: int) -> Iterator[tuple[int, str]]:
        """Headings of the first level every 6 to 10 passages, of the second in every other."""
        at, major = 2, 0
        while at < n_passages and major < len(_DIGITS):
            yield at, f"{_DIGITS[major]}、{self._heading()}"
            length = int(self._rng.integers(6, 11))
            if major % 2 == 0:
                step = length // 2
                yield at, f"（一）{self._heading()}"
                if at + step < n_passages:
                    yield at + step, f"（二）{self._heading()}"
            at, major = at + length, major + 1

    def _heading(self) -> str:
        verb, term, aim = (
            self._rng.choice(_VERBS),
            self._rng.choice(self._terms),
            self._rng.choice(_AIMS),
        )
        return f"{verb}{term}，推动各项工作{aim}"

    def _sentence(self) -> str:
        if self._sources:
            source = self._sources[int(self._rng.integers(len(self._sources)))]
            return source[int(self._rng.integers(len(source)))]
        clauses = [self._clause() for _ in range(int(self._rng.integers(2, 5)))]
        return "，".join(clauses) + "。"

    def _clause(self) -> str:
        clauses = self._clauses[int(self._rng.random() < 0.4)]
        words, slots = clauses[int(self._rng.integers(len(clauses)))]
        made = list(words)
        for slot in slots:
            word = self._next_word()
            if word:
                made[slot] = word
        return "".join(made)

    def _next_word(self) -> str:
        """A word for a slot, "" where the clause's own stays."""
        if not self._drawn:
            self._drawn = self._draw(2_000)
        return self._drawn.pop()

    def _draw(self, n: int) -> list[str]:
        rng = self._rng
        kinds = rng.random(n) / _REPLACED
        common = self._zipf_words(n)
        pool = self._pool_places(n)
        terms = rng.integers(0, len(self._terms), n)
        names = rng.integers(0, len(self._names), n)
        drawn = []
        for at, kind in enumerate(kinds.tolist()):
            if kind >= 1:
                drawn.append("")
            elif kind < _NAMES:
                drawn.append(self._names[names[at]])
            elif kind < _NAMES + _FROM_THEME:
                drawn.append(self._terms[terms[at]])
            elif kind < _NAMES + _FROM_THEME + _FROM_POOL:
                drawn.append(self._pool[pool[at]])
            else:
                drawn.append(common[at])
        return drawn

    def _pool_places(self, n: int) -> np.ndarray:
        """Places in the speech's own words: a few that come back within a paragraph, and others."""
        rng = self._rng
        block = np.arange(n) // _BLOCK_SLOTS
        start = rng.integers(0, len(self._pool) - _BLOCK_WORDS, int(block[-1]) + 1)[block]
        near = start + rng.integers(0, _BLOCK_WORDS, n)
        far = (rng.random(n) ** 2 * len(self._pool)).astype(int)
        return np.where(rng.random(n) < _FROM_BLOCK, near, far)

    def _zipf_words(self, n: int) -> list[str]:
        at = np.searchsorted(self._weights, self._rng.random(n)).clip(max=len(self._words) - 1)
        return [self._words[i] for i in at.tolist()]


def _letters(rng: np.random.Generator, n: int) -> str:
    return "".join(_NAME_CHARS[int(i)] for i in rng.integers(0, len(_NAME_CHARS), n))


def _person(rng: np.random.Generator) -> str:
    return _SURNAMES[int(rng.integers(len(_SURNAMES)))] + _letters(rng, int(rng.integers(1, 3)))


def _place(rng: np.random.Generator) -> str:
    return _letters(rng, 2) + "市"


def _name(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.3:
        return _person(rng)
    if kind < 0.7:
        return _letters(rng, 2) + str(rng.choice(_PLACES))
    if kind < 0.85:
        return _letters(rng, 2) + str(rng.choice(_FIRMS)) + "公司"
    return str(rng.integers(2, 9_999)) if kind < 0.93 else f"{rng.random() * 100:.1f}%"
