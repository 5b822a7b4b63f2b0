"""Words that ask but do not say about what.

They stay in the sentence for the encoder; the lexical side would only find other questions.
"""

from __future__ import annotations

from speechrag.index.tokens import stem

_CHINESE = """
    如何 怎么 怎样 怎么样 怎么办 怎么写 怎么说 怎么讲 怎 什么 为什么 为何 为啥 啥 哪些 哪个
    哪里 哪 哪儿 谁 多少 几 几个 是否 能否 可否 是不是 有没有 吗 呢 吧 啊 呀 么 请问 请 想
    想要 知道 了解 帮 帮我 我 我们 你 你们 咱们 咱 他们 一下 的 了 地 得 着 过 和 与 及 以及
    或 或者 在 对 对于 关于 于 从 向 把 被 让 给 由 为 为了 以 等 等等 之 其 这 那 这个 那个
    这些 那些 有 有关 相关 是 也 都 就 才 还 要 会 能 可以 可 应 应该 应当 该 需要 上 中 里 下
    时 时候 个 种 方面 段 段落 句 句子 一 一些 找 查 查找 查询 搜 搜索 介绍 谈 谈到 讲到 说到
    提到 讲话 里面 当中 存在 具体 主要 做法 办法 方法 措施
"""

_ENGLISH = """
    a an the of to in on for and or is are was were be been do does did how what which who
    whom whose when where why can could should would will shall may might we our us i my me
    you your it its this that these those there with by from at as about into has have had any
    some please tell show find not no than then so if many much get
"""

_SPEECH = """
    讲 说 话 提 提过 发言 致辞 致词 讲稿 讲话稿 稿子 文稿 强调 部署 要求 内容 全部 所有 篇 次 还有
    say said speak spoke speech speeches talk talks talked given gave made list all
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(map(stem, text.split()))


QUESTION_WORDS = _words(_CHINESE + _ENGLISH) | frozenset(_ENGLISH.split())
SPEECH_WORDS = _words(_SPEECH)
"""Words for speaking and speeches, which say nothing where no other word does: 2023年讲了什么."""
