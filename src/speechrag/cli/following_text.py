"""What the commands timeline and outline say, in Chinese and English."""

from __future__ import annotations

FOLLOWING_MESSAGES: dict[str, tuple[str, str]] = {
    "help_timeline": (
        "提法时间轴：何时先用、何时后用、逐年次数、别的写法、由什么取代",
        "follow a phrase: first use, last use, counts by year, variants, what replaced it",
    ),
    "arg_phrase": ("要查的提法，可写几个并排比较", "the phrase; several are set side by side"),
    "opt_plot_years": (
        "把逐年次数画成图（.png、.svg 或 .pdf）",
        "draw the counts by year (.png, .svg or .pdf)",
    ),
    "help_outline": (
        "看历年同题讲话怎样搭架子：列出最相关的几篇的提纲",
        "the outlines of the speeches most about a topic",
    ),
    "arg_outline_topic": ("主题", "the topic"),
    "opt_k_outline": ("要几篇（默认 5）", "number of speeches (default 5)"),
    "timeline_count": (
        "共 {n} 次，{n_passages} 段，{n_speeches} 篇",
        "{n} uses in {n_passages} passages of {n_speeches} speeches",
    ),
    "timeline_copies": (
        "另有 {n} 次在重复收录的副本里，不计",
        "{n} more in further copies of a speech, not counted",
    ),
    "timeline_headings": ("其中标题里 {n} 次", "{n} of them in headings"),
    "timeline_first": ("最早", "first"),
    "timeline_last": ("最近", "last"),
    "timeline_cuts_word": (
        "这里可能只是字面相连（如“创新｜发展理念”），请看原文",
        "the characters may merely stand side by side here, across words; see the text",
    ),
    "timeline_years": ("逐年", "by year"),
    "timeline_times": ("{n} 次/{m} 篇", "{n} in {m} speeches"),
    "timeline_no_speech": ("（库中无此年讲话）", "(no speech of this year in the library)"),
    "timeline_undated": ("日期不明：{n} 次", "no date stated: {n}"),
    "timeline_variants": ("别的写法", "variants"),
    "timeline_successors": ("取代者", "replaced by"),
    "timeline_none": ("文库里没有这个提法", "the library does not have this phrase"),
    "timeline_suggest": (
        "文库里没有“{phrase}”。相近而有的：{near}",
        "the library does not have “{phrase}”; the nearest that it has: {near}",
    ),
    "timeline_nothing_near": (
        "文库里没有“{phrase}”，也没有相近的写法。可用 speechrag search 按意思找。",
        "the library does not have “{phrase}” nor anything like it; "
        "speechrag search looks by meaning.",
    ),
    "timeline_no_font": (
        "这台电脑没有中文字体，图中的提法改用编号。请装思源黑体（Noto Sans CJK）。",
        "no font with Chinese on this machine: phrases are numbered in the picture. "
        "Install Noto Sans CJK.",
    ),
    "kind_插字": ("插字", "inserted"),
    "kind_省字": ("省字", "omitted"),
    "kind_换序": ("换序", "reordered"),
    "kind_加限定": ("加限定", "qualified"),
    "outline_partial": (
        "来源没有显示全文，提纲可能不全",
        "the source does not show the whole speech; the outline may be partial",
    ),
    "outline_contents": ("来源所附的目录", "contents printed in the source"),
    "outline_none": (
        "没有找到与“{topic}”相关、又分层写成的讲话。换个说法，或去掉筛选条件试试。",
        "no speech with headings is close to “{topic}”. Try other words, or drop the filters.",
    ),
}  # fmt: skip
