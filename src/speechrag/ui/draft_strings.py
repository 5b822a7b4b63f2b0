"""What the tab 对稿 and the 素材篮 say, in Chinese and English."""

from __future__ import annotations

DRAFT_STRINGS: dict[str, tuple[str, str]] = {
    "tab_draft": ("对稿", "Compare a draft"),
    "draft_text": ("草稿", "Draft"),
    "draft_text_info": (
        "粘贴草稿全文，或放入草稿文件。草稿只在这台电脑上比对，不会存入文库。",
        "Paste the draft, or choose its file. It is compared on this machine and not stored.",
    ),
    "draft_file": (
        "草稿文件（.docx .doc .txt .md .pdf .html）",
        "Draft file (.docx .doc .txt .md .pdf .html)",
    ),
    "compare_now": ("开始对稿", "Compare"),
    "compare_welcome": (
        "对稿：逐段找出文库里最相近的段落，并逐字核对引文。",
        "Each paragraph beside the passages most like it, and every quotation checked.",
    ),
    "comparing": ("正在比对", "Comparing"),
    "draft_missing": ("还没有草稿。", "There is no draft yet."),
    "draft_missing_hint": ("请粘贴文字，或选择一个文件。", "Paste some text or choose a file."),
    "desk_summary": (
        "{n} 段，有原文先例的文字占 {share}",
        "{n:paragraph|paragraphs}; {share} of the text has a verbatim precedent",
    ),
    "desk_strip": ("各段概览", "Overview of paragraphs"),
    "desk_filter": ("只看", "Show only"),
    "desk_formulaic": ("套话", "formulaic"),
    "desk_paragraph": ("看第 {n} 段", "Paragraph {n}"),
    "desk_cell": ("第 {n} 段：{label}", "Paragraph {n}: {label}"),
    "desk_draft": ("草稿，选一段看右边", "The draft: choose a paragraph"),
    "desk_matches": ("文库里相近的段落", "Passages like it"),
    "desk_no_hits": ("文库里没有相近的段落。", "Nothing in the library is like it."),
    "desk_formula": ("这一段是套话，不作比对。", "Formulaic words only; not compared."),
    "desk_ask": ("拿这一段去提问", "Ask with this paragraph"),
    "desk_comment": ("插入为批注", "Insert as a comment"),
    "desk_comment_hint": (
        "导出 Word 时，这一段的批注只写选中的；一条也没选，就写最相近的几条。",
        "In the Word export this paragraph's comment has only what was chosen; without a choice, "
        "the closest passages.",
    ),
    "desk_commented": ("已选为批注", "Chosen as a comment"),
    "desk_shared": (
        "相同文字占本段 {share}，最长连续 {n} 字",
        "{share} of the paragraph is verbatim, longest run {n:character|characters}",
    ),
    "desk_export": ("导出", "Export"),
    "desk_export_docx": ("Word（带批注）", "Word with comments"),
    "desk_gone": (
        "这次对稿的结果已经清掉了，请重新比对。",
        "This comparison is no longer kept; compare again.",
    ),
    "desk_quotes": ("引文核验：{n} 处，{amiss} 处要核对", "Quotations: {n}, {amiss} to be checked"),
    "desk_sources": ("主要来源", "Sources used most"),
    "desk_source_line": (
        "{n} 段相近，{chars} 字相同",
        "{n:paragraph|paragraphs} alike, {chars:character|characters}",
    ),
    "legend_verbatim": ("逐字相同", "verbatim"),
    "legend_reworded": ("改写", "reworded"),
    "legend_meaning": ("意思相近", "same meaning"),
    "basket": ("素材篮", "Basket"),
    "basket_add": ("放入素材篮", "Add to basket"),
    "basket_added": ("已放入素材篮", "Added to the basket"),
    "basket_there": ("已在素材篮 ✓", "In the basket ✓"),
    "basket_removed": ("已移出素材篮", "Taken out of the basket"),
    "basket_undo": ("撤销", "Undo"),
    "basket_empty": ("素材篮是空的。", "The basket is empty."),
    "basket_remove": ("移出", "Remove"),
    "basket_clear": ("清空", "Empty it"),
    "basket_export": ("导出为 Word", "Export to Word"),
    "basket_title": ("素材汇编", "Collected passages"),
    "basket_file": ("素材篮", "basket"),
    "report_file": ("对稿报告", "comparison"),
}

SCRIPT_STRINGS = (
    "basket", "basket_add", "basket_added", "basket_there", "basket_removed", "basket_empty",
    "basket_remove", "basket_clear", "basket_export", "basket_undo",
    "desk_comment", "desk_commented",
)  # fmt: skip
"""Those that desk.js shows."""
