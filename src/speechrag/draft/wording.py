"""What reports say, in Chinese and English. The JSON documents keep the Chinese names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from speechrag.draft.records import Label, Verdict

_WORDS: dict[str, tuple[str, str]] = {
    "report": ("对稿报告：{title}", "Comparison: {title}"),
    "share": ("有原文先例的文字占 {share:.1%}", "{share:.1%} of the text has a verbatim precedent"),
    "count": ("{label} {n} 段", "{label}: {n}"),
    "paragraph": ("第 {n} 段", "Paragraph {n}"),
    "formulaic": ("套话", "formulaic"),
    "why_formulaic": ("套话，不作比对", "formulaic words only; not compared"),
    "why_none": ("文库里没有相近的段落", "nothing in the library is like it"),
    "legend": ("图例：", "Marked: "),
    "verbatim": ("逐字相同", "verbatim"),
    "reworded": ("改写", "reworded"),
    "meaning": ("意思相近", "same meaning"),
    "strip": ("各段概览", "overview of paragraphs"),
    "quotes": ("引文核验", "Quotations"),
    "sources": ("主要来源", "Sources used most"),
    "results": ("对稿结果与主要来源", "Comparison and sources used most"),
    "unplaced": (
        "标不到正文里的（脚注等处）",
        "What could not be marked in the text (footnotes and the like)",
    ),
    "no_sources": ("文库里没有相近的讲话。", "No speech of the library is like it."),
    "col_speech": ("讲话", "Speech"),
    "col_date": ("日期", "Date"),
    "col_file": ("文件", "File"),
    "col_paragraphs": ("相近段落", "Paragraphs alike"),
    "col_characters": ("相同文字", "Same characters"),
    "shared": (
        "相同文字占本段 {share:.0%}，最长连续 {n} 字",
        "{share:.0%} of the paragraph is verbatim, longest run {n} characters",
    ),
    "words": ("文字不同：", "Words differ: "),
    "punctuation": ("标点不同：", "Punctuation differs: "),
    "script": ("仅繁简或写法不同：", "Only the script or the form of characters differs: "),
    "pair": ("稿“{draft}”，原文“{source}”", "draft “{draft}”, source “{source}”"),
    "nothing": ("（无）", "(nothing)"),
    "stitched": (
        "省略号前后的话不在同一篇讲话里。",
        "What stands around the ellipsis comes from different speeches.",
    ),
    "claimed": ("稿中说出自：{claimed}", "The draft names: {claimed}"),
    "original": ("原文：{text}", "Source text: {text}"),
    "found_in": ("出处：{source}", "Source: {source}"),
    "not_found": (
        "文库里没有找到，请核对原始出处。",
        "Not in the library; check it against the original.",
    ),
    "removed": (
        "为安全起见，这份副本里去掉了草稿带的{things}；草稿原件没有改动。",
        "For safety, this copy leaves out what the draft brought along: {things}. "
        "The draft itself is unchanged.",
    ),
    "removed_macros": ("宏 {n} 处", "macros ({n})"),
    "removed_templates": ("外部模板 {n} 处", "external templates ({n})"),
    "removed_links": ("外部链接 {n} 处", "external links ({n})"),
    "removed_fields": ("自动载入的域 {n} 处", "fields that load files ({n})"),
    "comma": ("，", ", "),
    "semicolon": ("；", "; "),
    "stop": ("。", "."),
    "and": ("、", ", "),
}

_LABELS_EN: Mapping[Label, str] = {
    Label.VERBATIM: "verbatim",
    Label.REWORDED: "reworded",
    Label.SAME_MEANING: "same meaning",
    Label.SAME_TOPIC: "same topic",
    Label.UNPRECEDENTED: "no precedent",
}
_VERDICTS_EN: Mapping[Verdict, str] = {
    Verdict.EXACT: "exact",
    Verdict.DIFFERS: "differs",
    Verdict.MISATTRIBUTED: "misattributed",
    Verdict.NOT_FOUND: "not found",
    Verdict.NOT_A_QUOTE: "not a quotation",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in one language; `wording("shared", share=0.5, n=20)`."""

    lang: str = "zh"

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, their blanks filled."""
        chinese, english = _WORDS[key]
        return (english if self.lang == "en" else chinese).format(**values)

    def label(self, label: Label) -> str:
        """The name of a label."""
        return _LABELS_EN[label] if self.lang == "en" else label.value

    def verdict(self, verdict: Verdict) -> str:
        """The name of a verdict."""
        return _VERDICTS_EN[verdict] if self.lang == "en" else verdict.value


CHINESE = Wording()
