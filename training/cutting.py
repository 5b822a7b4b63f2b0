"""Cut training pairs out of documents: a short text and the passage that it belongs with."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from training.corpus import Document

Pair = tuple[str, str]

MAX_PASSAGE_CHARS = 320
_SENTENCE = re.compile(r"[^。！？!?；;]+[。！？!?；;]?[”’」』）)]*")
_CLAUSE = re.compile(r"[^，,。！？!?；;：:]+")
_LABEL = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十]{1,3}[）)、.．]+|第[一二三四五六七八九十]{1,3}[，,、]"
    r"|[一二三四五六七八九十]是(?:要)?|[（(]?\d{1,2}[）)、.．](?!\d)|——|第[一二三四五六七八九十百]+[章节条]\s*)\s*"
)
_CLOSED = re.compile(r"[。！？!?；;]$")
_ACTION = re.compile(
    r"坚持|加强|推进|推动|加快|完善|健全|优化|深化|强化|提高|提升"
    r"|促进|建设|建立|构建|打造|落实|实施|发展|扩大|改革|创新|保障"
    r"|改善|支持|培育|做好|抓好|突出|坚决|切实|着力|大力|全面|积极"
    r"|进一步|继续|严格|创建|引进|激发|鼓励|引导|统筹|巩固|稳定|壮大"
    r"|调整|转变|解决|防范|化解|增强|保护|规范|整治|治理|营造|搞好"
    r"|办好|开展"
)
_PROBLEM = re.compile(
    r"不足|不够|短板|困难|问题|滞后|薄弱|不强|不高|不到位|瓶颈"
    r"|差距|制约|缺乏|缺少|有待|压力|矛盾|风险"
)
_RESULT = re.compile(
    r"成效|成绩|成就|显著|突破|取得|明显|增长|实现了|迈上"
    r"|提升到|达到|完成了|稳步|新进展|历史性"
)
_REASON = re.compile(r"意义|必然要求|关键|基础|重要|根本|核心|前提|必由之路|需要")

HOW = (
    "如何{x}？",
    "怎么{x}",
    "怎样{x}？",
    "{x}有哪些举措？",
    "{x}的做法",
    "{x}有什么办法",
    "在{x}方面怎么做",
)
PROBLEM = ("{x}存在哪些问题？", "{x}有什么不足", "目前{x}还有哪些短板", "{x}面临什么困难？", "{x}")
RESULT = ("{x}取得了哪些成绩？", "{x}怎么样", "{x}有哪些成效？", "{x}情况如何？")
REASON = ("为什么要{x}？", "{x}有什么意义", "为何{x}", "{x}的重要性")


@dataclass(frozen=True, slots=True)
class Budget:
    """How many pairs of each kind one document may give."""

    n_title: int
    n_sentence: int
    n_clause: int
    n_question: int
    n_neighbour: int


BUDGETS = {
    "political": Budget(8, 60, 60, 60, 12),
    "broadcast_news": Budget(2, 2, 2, 1, 1),
    "general_news": Budget(0, 2, 1, 0, 0),
    "laws": Budget(6, 12, 10, 0, 0),
}


def strip_label(text: str) -> str:
    """A heading or sentence without 一、 (一) 1. 一是 and the like."""
    return _LABEL.sub("", text).strip()


def split_sentences(paragraph: str) -> list[str]:
    """Whole sentences in order; together they are the paragraph."""
    return [sentence for sentence in _SENTENCE.findall(paragraph) if sentence.strip()]


def split_passages(paragraph: str, max_chars: int = MAX_PASSAGE_CHARS) -> list[str]:
    """Groups of whole sentences of at most `max_chars` characters, a longer one whole."""
    passages: list[str] = []
    current = ""
    for sentence in split_sentences(paragraph):
        if current and len(current) + len(sentence) > max_chars:
            passages.append(current)
            current = ""
        current += sentence
    return [*passages, current] if current else passages


def is_heading(paragraph: str) -> bool:
    """Short, unfinished, and not a salutation: what stands over paragraphs in a speech."""
    bare = strip_label(paragraph)
    return 4 <= len(bare) <= 40 and not _CLOSED.search(paragraph) and "：" not in paragraph[-1:]


def ask(topic: str, rng: random.Random) -> str:
    """A question that a heading or topic sentence answers."""
    topic = strip_label(topic).strip("。！？；，,. “”")
    if _PROBLEM.search(topic):
        subject = re.split(_PROBLEM, topic)[0].strip("，、的 ") or topic
        return rng.choice(PROBLEM).format(x=rng.choice((topic, subject)))
    if _ACTION.match(topic):
        templates = HOW if rng.random() < 0.85 else REASON
        return rng.choice(templates).format(x=topic.removeprefix("要"))
    if _RESULT.search(topic):
        return rng.choice(RESULT).format(x=topic)
    if _REASON.search(topic):
        return rng.choice(REASON).format(x=topic)
    return rng.choice((*HOW, *RESULT, "{x}", "{x}", "关于{x}的内容", "{x}怎么说")).format(x=topic)


def _shorten(topic: str, rng: random.Random, max_chars: int) -> str:
    """A run of clauses of a topic sentence, at most `max_chars` characters."""
    clauses = [clause for clause in _CLAUSE.findall(strip_label(topic)) if len(clause.strip()) >= 4]
    if not clauses:
        return ""
    start = rng.choice((0, 0, 0, rng.randrange(len(clauses))))
    short = clauses[start].strip()
    for clause in clauses[start + 1 :]:
        if len(short) + len(clause) > max_chars:
            break
        short += "，" + clause.strip()
    return short if len(short) <= max_chars * 1.5 else ""


def _titles(document: Document, passages: list[str], n: int, rng: random.Random) -> Iterator[Pair]:
    if len(document.title) >= 6:
        for passage in rng.sample(passages, min(n, len(passages))):
            yield document.title, passage


def _within(passage: str, rng: random.Random) -> Iterator[tuple[str, Pair]]:
    """Sentence, clause and question pairs of one passage, with the text used left out of it."""
    sentences = split_sentences(passage)
    if len(sentences) < 2 or len(passage) < 60:
        return
    chosen = 0 if rng.random() < 0.5 else rng.randrange(len(sentences))
    rest = "".join(sentences[:chosen] + sentences[chosen + 1 :])
    if len(sentences[chosen]) >= 10 and len(rest) >= 40:
        yield "sentence", (strip_label(sentences[chosen]), rest)
        short = _shorten(sentences[chosen], rng, 24)
        if short:
            # now and then the passage keeps the words: a question shares words with its answer
            yield "clause", (short, passage if rng.random() < 0.35 else rest)
    topic = strip_label(sentences[0])
    rest = "".join(sentences[1:])
    if len(rest) >= 40:
        short = _shorten(topic, rng, 18)
        if short:
            yield "question", (ask(short, rng), passage if rng.random() < 0.5 else rest)


def _headings(document: Document, rng: random.Random) -> Iterator[tuple[str, Pair]]:
    """Each heading with passages under it, as it stands and as a question."""
    heading = ""
    n_under = 0
    for paragraph in document.paragraphs:
        if is_heading(paragraph):
            heading, n_under = strip_label(paragraph), 0
        elif heading and n_under < 6 and len(paragraph) >= 50:
            for passage in split_passages(paragraph)[:2]:
                n_under += 1
                yield "heading", (heading, passage)
                yield "question", (ask(heading, rng), passage)


def cut_pairs(document: Document, rng: random.Random) -> dict[str, list[Pair]]:
    """All pairs of one document by kind: title heading sentence clause question neighbour."""
    budget = BUDGETS[document.source]
    found: dict[str, list[Pair]] = {kind: [] for kind in KINDS}
    paragraphs = [paragraph for paragraph in document.paragraphs if len(paragraph) >= 40]
    passages = [passage for paragraph in paragraphs for passage in split_passages(paragraph)]
    passages = [passage for passage in passages if len(passage) >= 40]
    found["title"] = list(_titles(document, passages, budget.n_title, rng))
    if budget.n_question > 1:
        for kind, pair in _headings(document, rng):
            found[kind].append(pair)
    limits = {
        "sentence": budget.n_sentence,
        "clause": budget.n_clause,
        "question": budget.n_question,
    }
    n_needed = max(limits.values())
    chosen = passages if len(passages) <= n_needed else rng.sample(passages, n_needed)
    for passage in chosen:
        for kind, pair in _within(passage, rng):
            if limits[kind] > 0:
                found[kind].append(pair)
                limits[kind] -= 1
    n_joints = max(len(passages) - 1, 0)
    starts = rng.sample(range(n_joints), min(budget.n_neighbour, n_joints))
    found["neighbour"] = [(passages[i], passages[i + 1]) for i in starts]
    return found


KINDS = ("title", "heading", "sentence", "clause", "question", "neighbour")
