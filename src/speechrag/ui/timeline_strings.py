"""What the tabs 提法 and 提纲 say, in Chinese and English."""

from __future__ import annotations

TIMELINE_STRINGS: dict[str, tuple[str, str]] = {
    "tab_timeline": ("提法", "Phrases"),
    "timeline_phrases": ("要查的提法", "Phrases to follow"),
    "timeline_phrases_info": (
        "写一个词或短语；几个并排比较时用顿号、空格或换行隔开。简繁体一并计入。",
        "A word or a short phrase; several are separated by commas or lines. "
        "Simplified and Traditional count together.",
    ),
    "timeline_now": ("查提法", "Follow"),
    "timeline_welcome": (
        "提法时间轴：何时先用、何时后用、逐年多少次、还有哪些写法、后来由什么取代。",
        "When a phrase was first and last used, how often each year, in which variants, "
        "and what replaced it.",
    ),
    "timeline_empty": ("还没有写要查的提法。", "No phrase is written yet."),
    "timeline_empty_hint": (
        "请写一个词或短语，如“科技成果转化”。",
        "Write a word or a short phrase.",
    ),
    "timeline_found": ("查到 {n} 个提法", "{n:phrase|phrases} followed"),
    "timeline_total": (
        "共 {n} 次，{n_passages} 段，{n_speeches} 篇",
        "{n:use|uses} in {n_passages:passage|passages} of {n_speeches:speech|speeches}",
    ),
    "timeline_copies": (
        "另有 {n} 次在重复收录的副本里，不计",
        "{n} more in further copies of a speech, not counted",
    ),
    "timeline_undated": ("日期不明 {n} 次", "{n} without a date"),
    "timeline_none": ("文库里没有这个提法。", "The library does not have this phrase."),
    "timeline_near": ("相近而有的写法：{near}", "The nearest that it has: {near}"),
    "timeline_chart": (
        "“{phrase}”逐年次数，{first} 至 {last} 年，最多一年 {most} 次",
        "uses of “{phrase}” by year, {first} to {last}, at most {most} a year",
    ),
    "timeline_bar": ("{year} 年：{n} 次，{m} 篇", "{year}: {n:use|uses} in {m:speech|speeches}"),
    "timeline_gap": ("{year} 年：文库没有这一年的讲话", "{year}: no speech of this year"),
    "timeline_gap_note": ("灰底的年份，文库里没有讲话", "grey years: no speech in the library"),
    "timeline_table": ("逐年数字", "Figures by year"),
    "timeline_year": ("年份", "Year"),
    "timeline_n": ("次数", "Uses"),
    "timeline_m": ("篇数", "Speeches"),
    "timeline_library": ("文库当年篇数", "Speeches in the library"),
    "timeline_first": ("最早", "First"),
    "timeline_last": ("最近", "Last"),
    "timeline_only": ("仅此一处", "The only one"),
    "timeline_cuts_word": (
        "这里可能只是字面相连，请看原文。",
        "The characters may merely stand side by side here, across words.",
    ),
    "timeline_in_heading": ("用在标题里", "in a heading"),
    "timeline_variants": ("别的写法", "Variants"),
    "timeline_successors": ("后来由什么取代", "What replaced it"),
    "timeline_all": ("逐处查看（{n} 处）", "Every place ({n})"),
    "timeline_newest": ("只列最新的 {n} 处", "the newest {n} only"),
    "timeline_no_date": ("日期不明", "no date"),
    "variant_插字": ("插字", "inserted"),
    "variant_省字": ("省字", "omitted"),
    "variant_换序": ("换序", "reordered"),
    "variant_加限定": ("加限定", "qualified"),
    "tab_outline": ("提纲", "Outlines"),
    "outline_topic": ("主题", "Topic"),
    "outline_topic_info": (
        "写一个主题，看历年同题讲话怎样搭架子。",
        "A topic: see how past speeches on it were built.",
    ),
    "outline_now": ("看提纲", "Show outlines"),
    "outline_welcome": (
        "列出与主题最相关的几篇讲话的提纲，最相关的在前。",
        "The outlines of the speeches most about a topic, best first.",
    ),
    "outline_empty": ("还没有写主题。", "No topic is written yet."),
    "outline_empty_hint": ("请写一个主题，如“防汛”。", "Write a topic in a word or two."),
    "outline_found": ("找到 {n} 篇的提纲", "{n:outline|outlines} found"),
    "outline_none": (
        "没有找到与“{topic}”相关、又分层写成的讲话。",
        "No speech with headings is close to “{topic}”.",
    ),
    "outline_none_hint": ("换个说法试试。", "Try other words."),
}  # fmt: skip
