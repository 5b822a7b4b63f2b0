"""What the tab 起草 says, in Chinese and English."""

from __future__ import annotations

WRITING_STRINGS: dict[str, tuple[str, str]] = {
    "tab_writing": ("起草", "Prepare"),
    "writing_topic": ("讲话的题目或主题", "What is the speech about?"),
    "writing_topic_hint": ("如：科技成果转化", "For example: turning research into products"),
    "writing_outline": ("提纲", "Outline"),
    "writing_outline_hint": (
        "每行一个标题，“一、”“（一）”照写；没有提纲，写几个标题也行。",
        "One heading a line, numbered or not; a few headings will do.",
    ),
    "writing_outline_example": (
        "一、充分认识重要意义\n二、正视存在的问题\n三、抓好重点任务\n（一）……\n四、加强组织领导",
        "One heading a line",
    ),
    "writing_file": (
        "或放入提纲文件（.docx .txt）",
        "Or drop a file with the outline (.docx .txt)",
    ),
    "writing_start": ("找素材", "Find material"),
    "writing_welcome": (
        "写上题目和提纲，逐个标题从历年讲话里找可用的段落，按成绩、问题、举措等分组，注明出处。",
        "Give a topic and an outline: for each heading, passages of past speeches to draw on, "
        "grouped by what they do, with their sources.",
    ),
    "writing_filters": ("筛选（日期、类别）", "Filters (date, kind)"),
    "writing_model": (
        "请语言模型照素材起草（每次发送前先给您看）",
        "Have a language model draft from the passages (shown before sending)",
    ),
    "writing_no_model": (
        "这里不用语言模型也能找素材。想让它照素材起草一段、逐句核对出处，"
        "请在 speechrag.yaml 里设置 llm_base_url 和 llm_model。",
        "Material is found without a language model. To have one draft a paragraph from it, each "
        "sentence checked, set llm_base_url and llm_model in speechrag.yaml.",
    ),
    "writing_read": (
        "已从“{name}”读出 {n} 个标题，请看一眼再点“找素材”。",
        "{n:heading was|headings were} read from “{name}”; look them over, "
        "then press “Find material”.",
    ),
    "writing_gathering": ("正在找素材", "Finding material"),
    "writing_step": ("第 {done}/{total} 个标题", "heading {done} of {total}"),
    "writing_found": (
        "《{topic}》：{n_headings} 个标题，找到 {n_passages} 段素材",
        "{topic}: {n_headings:heading|headings}, {n_passages:passage|passages}",
    ),
    "writing_without": ("，{n} 个标题没有素材", "; {n:heading|headings} without any"),
    "writing_nav": ("各标题的素材", "Passages for each heading"),
    "writing_n": ("{n} 段", "{n}"),
    "writing_none": ("无", "none"),
    "writing_export": ("导出全部素材", "Export all of it"),
    "writing_export_md": ("Markdown", "Markdown"),
    "writing_clear": ("清空重来", "Start over"),
    "writing_silent": (
        "文库里没有讲这个标题的段落。可换个说法，或放宽筛选再找。",
        "No passage of the library speaks to this heading. Try other words, or wider filters.",
    ),
    "writing_loose": (
        "以下段落与题目相关，不一定对得上这个标题，请斟酌。",
        "These passages are on the topic, and perhaps not on this heading.",
    ),
    "writing_taken": (
        "合用的段落已列在更贴切的标题下，这里不再重复。",
        "The passages for it stand under headings that they suit better.",
    ),
    "writing_repeated": ("与“{heading}”相同，素材见那里。", "The same as “{heading}”; see there."),
    "writing_wanted": ("{role}（本标题所需）", "{role} (what this heading calls for)"),
    "writing_all": ("全部放入素材篮", "Add all to the basket"),
    "writing_draft": ("请模型起草这一段", "Draft this paragraph"),
    "writing_draft_all": ("请模型起草全部标题", "Draft every heading"),
    "writing_preview": (
        "将要发送的全部内容（{what}）",
        "Exactly what would be sent ({what})",
    ),
    "writing_preview_all": ("{n} 个标题，每个一次", "{n:heading|headings}, one request each"),
    "writing_send": ("发送给模型", "Send to the model"),
    "writing_cancel": ("不发送", "Do not send"),
    "writing_stop": ("停止", "Stop"),
    "writing_busy": ("正在起草：{done}/{total}", "Drafting: {done} of {total}"),
    "writing_drafted": (
        "语言模型起草，已逐句与素材核对；[n] 是下面第 n 段素材",
        "Drafted by a model, each sentence held against the passages; [n] is passage n below",
    ),
    "writing_amiss": ("{n} 句对不上，标了⚠", "{n} did not agree and are marked ⚠"),
    "writing_copy": ("复制这一段", "Copy this paragraph"),
    "writing_gone": (
        "这次找到的素材已经清掉了，请重新点“找素材”。",
        "This material is no longer kept; press “Find material” again.",
    ),
    "writing_nothing_to_draft": (
        "没有可以起草的标题：都没有素材。",
        "There is nothing to draft from: no heading has passages.",
    ),
    "writing_already": ("正在起草，请先停止。", "A draft is being written; stop it first."),
    "writing_title": ("《{topic}》起草素材", "Material for {topic}"),
    "writing_file_name": ("起草素材", "material"),
    "writing_by_model": (
        "语言模型起草，已逐句与素材核对，带⚠的对不上；[n] 指本标题下第 n 段素材",
        "Drafted by a model; ⚠: does not agree with the passages; [n] is passage n below",
    ),
    "draft_no_endpoint": ("没有配置语言模型，没有起草。", "No language model is set; no draft."),
    "draft_down": (
        "语言模型服务连不上，没有起草；可直接用下面的素材。",
        "The model cannot be reached, so there is no draft; the passages are below.",
    ),
    "draft_slow": (
        "语言模型服务超时没有答复，没有起草；可直接用下面的素材。",
        "The model took too long, so there is no draft; the passages are below.",
    ),
    "draft_cut_off": (
        "语言模型写到中途断了，没有写完的不作数；可直接用下面的素材。",
        "The model was cut off; what it had not finished does not count. The passages are below.",
    ),
    "draft_over_limit": (
        "超出了语言模型服务的限额或长度，没有起草；可直接用下面的素材。",
        "The model is over its limit, so there is no draft; the passages are below.",
    ),
    "draft_refused": (
        "语言模型服务拒绝了请求，没有起草；可直接用下面的素材。",
        "The model service refused, so there is no draft; the passages are below.",
    ),
    "draft_garbage": (
        "语言模型写的没有可用的内容；可直接用下面的素材。",
        "The model wrote nothing of use; the passages are below.",
    ),
    "draft_stopped": (
        "已停止；这里是停止之前写出的部分。",
        "Stopped; this is what had been written.",
    ),
    "draft_stopped_empty": (
        "已停止，还没有写出内容；可直接用下面的素材。",
        "Stopped before anything was written; the passages are below.",
    ),
    "draft_failed": (
        "这一步没有做成，没有起草；详情在程序窗口里，素材在下面。",
        "This step failed, so there is no draft; the details are in the program's window.",
    ),
    "draft_no_passages": (
        "文库里没有这个标题可用的段落，不起草。",
        "The library has no passage for this heading; nothing is drafted.",
    ),
    "draft_model_refused": (
        "语言模型认为所给段落不够写这一段；可直接用下面的素材。",
        "The model finds too little in the passages for this; they are below.",
    ),
}

WRITING_SCRIPT_STRINGS = ("unreachable", "copied", "copy_failed", "show_context")
"""Those that writing.js shows."""
