"""What the frame, 提问 and 文库 say, in Chinese and English."""

from __future__ import annotations

PAGE_STRINGS: dict[str, tuple[str, str]] = {
    # the frame
    "name": ("讲话检索", "Speech search"),
    "tagline": (
        "从本单位历年讲话里找话、找写法、找出处。全部在这台电脑上完成，不联网。",
        "Find wording, ways to put it, and sources in your past speeches. "
        "Everything stays on this computer.",
    ),
    "other_language": ("English", "中文"),
    "library_size": ("文库现有 {n_speeches} 篇讲话", "{n_speeches:speech|speeches} in the library"),
    "tab_ask": ("提问", "Ask"),
    "tab_library": ("文库", "Library"),
    # asking
    "question": ("您想找什么？", "What are you looking for?"),
    "question_hint": (
        "写一个词、一句话，或粘贴一整段。按回车查找，Shift+回车换行。",
        "A word, a sentence, or a whole paragraph. Enter searches, Shift+Enter starts a new line.",
    ),
    "ask": ("查找", "Search"),
    "examples": ("试一试", "Try"),
    "filters": ("筛选（日期、类别、段落作用、来源）", "Filters (date, kind, purpose, source)"),
    "date_from": ("从", "From"),
    "date_to": ("到", "To"),
    "date_info": (
        "选年份，或输入 2023-05-18",
        "Pick a year, or type 2023-05-18",
    ),
    "any": ("不限", "any"),
    "kinds": ("类别", "Kind"),
    "roles": ("段落作用", "What the passage does"),
    "sources": ("来源文件", "Source file"),
    "sources_info": ("不选即全部", "None chosen means all"),
    "n_results": ("最多显示几段", "Passages at most"),
    "clear_filters": ("清除筛选", "Clear filters"),
    "blank_question": ("还没有写要找的内容。", "Nothing is written yet."),
    "blank_question_hint": (
        "请写一个词、一句话或粘贴一段文字，再按回车。",
        "Write a word or a sentence, or paste a paragraph, then press Enter.",
    ),
    "bad_date": ("“{text}”不是日期。", "“{text}” is not a date."),
    "bad_date_hint": (
        "请写成 2023、2023-05 或 2023-05-18。",
        "Write it as 2023, 2023-05 or 2023-05-18.",
    ),
    "dates_reversed": ("开始日期晚于截止日期。", "The first date is later than the last."),
    "dates_reversed_hint": ("请把两个日期对调。", "Swap the two dates."),
    # results
    "colon": ("：", ": "),
    "semicolon": ("；", "; "),
    "filtered": ("筛选：{filters}", "Filters: {filters}"),
    "since": ("{date} 起", "from {date}"),
    "until": ("到 {date}", "until {date}"),
    "welcome": (
        "在上面写下要找的内容，按回车。中文、英文、中英混写都可以。",
        "Write what you are looking for above and press Enter. "
        "Chinese, English or a mixture of both will do.",
    ),
    "found": ("找到 {n} 段", "{n:passage|passages} found"),
    "for_question": ("问：{question}", "For: {question}"),
    "nothing": ("没有找到足够相近的段落。", "Nothing close enough was found."),
    "nothing_hint": (
        "换个说法，或清除筛选条件再试。",
        "Try other words, or clear the filters.",
    ),
    "nearest": ("下面几段沾一点边，仅供参考", "The nearest, for what they are worth"),
    "said_by": (
        "问的是 {who} 讲了什么，只找了其署名的讲话。要在全库里找，请去掉姓名。",
        "You ask what {who} said: only speeches signed so were searched. "
        "Leave the name out to search them all.",
    ),
    "of_period": (
        "问的是 {words} 讲了什么，只找了这段时间的讲话。要在全库里找，请去掉时间。",
        "You ask what was said at this time ({words}): only speeches of it were searched. "
        "Leave the time out to search them all.",
    ),
    "elsewhere": (
        "别的时间里有更相近的段落：《{title}》{date}。",
        "A speech of another time comes closer: 《{title}》 {date}.",
    ),
    "no_speech_of": (
        "文库里没有注明日期为 {words} 的讲话，下面是在全部讲话里找到的。",
        "No speech in the library is dated {words}; all were searched.",
    ),
    "nearest_only": (
        "文库里可能没有直接讲这个的段落，以下是最接近的，请自行判断。",
        "The library may hold no passage on this; these are the nearest, for you to judge.",
    ),
    "relaxed": (
        "没有完全对上的段落，以下是放宽条件后找到的。",
        "No passage matched fully; these were found by relaxing the search.",
    ),
    "script": ("字形", "Script"),
    "as_original": ("原文", "Original"),
    "as_simplified": ("简体", "Simplified"),
    "truncated": (
        "来源只显示了 {total} 字中的 {shown} 字，其余不在文库里。",
        "The source shows only {shown} of {total} characters; the rest is not in the library.",
    ),
    "truncated_unknown": (
        "来源注明没有显示全文，其余不在文库里。",
        "The source says that it does not show the whole text.",
    ),
    "also_in": ("同文另见", "Also in"),
    "show_context": ("看上下文", "Show context"),
    "hide_context": ("收起上下文", "Hide context"),
    "more_context": ("再多看几段", "Show more"),
    "context_of": ("上下文", "Context"),
    "this_passage": ("所找的段落", "the passage found"),
    "speech_start": ("（全文开头）", "(start of the speech)"),
    "speech_end": ("（全文结束）", "(end of the speech)"),
    "copy": ("带出处复制", "Copy with source"),
    "copied": ("已复制，可直接粘贴", "Copied; paste it anywhere"),
    "copied_short": ("已复制 ✓", "Copied ✓"),
    "copy_failed": (
        "浏览器不允许复制，请选中文字后按 Ctrl+C",
        "The browser does not allow copying; select the text and press Ctrl+C",
    ),
    "read_all": ("看全文", "Whole speech"),
    "close": ("关闭", "Close"),
    "score": ("相关度 {score}", "Relevance {score}"),
    "why": ("为什么找到它", "Why it was found"),
    "loading": ("正在读取…", "Loading…"),
    "part_lexical": ("词面", "words"),
    "part_dense": ("语义", "meaning"),
    "part_late": ("逐词", "word by word"),
    "part_sentence": ("最近的一句", "closest sentence"),
    "part_nearby": ("前后段", "passages beside it"),
    "part_context": ("标题", "headings"),
    "part_role": ("作用", "purpose"),
    "part_phrase": ("原话", "exact phrase"),
    "part_name": ("专名", "names"),
    # the library
    "add_files": ("添加讲话稿（可一次选多个）", "Add speeches (several at once)"),
    "add_files_info": (
        "Word、WPS、PDF、网页、纯文本都可以：.docx .doc .wps .rtf .pdf .html .txt .md。"
        "拖到框里，或点一下选择。",
        "Word, PDF, web pages or plain text: .docx .doc .wps .rtf .pdf .html .txt .md. "
        "Drop or click.",
    ),
    "added": (
        "已放入文库（{folder}）：{names}。",
        "Added to the library ({folder}): {names}.",
    ),
    "added_next": (
        "请点“重建索引”，之后就能查到。",
        "Now press “Rebuild the index”; then they can be found.",
    ),
    "rebuild": ("重建索引", "Rebuild the index"),
    "rebuild_info": (
        "添加、修改或删除文件后点一下。只重新读有变化的文件；重建期间照常可以查找。",
        "Press after adding, changing or deleting files. Only what changed is read again; "
        "searching goes on meanwhile.",
    ),
    "rebuilding": ("正在重建索引", "Rebuilding the index"),
    "starting": ("准备中…", "getting ready…"),
    "built": (
        "索引已建好：{n_files} 个文件，{n_speeches} 篇讲话，{n_passages} 个段落，"
        "用时 {seconds} 秒。",
        "The index is ready: {n_files:file|files}, {n_speeches:speech|speeches}, "
        "{n_passages:passage|passages}, "
        "{seconds} s.",
    ),
    "reused": ("其中 {files} 个文件没有变化，直接沿用。", "{files:file|files} had not changed."),
    "skipped": ("有 {n} 个文件没能读入：", "{n:file|files} could not be read:"),
    "unread": (
        "还有 {n} 个文件没能读入，不在上面的列表里",
        "{n:file|files} could not be read, which the list leaves out",
    ),
    "damaged": (
        "索引有损坏，现在用的是其中完好的一版：查找照常，但可能缺最近改动的讲话。",
        "The index is damaged; a sound version of it answers. "
        "Searching works, but recent changes may be missing.",
    ),
    "damaged_remedy": (
        "点上面的“重建索引”即可修好，讲话稿不受影响。",
        "Press “Rebuild the index” above to mend it; the speeches themselves are safe.",
    ),
    "filter_list": ("在列表里找标题或文件名", "Find a title or file in the list"),
    "no_speeches": ("文库里还没有可查的讲话。", "There is no speech to search yet."),
    "no_speeches_hint": (
        "请打开“文库”，添加讲话稿，再点“重建索引”。",
        "Open “Library”, add speeches, then press “Rebuild the index”.",
    ),
    "empty_start": (
        "网页照常打开：请在“文库”里添加讲话稿，再点“重建索引”。",
        "The page opens all the same: add speeches under “Library”, "
        "then press “Rebuild the index”.",
    ),
    "empty_library": (
        "文库还是空的。请先添加讲话稿，再点“重建索引”。",
        "The library is empty. Add speeches, then press “Rebuild the index”.",
    ),
    "newest_only": (
        "这里列出最新的 {shown} 篇；其余 {rest} 篇请用上面的框查找。",
        "The newest {shown} are listed; find the other {rest} with the box above.",
    ),
    "none_listed": ("没有对得上的讲话。", "No speech matches."),
    "col_date": ("日期", "Date"),
    "col_title": ("标题", "Title"),
    "col_kind": ("类别", "Kind"),
    "col_passages": ("段落", "Passages"),
    "col_source": ("来源文件", "Source file"),
    "no_date": ("未注明", "not stated"),
    "partial": ("不全", "partial"),
    "n_passages": ("{n} 段", "{n:passage|passages}"),
    "speaker": ("讲话人", "Speaker"),
    "occasion": ("场合", "Occasion"),
    "place": ("地点", "Place"),
    "outline": ("提纲", "Outline"),
    "no_outline": ("这篇没有分层标题。", "This speech has no headings."),
    "printed_contents": ("来源所附的目录", "Contents printed in the source"),
    "passages": ("段落", "Passages"),
    "removed": ("清洗去掉的", "Taken out by cleaning"),
    "removed_none": (
        "除空白和换行外，什么都没有去掉。",
        "Nothing but blank space and line breaks was taken out.",
    ),
    "removed_info": (
        "这些是来源里不属于讲话的内容，原文件没有改动。",
        "Matter in the source that is not part of the speech; the file itself is unchanged.",
    ),
    "whole_text": ("全文", "Whole text"),
    "download": ("下载原文件", "Download the original file"),
    "doubtful": (
        "有 {n} 处疑似乱码，引用前请对照原文件。",
        "{n:place looks|places look} garbled; check against the file before quoting.",
    ),
    # trouble
    "remedy": ("怎么办", "What to do"),
    "failed": ("这一步没有做成。", "This step failed."),
    "failed_hint": (
        "请再试一次；若仍不行，请把时间和操作告诉管理员，详情在程序窗口里。",
        "Try again; if it still fails, tell the person who runs this program: "
        "the details are in its window.",
    ),
    "gone": ("这一段已不在当前的文库里。", "This passage is no longer in the library."),
    "gone_hint": ("文库刚重建过，请重新查找。", "The library was rebuilt; search again."),
    "unreachable": (
        "连不上检索程序。请确认它还开着，再试一次。",
        "The search program does not answer. Make sure that it is running, then try again.",
    ),
    # the program's window
    "building_first": (
        "还没有索引，先从 {seeds} 建立一次 …",
        "no index yet; building one from {seeds} first …",
    ),
    "address": ("网页地址：{url}", "the page is at {url}"),
    "address_lan": (
        "同一网络的其他电脑可用这台电脑的地址加端口 {port} 打开",
        "other computers of this network can open it by this machine's address and port {port}",
    ),
    "port_taken": ("端口 {port} 已被别的程序占用。", "Port {port} is used by another program."),
    "port_taken_hint": (
        "换一个端口，如加上 --port {other}；如果是已经打开的本程序，直接用浏览器打开它即可。",
        "Take another, for example --port {other}; if it is this program, already running, "
        "just open it in the browser.",
    ),
    "port_forbidden": ("没有权限使用端口 {port}。", "Port {port} may not be used by you."),
    "port_forbidden_hint": (
        "请用 1024 以上的端口，如 --port 7860。",
        "Use a port above 1024, such as --port 7860.",
    ),
    "bad_host": ("这台电脑上没有地址 {host}。", "This machine has no address {host}."),
    "bad_host_hint": (
        "只在本机用请写 --host 127.0.0.1；让同事也能打开请写 --host 0.0.0.0。",
        "Use --host 127.0.0.1 for this machine only, --host 0.0.0.0 to let colleagues in.",
    ),
    "address_shared": (
        "已经由第三方公开，任何人凭此地址都能打开：{url}",
        "published through a third party; anyone with this address can open it: {url}",
    ),
    "not_shared": ("没能经第三方公开网页：{reason}", "The page could not be published: {reason}"),
    "not_shared_hint": (
        "去掉 share 即可只在本机使用；给同事用请写 --host 0.0.0.0。",
        "Leave out share to use it on this machine; for colleagues use --host 0.0.0.0.",
    ),
    "stop": ("按 Ctrl+C 停止", "press Ctrl+C to stop"),
    "stopped": ("网页已关闭。", "the page is closed."),
}
