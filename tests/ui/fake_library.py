"""A tiny library in memory, so that the page is tested without an index or an encoder."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from speechrag.errors import IndexMissing, QuestionError
from speechrag.types import (
    Hit,
    Passage,
    Place,
    Role,
    SearchResult,
    Section,
    Skipped,
    Speech,
    Truncation,
)

TRANSLATED = {"efficiency": "效率", "talent": "人才", "retention": "留住"}


def make_speech(speech_id, title, paragraphs, **facts):
    """paragraphs: ("一、标题", None) for a heading, (text, role) for a passage."""
    text, sections, passages, path = "", [], [], ()
    for content, role in paragraphs:
        start = len(text)
        if role == "heading":
            sections.append(Section(1, content[:2], content[2:], start, start + len(content)))
            path = (content,)
        else:
            passage_id = f"{speech_id}-{len(passages):04d}"
            passages.append(Passage(passage_id, speech_id, start, start + len(content), path, role))
        text += content + "\n"
    return Speech(
        id=speech_id, title=title, text=text, sections=tuple(sections), passages=tuple(passages),
        **facts,
    )  # fmt: skip


ZHUANHUA = make_speech(
    "a1",
    "在全市科技成果转化推进会上的讲话",
    [
        ("同志们：今天召开全市科技成果转化推进会，任务是部署下一步工作。", Role.OPENING),
        ("一、充分认识成果转化的重要意义", "heading"),
        ("成果转化是科技与经济结合的关键一环,是发展新质生产力的重要抓手。", Role.SIGNIFICANCE),
        ("二、千方百计提高成果转化效率", "heading"),
        (
            "要提高成果转化效率,建立技术经理人队伍,打通从实验室到生产线的最后一公里。对职务科技成果,"
            "实行先使用后付费,让企业敢用、院所愿转。",
            Role.MEASURE,
        ),
        ("要办好科技成果对接会,每季度举办一次,成果转化项目全程有人跟踪。", Role.MEASURE),
        ("三、把责任压到肩上", "heading"),
        ("各级党委要加强组织领导,把成果转化纳入考核。", Role.SAFEGUARD),
        ("同志们,让我们只争朝夕、真抓实干,为建设创新之城而努力奋斗!", Role.CLOSING),
    ],
    source="2023-转化.txt", date="2023-05-18", speaker="林海", kind="讲话", occasion="推进会",
)  # fmt: skip
RENCAI = make_speech(
    "b2",
    "在人才工作座谈会上的讲话",
    [
        ("人才是第一资源。留住人才,要靠事业、待遇和感情。", Role.SIGNIFICANCE),
        ("要让引进的人才住得下、留得住,成果转化收益向人才倾斜。", Role.MEASURE),
    ],
    source="人才.docx", date="2024-03", kind="讲话", truncated=Truncation(1990, 3583),
)  # fmt: skip
FANTI = make_speech(
    "c3",
    "在市校合作聯席會議上的致辭",
    [("我們要深化產學研合作,推動成果轉化,讓創新之花結出產業之果。", Role.GOAL)],
    source="合作.html", date="2018", kind="致辞",
)  # fmt: skip


@dataclass(frozen=True)
class Summary:
    id: str
    title: str
    date: str | None
    kind: str | None
    speaker: str | None
    source: str
    n_passages: int
    truncated: Truncation | None


class FakeExplanation:
    def __init__(self, words):
        self.words = words

    def lines(self, lang="zh"):
        return [("words matched: " if lang == "en" else "词面对上:") + "、".join(self.words)]


class FakeEngine:
    def __init__(self, speeches):
        self.all = {speech.id: speech for speech in speeches}

    def search(self, question, *, k=None, filters=None, per_speech=None):
        if not any(ch.isalnum() for ch in question):
            raise QuestionError("问题是空的。", "请写一个词、一句话或一段文字。")
        words = self.words(question)
        found = [self.hit(s, p, words) for s in self.all.values() for p in s.passages]
        if filters:
            found = [hit for hit in found if self.allowed(hit, filters)]
        good = sorted((h for h in found if h.matched), key=lambda h: (-h.score, h.passage.id))
        ranked = tuple(replace(hit, rank=n) for n, hit in enumerate(good[: k or 10], 1))
        near = () if ranked else tuple(found[:2])
        return SearchResult(question, ranked, 3.0, relaxed="放宽" in question, suggestions=near)

    def words(self, question):
        known = (
            "成果转化",
            "成果轉化",
            "效率",
            "人才",
            "留住",
            "号召",
            "暗号",
            "script",
            "onerror",
        )
        lowered = question.lower()
        for english, chinese in TRANSLATED.items():
            lowered = lowered.replace(english, chinese)
        found = [word for word in known if word in lowered]
        return [*found, "成果轉化"] if "成果转化" in found else found

    def hit(self, speech, passage, words):
        text = speech.text[passage.start : passage.end]
        spans = []
        for word in words:
            at = text.find(word)
            while at >= 0:
                spans.append((passage.start + at, passage.start + at + len(word)))
                at = text.find(word, at + 1)
        share = len({w for w in words if w in text}) / max(len(words), 1)
        parts = {"lexical": share / 2, "dense": share / 3, "context": 0.1, "role": 0.06}
        also = (Place("转发的讲话", "抄送.txt"),) if passage.id == "b2-0000" else ()
        return Hit(passage, speech, 1, sum(parts.values()), parts, also, tuple(sorted(spans)))

    @staticmethod
    def allowed(hit, filters):
        return (
            (not filters.roles or str(hit.passage.role) in filters.roles)
            and (not filters.kinds or hit.speech.kind in filters.kinds)
            and (not filters.sources or hit.speech.source in filters.sources)
            and (not filters.date_from or (hit.speech.date or "") >= filters.date_from)
            and (not filters.date_to or (hit.speech.date or "") <= filters.date_to + "~")
        )

    def explain(self, question, hit):
        return FakeExplanation([w for w in self.words(question) if w in hit.text])

    def context(self, passage_id, before=2, after=2):
        for speech in self.all.values():
            for at, passage in enumerate(speech.passages):
                if passage.id == passage_id:
                    return list(speech.passages[max(0, at - before) : at + after + 1])
        raise KeyError(passage_id)

    def speech(self, speech_id):
        return self.all[speech_id]

    def speeches(self):
        return [
            Summary(
                s.id, s.title, s.date, s.kind, s.speaker, s.source, len(s.passages), s.truncated
            )
            for s in self.all.values()
        ]

    def asks_nothing(self, text):
        return not self.words(text)

    def notices(self):
        return ()

    def skipped(self):
        return [Skipped("旧扫描<i>件.pdf", "没有文字层。", "请先做文字识别。")]

    def removed(self, speech_id):
        return [("您的位置:首页>讲话 <b>稿</b>", "navigation"), ("\n\n", "layout")]


@dataclass(frozen=True)
class FakeStep:
    fraction: float | None

    def describe(self, lang):
        return "encoding" if lang == "en" else "正在计算"


class FakeReport:
    def __init__(self, document):
        self.document = document

    def as_json(self):
        return self.document


class FakeLibrary:
    """Reads only .txt: the first line is the title, every other line a passage."""

    def __init__(self, seeds: Path, speeches=(ZHUANHUA, RENCAI, FANTI), missing=False):
        self.seeds = seeds
        self.given = list(speeches)
        self.current = None if missing else FakeEngine(speeches)
        self.fault = None

    def engine(self):
        if self.current is None:
            raise IndexMissing("还没有索引。", "请先运行 make index。")
        return self.current

    def rebuild(self, progress):
        if self.fault:
            raise self.fault
        progress(FakeStep(None))
        progress(FakeStep(0.5))
        files = sorted(self.seeds.glob("*.txt"))
        read = []
        for file in files:
            title, *lines = file.read_text(encoding="utf-8").splitlines() or [""]
            paragraphs = [(line, Role.MEASURE) for line in lines if line]
            facts = {"source": file.name, "date": "2026", "kind": "讲话"}
            read.append(make_speech(f"f-{len(read)}", title, paragraphs, **facts))
        self.current = FakeEngine([*self.given, *read])
        n_passages = sum(len(s.passages) for s in self.current.all.values())
        return FakeReport(
            {
                "generation": 2, "n_files": len(files), "n_speeches": len(self.current.all),
                "n_passages": n_passages, "reused": {"files": 1, "passages": 2},
                "seconds": {"total": 0.4},
                "skipped": [
                    {"file": "扫描<i>件.pdf", "reason": "只有图片。", "hint": "请先做文字识别。"}
                ],
            }
        )  # fmt: skip

    def folders(self):
        return [self.seeds]

    def add_files(self, paths):
        return [Path(shutil.copy(path, self.seeds / Path(path).name)) for path in paths]
