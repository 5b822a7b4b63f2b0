"""What the tab 问答 says, in Chinese and English."""

from __future__ import annotations

ANSWER_STRINGS: dict[str, tuple[str, str]] = {
    "tab_answer": ("问答", "Answers"),
    "answer_question": ("您想知道什么？", "What do you want to know?"),
    "answer_hint": (
        "问一个事实、一种做法、一类问题；接着可以追问“那资金方面呢？”",
        "A fact, a way of doing something, what goes wrong; then follow up: what about funding?",
    ),
    "answer_now": ("回答", "Answer"),
    "answer_welcome": (
        "每句话都是文库里的原话，并注明出处；文库里没有的，不会编造。",
        "Every sentence stands in the library, with its source; nothing is made up.",
    ),
    "answer_model": (
        "用语言模型改写（发送前先给您看）",
        "Use a language model (shown before sending)",
    ),
    "answer_no_model": (
        "还没有配置语言模型；请在 speechrag.yaml 里设置 llm_base_url 和 llm_model。",
        "No language model is set: see llm_base_url and llm_model in speechrag.yaml.",
    ),
    "answer_preview": ("将要发送的全部内容", "Exactly what would be sent"),
    "answer_preview_to": ("发往 {url}，约 {n} 个词元", "To {url}, about {n} tokens"),
    "answer_whole_to": (
        "这是追问：先请模型改写成完整的问题（只发前面的问题）。发往 {url}，约 {n} 个词元",
        "A follow-up: first the model makes it a whole question (only questions are sent)."
        " To {url}, about {n} tokens",
    ),
    "answer_not_whole": (
        "追问没能改写，按前面问题的词查找。{why}",
        "The follow-up was not rewritten; searched with the words before it. {why}",
    ),
    "answer_cited": ("出处 {n}", "Source {n}"),
    "answer_send": ("发送给模型", "Send to the model"),
    "answer_stop": ("停止", "Stop"),
    "answer_clear": ("清空对话", "Clear the conversation"),
    "answer_export": ("导出 Word（含出处）", "Export to Word, with sources"),
    "answer_export_md": ("导出 Markdown", "Export as Markdown"),
    "answer_refused": (
        "文库里没有找到能回答这个问题的内容。最接近的段落（仅供参考）：",
        "The library holds no answer to this. The nearest passages, for what they are worth:",
    ),
    "answer_sources": ("出处", "Sources"),
    "answer_searched": ("按“{asked}”查找", "Searched as: {asked}"),
    "answer_writing": ("模型正在写，尚未核对……", "The model is writing; nothing is checked yet …"),
    "answer_extractive": ("摘录原文", "Extracts"),
    "answer_by_model": ("语言模型撰写，已逐句核对", "Written by a model, each sentence checked"),
    "answer_other": ("其他", "Other"),
    "note_no_endpoint": (
        "没有配置语言模型，以下为摘录式回答。",
        "No language model is set; these are extracts.",
    ),
    "note_down": (
        "语言模型服务连不上，以下为摘录式回答。",
        "The model cannot be reached; these are extracts.",
    ),
    "note_slow": (
        "语言模型服务超时没有答复，以下为摘录式回答。",
        "The model took too long; these are extracts.",
    ),
    "note_cut_off": (
        "语言模型的回答中途断了，以下为摘录式回答。",
        "The model was cut off; these are extracts.",
    ),
    "note_over_limit": (
        "超出了语言模型服务的限额或长度，以下为摘录式回答。",
        "The model is over its limit; these are extracts.",
    ),
    "note_refused": (
        "语言模型服务拒绝了请求，以下为摘录式回答。",
        "The model service refused; these are extracts.",
    ),
    "note_garbage": (
        "语言模型的回答没有可用的内容，以下为摘录式回答。",
        "The model said nothing of use; these are extracts.",
    ),
    "note_stopped": (
        "已停止；以下为停止之前写出的部分。",
        "Stopped; this is what had been written.",
    ),
    "note_signed": ("这是库里讲话的署名。", "This is how a speech of the library is signed."),
    "note_model_refused": (
        "语言模型认为所给段落不能回答这个问题。",
        "The model finds no answer in the passages.",
    ),
    "problem_uncited": ("没有注明出处", "no source given"),
    "problem_unknown_passage": ("引用了没有给出的段落", "cites a passage that was not given"),
    "problem_quote": ("引文与所引段落不符", "quotation differs from its source"),
    "problem_number": ("数字在所引段落中没有", "figure not in its source"),
    "problem_name": ("名称在所引段落中没有", "name not in its source"),
    "problem_support": ("所引段落不足以支持这句话", "its source does not support it"),
}
