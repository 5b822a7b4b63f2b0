"""What the command line says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from speechrag.cli.following_text import FOLLOWING_MESSAGES

_MESSAGES: dict[str, tuple[str, str]] = {
    **FOLLOWING_MESSAGES,
    "about": (
        "问一个文件夹里的历年讲话：不联网，一台普通办公电脑就够。",
        "Ask a folder of past speeches a question; offline, on an ordinary office machine.",
    ),
    "command": ("命令", "command"),
    "common_options": ("各命令通用", "every command"),
    "error": ("不能继续", "refused"),
    "remedy": ("解决办法", "remedy"),
    "colon": ("：", ": "),
    "output": ("输出", "output"),
    "check_disk": (
        "请检查磁盘是否已满、是否有读写权限。",
        "check whether the disk is full and whether it may be read and written.",
    ),
    "interrupted": ("已中断；原有的索引没有改动。", "interrupted; the index is as it was."),
    "opt_index": ("索引所在的文件夹（默认 index/）", "folder of the index (default index/)"),
    "opt_config": ("设置文件（默认 speechrag.yaml）", "settings file (default speechrag.yaml)"),
    "opt_lang": ("提示用的语言", "language of messages"),
    "opt_verbose": ("多说一些", "say more"),
    "opt_json": ("输出 JSON", "print JSON"),
    "help_index": ("读讲话稿，建立或更新索引", "read speeches and build or update the index"),
    "help_inspect": (
        "看一个文件怎样被读、清洗、切分",
        "show how a file is read, cleaned and split",
    ),
    "help_search": ("提问，找最相近的段落", "ask a question, get the closest passages"),
    "help_eval": ("用问题集衡量检索质量", "measure retrieval on a set of questions"),
    "help_status": ("索引的现状", "the state of the index"),
    "help_doctor": ("检查索引，说明毛病和办法", "check the index; each fault and its remedy"),
    "help_rollback": ("退回上一版索引", "go back to the previous generation of the index"),
    "help_models": ("有哪些向量模型，各有什么代价", "which encoders there are and what each costs"),
    "help_serve": ("打开网页", "open the web page"),
    "help_compare": (
        "对稿：草稿逐段对照文库里最相近的段落",
        "set each paragraph of a draft beside the passages most like it",
    ),
    "help_quotes": (
        "引文核验：草稿里的引文逐字查对；有问题则退出码为 1",
        "look up every quotation of a draft; exit 1 when something is amiss",
    ),
    "arg_draft": ("草稿文件；写 - 则从标准输入读文字", "the draft; - reads text from stdin"),
    "opt_out": (
        "把结果写成文件：.docx（带批注）、.md、.html 或 .json",
        "write the report: .docx (with comments), .md, .html or .json",
    ),
    "opt_k_draft": ("每段最多几条（默认 5）", "passages a paragraph (default 5)"),
    "opt_per_speech_draft": (
        "其中同一篇最多几条（默认 2，0 为不限）",
        "of these at most so many of one speech (default 2, 0 for no limit)",
    ),
    "opt_exclude": (
        "不与这个来源比（如草稿自己），可写多次",
        "leave out this source, such as the draft itself; may be repeated",
    ),
    "written": ("已写入 {file}", "written to {file}"),
    "compared": (
        "{n} 段，有原文先例的文字占 {share:.1%}",
        "{n} paragraphs; {share:.1%} of the text has a verbatim precedent",
    ),
    "quotes_amiss": (
        "引文有 {n} 处要核对，详见 speechrag quotes。",
        "{n} quotations need a look: see speechrag quotes.",
    ),
    "no_quotes": ("没有找到引文。", "no quotations found."),
    "line": ("第 {n} 行", "line {n}"),
    "arg_sources": (
        "文件或文件夹；不写则用上一次的",
        "files or folders; none means those of the last build",
    ),
    "arg_file": ("要看的文件", "the file to look at"),
    "arg_question": (
        "问题；写 - 则从标准输入读，一行一个",
        "the question; - reads one a line from stdin",
    ),
    "arg_eval": ("问题集（YAML）", "question set (YAML)"),
    "opt_full": (
        "全部重读、重新分词、重新编码，不沿用旧索引",
        "read, tokenize and encode everything again, taking nothing from the last index",
    ),
    "opt_resplit": (
        "从存下的原文重新清洗、切分，不重读文件",
        "clean and split again from the texts kept, without reading the files",
    ),
    "opt_reencode": (
        "重新编码，不重读文件（换模型时不必写，自会重新编码）",
        "encode again without reading the files (another model does so by itself)",
    ),
    "opt_watch": (
        "建好后继续看着文件夹，有变动就更新；按 Ctrl-C 结束",
        "stay and follow the folders, updating the index as they change; Ctrl-C ends it",
    ),
    "reason": ("原因", "reason"),
    "done": (
        "这次读了 {files_read} 个文件，重切 {files_split} 个；"
        "分词 {passages_tokenized} 段，编码 {passages_encoded} 段。",
        "files read: {files_read}, split again: {files_split}; "
        "passages tokenized: {passages_tokenized}, encoded: {passages_encoded}.",
    ),
    "watching": (
        "正在看着 {sources}，有变动就更新索引；按 Ctrl-C 结束。",
        "following {sources}; the index is updated as they change. Ctrl-C ends it.",
    ),
    "watched": (
        "{time} 第 {generation} 版：{reasons}共 {n_files} 个文件，{n_passages} 个段落，"
        "没能读入 {n_skipped} 个，用时 {seconds:.1f} 秒。",
        "{time} generation {generation}: {reasons} {n_files} files, {n_passages} passages, "
        "{n_skipped} unreadable, {seconds:.1f} s.",
    ),
    "watch_failed": (
        "{time} 没能更新：{error} {hint}原有的索引照常可用，继续看着。",
        "{time} not updated: {error} {hint} The index is as it was; still following.",
    ),
    "watch_without_events": (
        "这里收不到文件变动的通知（{error}），改为每 {seconds:.0f} 秒看一次。",
        "the system tells of no changes here ({error}); looking every {seconds:.0f} s instead.",
    ),
    "watch_ended": ("已停止，索引完好。", "stopped; the index is sound."),
    "opt_encoder": ("向量模型：builtin、名称或文件夹", "encoder: builtin, a name or a folder"),
    "opt_eval_encoder": (
        "要比较的向量模型，可写多次",
        "encoder to compare; may be given several times",
    ),
    "opt_host": ("监听地址（默认 127.0.0.1）", "address to listen on (default 127.0.0.1)"),
    "opt_port": ("端口（默认 7860）", "port (default 7860)"),
    "opt_share": ("是否经第三方公开（默认 off）", "publish through a third party (default off)"),
    "opt_k": ("要几条（默认 10）", "number of hits (default 10)"),
    "opt_from": ("起始日期，如 2020 或 2020-03-01", "from date, such as 2020 or 2020-03-01"),
    "opt_to": ("截止日期", "to date"),
    "opt_kind": ("只要这种讲话（讲话、致辞、报告…）", "only this kind of speech (讲话, 致辞, …)"),
    "opt_speaker": ("只要此人署名的讲话", "only speeches signed by this person"),
    "opt_role": ("只要这种段落（举措、问题…）", "only passages of this role (举措, 问题 …)"),
    "opt_source": ("只在这个文件里找", "only in this file"),
    "opt_per_speech": ("同一篇最多几条，0 为不限", "at most so many of one speech; 0 for no limit"),
    "opt_explain": ("说明每条为什么被找到", "say why each hit was found"),
    "opt_min": ("低于此 nDCG@10 则退出码为 1", "exit 1 below this nDCG@10"),
    "opt_plot": ("把各类得分画成图", "draw the figures by kind"),
    "opening": ("正在打开网页 …", "opening the page …"),
    "found": ("{n} 条，用时 {ms:.0f} 毫秒", "{n} hits in {ms:.0f} ms"),
    "nothing": (
        "没有找到足够相近的段落。换个说法，或去掉筛选条件试试。",
        "nothing close enough was found. Try other words, or drop the filters.",
    ),
    "nearest": ("最接近的是（仅供参考）：", "the nearest, for what they are worth:"),
    "of_period": ("（只看 {words} 的讲话）", "(only speeches of: {words})"),
    "elsewhere": (
        "（别的时间里有更相近的段落：《{title}》{date}）",
        "(a speech of another time comes closer: 《{title}》 {date})",
    ),
    "no_speech_of": (
        "（库里没有注明是 {words} 的讲话，查的是全部）",
        "(no speech is dated {words}: all were searched)",
    ),
    "said_by": ("（只看 {who} 的讲话）", "(only speeches by {who})"),
    "nearest_only": (
        "文库里可能没有直接讲这个的段落，以下是最接近的，请自行判断。",
        "The library may hold no passage on this; these are the nearest, for you to judge.",
    ),
    "relaxed": ("（以下是放宽条件后找到的）", "(found only after relaxing the search)"),
    "truncated": (
        "来源只显示了 {total} 字中的 {shown} 字",
        "the source shows only {shown} of {total} characters",
    ),
    "also_in": ("同文另见", "also in"),
    "matched": ("词面对上", "words matched"),
    "close": ("语义相近", "close in meaning"),
    "translated": ("译作", "translated as"),
    "built": (
        "索引已建好：第 {generation} 版，{n_files} 个文件，{n_speeches} 篇讲话，"
        "{n_passages} 个段落，用时 {seconds:.1f} 秒。",
        "index built: generation {generation}, {n_files} files, {n_speeches} speeches, "
        "{n_passages} passages, {seconds:.1f} s.",
    ),
    "skipped": ("有 {n} 个文件没能读入：", "{n} files could not be read:"),
    "reused": (
        "沿用上一版：{files} 个文件，{passages} 个段落。",
        "reused from the last generation: {files} files, {passages} passages.",
    ),
    "healthy": ("索引完好。", "the index is sound."),
    "rolled_back": ("已退回第 {generation} 版。", "back to generation {generation}."),
    "coverage": ("原文每个字都有着落：{share:.2%}", "source characters accounted for: {share:.2%}"),
    "outline": ("提纲", "outline"),
    "passages": ("段落", "passages"),
    "removed": ("清洗去掉的", "taken out by cleaning"),
    "repaired": ("疑似乱码，请对照原文", "looks garbled; check against the source"),
    "undecodable": (
        "有 {n} 处字节无法解码，首处在第 {at} 字节",
        "{n} undecodable byte runs, the first at byte {at}",
    ),
    "no_gold": ("{n} 条答案原文不在库中", "{n} gold strings stand nowhere in this library"),
    "against_first": ("与第一个相比 p", "p against the first"),
    "encoding": ("编码 {done}/{total}", "encoding {done}/{total}"),
    "plotted": ("图已存为 {file}", "plot written to {file}"),
    "help_answer": (
        "回答一个问题，每句话注明出处",
        "answer a question, every sentence with its source",
    ),
    "help_material": (
        "起草参考：给提纲的每个标题找可用的段落",
        "for each heading of an outline, passages to draw on",
    ),
    "arg_answer": ("问题", "the question"),
    "arg_topic": ("讲话的题目", "the topic of the speech"),
    "opt_model": (
        "用设置里的语言模型（默认不用）",
        "use the language model of the settings (off by default)",
    ),
    "opt_preview": ("只看会发给模型什么，不发送", "show what a model would be sent; send nothing"),
    "opt_material_model": (
        "请设置里的语言模型为每个标题起草一段，逐句核对（默认不用）",
        "have the language model of the settings draft each paragraph, checked (off by default)",
    ),
    "opt_after": (
        "之前问过的问题；追问省略的内容由它补足，可重复",
        "a question asked before, whose subject a follow-up keeps; may be repeated",
    ),
    "opt_answer_out": ("把回答和出处存成 .docx 或 .md", "save answer and sources as .docx or .md"),
    "opt_outline": (
        "提纲文件，每行一个标题；txt、docx 等文库能读的格式都可以",
        "outline file, a heading a line; any format that the library reads",
    ),
    "opt_material_out": (
        "把素材、起草的段落和出处存成 .docx 或 .md",
        "save passages, drafts and sources as .docx or .md",
    ),
    "material_loose": (
        "（以下段落与题目相关，不一定对得上这个标题）",
        "(these passages are on the topic, and perhaps not on this heading)",
    ),
    "material_silent": (
        "文库里没有讲这个标题的段落。",
        "no passage of the library speaks to this heading",
    ),
    "material_taken": (
        "合用的段落已列在更贴切的标题下。",
        "the passages for it stand under headings that they suit better",
    ),
    "material_repeated": ("与“{heading}”相同，素材见那里。", "the same as “{heading}”; see there"),
    "no_answer": (
        "资料库里没有找到能回答这个问题的内容。最接近的段落（仅供参考）：",
        "the library holds no answer to this. The nearest passages, for what they are worth:",
    ),
    "searched_as": ("（按“{asked}”查找）", "(searched as: {asked})"),
    "sources": ("出处", "sources"),
    "kind": ("类别", "kind"),
    "lexical": ("词面", "lexical"),
    "dense": ("语义", "dense"),
    "fused": ("合并", "fused"),
}  # fmt: skip


class Text:
    """Messages in one language; `text("found", n=3, ms=12.0)`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """The message `key` in this language, its blanks filled with `values`."""
        chinese, english = _MESSAGES[key]
        template = english if self.lang == "en" else chinese
        return template.format(**values) if values else template


def choose_language(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """--lang, SPEECHRAG_LANG, the terminal's language; Chinese when nothing says English."""
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            return "en" if arguments[position + 1] == "en" else "zh"
        if argument.startswith("--lang="):
            return "en" if argument.endswith("=en") else "zh"
    chosen = env.get("SPEECHRAG_LANG", "auto")
    if chosen in {"zh", "en"}:
        return chosen
    locale = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "zh"
