"""Why a build reads, splits, tokenizes or encodes anything, in words."""

from __future__ import annotations

from dataclasses import dataclass

_WORDS: dict[str, tuple[str, str]] = {
    "first": (
        "没有可沿用的旧索引：全部读取。",
        "there is no earlier index to take from: everything is read.",
    ),
    "full": (
        "要求全部重做（--full）：全部重读、重新分词、重新编码。",
        "asked to redo everything (--full): all is read, tokenized and encoded again.",
    ),
    "resplit": (
        "要求重新切分（--resplit）：{n} 个文件从存下的原文重新清洗、切分，不重读。",
        "asked to split again (--resplit): {n} files, from the texts kept; none is read.",
    ),
    "reencode": (
        "要求重新编码（--reencode）：不重读文件。",
        "asked to encode again (--reencode): no file is read for it.",
    ),
    "reader": (
        "读取文件的程序变了：全部重读。",
        "the code that reads files has changed: everything is read again.",
    ),
    "splitter": (
        "清洗、切分的程序变了：{n} 个文件从存下的原文重新切分，不重读。",
        "the code that cleans and splits has changed: {n} files, from the texts kept; "
        "none is read.",
    ),
    "splitter_read": (
        "清洗、切分的程序变了：全部重读。",
        "the code that cleans and splits has changed: everything is read again.",
    ),
    "tokenizer": (
        "分词或用户词典变了：全部重新分词。",
        "the tokenizer or the user terms have changed: everything is tokenized again.",
    ),
    "encoder": (
        "编码器变了（{before} → {after}）：全部重新编码。",
        "another encoder ({before} → {after}): everything is encoded again.",
    ),
    "format": (
        "索引格式旧了（第 {before} 版 → 第 {after} 版）：补上缺的部分，不重读文件。",
        "an older index format ({before} → {after}): what is missing is added; no file is read "
        "for it.",
    ),
    "damaged": (
        "现用的一代有损坏：重建。",
        "the live generation is damaged: it is built again.",
    ),
    "store": (
        "存放向量的引擎变了（store）：向量照搬过去。",
        "another engine keeps the vectors (store): they are carried over as they are.",
    ),
    "sources": ("来源文件夹变了。", "the source folders are others."),
    "changed": ("{n} 个文件有改动：重读。", "{n} files have changed: they are read again."),
    "new": ("{n} 个文件是新的：读取。", "{n} files are new: they are read."),
    "renamed": (
        "{n} 个文件改了名或换了位置：内容没变，不重读。",
        "{n} files have another name or place: they hold what they held, and are not read.",
    ),
    "copied": (
        "{n} 个新文件与已编入的文件内容相同：不重读。",
        "{n} new files hold what others hold that were read already: they are not read.",
    ),
    "gone": ("{n} 个文件不在了：去掉。", "{n} files are gone: they are taken out."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its key above, and what fills its blanks."""

    key: str
    n: int = 0
    before: str = ""
    after: str = ""

    def describe(self, lang: str = "zh") -> str:
        """The reason in words."""
        chinese, english = _WORDS[self.key]
        template = english if lang == "en" else chinese
        return template.format(n=self.n, before=self.before, after=self.after)
