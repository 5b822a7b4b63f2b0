"""What the roles are learnt from: passages with their role, in context and without.

* `questions.tsv`: sentences that answer a question, written for this project, each with its role;
* `role_speeches.txt`: speeches written for this project, a role on every paragraph;
* `role_labels_reports.tsv`: paragraphs of public reports and speeches, labelled by hand; their
  words are looked up in the corpora;
* `role_headings.tsv`: headings, each with what stands below;
* paragraphs of the corpora whose first sentence leaves little doubt (weak labels).

Nothing of the test set is used: reports with a labelled paragraph in it are left out as a whole,
and of the rest whatever shares a run of 12 (weak labels: 20) characters with it.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.search.role_features import ROLES, bare_heading, squeeze
from speechrag.types import Passage, Role, Speech
from training.corpus import read_documents
from training.role_labels import (
    REPORT_LABELS,
    read_labels,
    read_tsv,
    report_speeches,
    resolve_references,
)

HERE = Path(__file__).resolve().parent
N_FOLDS = 5
N_WEAK_PER_ROLE = 500
MISLEADING_HEADINGS = 0.2
"""Share of the headings of assembled speeches that are drawn from all roles."""

_NUMBER = {role: at for at, role in enumerate(ROLES)}
_FIRST_LEVEL = re.compile(r"[一二三四五六七八九十]{1,3}、|第.句话")

# The order in which speeches usually do things; the first and the last passage are added.
_ORDERS = (
    "意义 形势 成绩 问题 目标 举措 保障", "成绩 问题 形势 目标 举措 保障", "意义 举措 保障",
    "成绩 形势 问题 举措 保障", "形势 意义 问题 目标 举措 保障", "成绩 问题 意义 目标 举措",
)  # fmt: skip
# First sentences that leave little doubt, on folded text with every number written 0.
_WEAK = {
    Role.OPENING: r"^(各位|同志们|现在,?我|今天,?我?们?|首先,).{0,90}"
    r"(召开|相聚|聚集|隆重|欢迎|代表|祝贺|感谢|问候)|向大会(报告|作)|请予审议",
    Role.SIGNIFICANCE: r"是.{2,30}的(必然要求|重要保障|根本保证|关键|基础|前提|核心|根本|内在要求"
    r"|重要途径|必由之路|迫切需要|重要举措|题中应有之义|生命线|重中之重)"
    r"|(具有|有着).{0,14}意义|事关|关系到?.{0,16}(全局|大局|成败)"
    r"|是.{0,6}(必由之路|必然要求|根本之策|头等大事|永恒主题)",
    Role.SITUATION: r"国际形势|世界经济|当前形势|国际国内形势|大变局|战略机遇期|下行压力"
    r"|面临.{0,12}(机遇|挑战|压力)|形势.{0,10}(严峻|复杂)"
    r"|^当前,.{0,60}(加剧|加速|上升|下行|深刻)",
    Role.ACHIEVEMENT: r'^(--|一是)?(过去|.{0,6}年来|去年|全年|今年以来|.{0,4}大以来|"?十.五"?'
    r"(期间|时期)).{0,80}(取得|增长|提高|完成|实现|达|建成|改善|新增)"
    r"|取得.{0,10}(成就|成绩|成效|进展|胜利)",
    Role.PROBLEM: r"(存在|还有|仍有).{0,16}(问题|困难|不足|矛盾|缺点|短板|差距|薄弱)"
    r"|(清醒|充分)地?(看到|认识到).{0,30}(问题|困难|不足|差距)"
    r"|(问题|矛盾|差距).{0,6}(突出|严重|较大)|有的(地方|单位|部门|党员|干部|同志|领导)"
    r"|一些(地方|单位|部门|党员|干部|企业).{0,16}(不|脱离|形式主义|缺乏)"
    r"|不到位|不够(强|高|好|实|严|紧|扎实|到位)",
    Role.GOAL: r"(预期|主要|总体|奋斗|发展|工作)目标(是|为|:)|总体?要求是|指导思想是"
    r"|到(0|二〇..|本世纪).{0,6}年,.{0,60}(达到|实现|建成|基本)|力争.{0,20}(达到|实现|突破)",
    Role.MEASURE: r"^(第.,|.是)?(要|必须|加强|加快|推进|推动|深化|完善|健全|实施|大力|积极|着力"
    r"|坚持|进一步|全面|建立|支持|扩大|优化|发展|落实)",
    Role.SAFEGUARD: r"各级(党委|政府|党组织|领导|党政|干部|各部门).{0,24}(要|必须)|领导责任"
    r"|主体责任|加强.{0,8}领导|廉政建设|反腐败|政府自身|依法行政|督促检查|狠抓落实|监督检查"
    r"|问责|第一责任人|工作作风",
    Role.CLOSING: r"让我们|更加紧密|而(努力|不懈)?奋斗!|(祝|预祝).{0,20}(成功|健康|快乐|幸福|进步)",
}
_WEAK_PATTERNS = {role: re.compile(pattern) for role, pattern in _WEAK.items()}
_ACTION = re.compile("加强|加快|推进|推动|完善|健全|建立|深化|实施|支持|鼓励|引导|落实")
_DUTY = re.compile("要|必须|应当")
_REPORTER = re.compile(r"\(?(新闻联播|中国网络电视台消息|央视网消息|编辑).{0,30}")
_SPEAKS = re.compile(r"^.{0,20}(强调|指出|说|认为|要求),")
_MEETING = re.compile("讲话|强调|会议|座谈|报告|致辞|演讲|主持")


@dataclass(frozen=True, slots=True)
class Answer:
    """A sentence with its role and theme."""

    text: str
    role: int  # place in ROLES
    theme: str


@dataclass(frozen=True, slots=True)
class Example:
    """A speech with the roles of its passages: places in ROLES, -1 where none is given."""

    speech: Speech
    roles: NDArray[np.int64]
    kind: str  # "written" "report" "assembled"


Heading = tuple[str, int]


def fold_of(text: str) -> int:
    """Which fold of cross-fitting a text is in."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % N_FOLDS


class TestSet:
    """The words of the test set, to keep away from."""

    def __init__(self, data: Path) -> None:
        labels, _ = read_labels(data)
        self._texts = [squeeze(label.text) for label in labels]
        self._runs: dict[int, set[str]] = {}
        self.reports = {(row["title"], row["date"]) for row in read_tsv(REPORT_LABELS)}

    def shares(self, text: str, n_chars: int) -> bool:
        """Whether a squeezed text has a run of characters in common with the test set."""
        if n_chars not in self._runs:
            self._runs[n_chars] = {run for text in self._texts for run in _runs(text, n_chars)}
        return any(run in self._runs[n_chars] for run in _runs(text, n_chars))


def _runs(text: str, n_chars: int) -> Iterator[str]:
    return (text[at : at + n_chars] for at in range(len(text) - n_chars + 1))


def read_answers(test: TestSet) -> list[Answer]:
    """The answer sentences of `questions.tsv`, each once."""
    answers = {}
    for row in read_tsv(HERE / "questions.tsv"):
        if not test.shares(squeeze(row["answer"]), 12):
            answers[row["answer"]] = Answer(row["answer"], _NUMBER[Role(row["role"])], row["theme"])
    return list(answers.values())


def read_headings() -> list[Heading]:
    """The headings written with what stands below them."""
    rows = read_tsv(HERE / "role_headings.tsv")
    return [(row["heading"], _NUMBER[Role(row["role"])]) for row in rows]


def headings_of(examples: Sequence[Example]) -> list[Heading]:
    """The headings of written speeches, once for every role that stands below."""
    found: dict[Heading, None] = {}
    for example in examples:
        for passage, role in zip(example.speech.passages, example.roles.tolist(), strict=True):
            edges = (_NUMBER[Role.OPENING], _NUMBER[Role.CLOSING])
            if example.kind == "written" and passage.section_path and role not in edges:
                found[passage.section_path[-1], role] = None
    return list(found)


def build_speech(title: str, lines: Sequence[tuple[int | None, str]], kind: str) -> Example:
    """A speech of paragraphs with roles, under headings (role None)."""
    text, path = title, ()
    passages: list[Passage] = []
    roles = []
    for role, line in lines:
        start = len(text) + 1
        text += "\n" + line
        if role is None:
            outermost = not path or _FIRST_LEVEL.match(line)
            path = (line,) if outermost else (path[0], line)
        else:
            name = f"{kind}-{len(passages):04d}"
            passages.append(Passage(name, kind, start, len(text), path))
            roles.append(role)
    return Example(Speech(kind, title, text, "", passages=tuple(passages)), np.array(roles), kind)


def read_written(test: TestSet) -> list[Example]:
    """The speeches of `role_speeches.txt`; none that shares words with the test set."""
    examples = []
    for block in (HERE / "role_speeches.txt").read_text(encoding="utf-8").split("# ")[1:]:
        title, *lines = filter(None, block.split("\n"))
        parsed: list[tuple[int | None, str]] = []
        for line in lines:
            mark, _, words = line.partition("\t")
            if not words:
                parsed.append((None, line.removeprefix("= ")))
            elif not test.shares(squeeze(words), 12):
                parsed.append((_NUMBER[Role(mark)], words))
        examples.append(build_speech(title, parsed, "written"))
    return examples


def read_labelled_reports(data: Path, test: TestSet) -> list[Example]:
    """The reports with paragraphs labelled for training."""
    rows = read_tsv(HERE / "role_labels_reports.tsv")
    resolved, reports = resolve_references(rows, data)
    roles: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for row, text in resolved:
        assert (row["title"], row["date"]) not in test.reports
        if not test.shares(squeeze(text), 20):
            roles[row["title"], row["date"]].append((text, _NUMBER[Role(row["role"])]))
    examples = []
    for key, paragraphs in reports.items():
        for speech in report_speeches({key: paragraphs}):
            found = _roles_of(speech, roles[key])
            if (found >= 0).any():
                examples.append(Example(speech, found, "report"))
    return examples


def _roles_of(speech: Speech, paragraphs: Sequence[tuple[str, int]]) -> NDArray[np.int64]:
    """The role of the labelled paragraph that each passage has most characters of."""
    shares = np.zeros((len(speech.passages), len(ROLES)))
    for text, role in paragraphs:
        start = speech.text.find(text)
        for at, passage in enumerate(speech.passages if start >= 0 else ()):
            overlap = min(start + len(text), passage.end) - max(start, passage.start)
            shares[at, role] += max(0, overlap)
    return np.where(shares.any(axis=1), shares.argmax(axis=1), -1)


def assemble(
    answers: Sequence[Answer], headings: Sequence[Heading], n: int, seed: int
) -> list[Example]:
    """Speeches put together from answers of one theme, in a usual order, most under headings."""
    rng = random.Random(seed)
    under: dict[int, list[str]] = defaultdict(list)
    for text, role in headings:
        under[role].append(text)
    return [_assemble_one(_Store(answers), under, rng) for _ in range(n)]


class _Store:
    """Answers by theme and role."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.themes = sorted({answer.theme for answer in answers})
        self._own: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._all: dict[int, list[str]] = defaultdict(list)
        for answer in answers:
            self._own[answer.theme, answer.role].append(answer.text)
            self._all[answer.role].append(answer.text)

    def paragraph(self, theme: str, role: int, n: int, rng: random.Random) -> str:
        pool = self._own.get((theme, role)) or self._all[role]
        return "".join(rng.sample(pool, min(n, len(pool))))


def _assemble_one(
    store: _Store, headings: Mapping[int, Sequence[str]], rng: random.Random
) -> Example:
    theme = rng.choice(store.themes)
    order = [_NUMBER[Role(name)] for name in rng.choice(_ORDERS).split()]
    if rng.random() < 0.5:
        rng.shuffle(order)
    is_plain = rng.random() < 0.25
    opening, closing = _NUMBER[Role.OPENING], _NUMBER[Role.CLOSING]
    salutation = "同志们：" if rng.random() < 0.5 else ""
    lines: list[tuple[int | None, str]] = [
        (opening, salutation + store.paragraph(theme, opening, 1, rng))
    ]
    labels = "一二三四五六七八九"
    for at, role in enumerate(order):
        is_headed = not is_plain and rng.random() < 0.8
        if is_headed:
            lines.append((None, f"{labels[at]}、{_heading_for(role, headings, rng)}"))
        is_nested = is_headed and rng.random() < 0.4
        for item in range(rng.choice((1, 2, 3)) if role in _LONG else rng.choice((1, 1, 2))):
            if is_nested:
                lines.append((None, f"（{labels[item]}）{_heading_for(role, headings, rng)}"))
            lines.append((role, store.paragraph(theme, role, rng.choice((1, 1, 2, 2, 3)), rng)))
    lines.append((closing, store.paragraph(theme, closing, 1, rng)))
    example = build_speech(f"{theme}工作会议上的讲话", lines, "assembled")
    if rng.random() < 0.5:  # set apart from the last section, as a parser finds it now and then
        *most, last = example.speech.passages
        passages = (*most, replace(last, section_path=()))
        return replace(example, speech=replace(example.speech, passages=passages))
    return example


def _heading_for(role: int, headings: Mapping[int, Sequence[str]], rng: random.Random) -> str:
    """A heading that says what stands below; not all of them do."""
    if rng.random() < MISLEADING_HEADINGS:
        return rng.choice([text for texts in headings.values() for text in texts])
    return rng.choice(headings[role])


_LONG = {_NUMBER[role] for role in (Role.PROBLEM, Role.MEASURE, Role.ACHIEVEMENT)}


def weak_labels(data: Path, test: TestSet) -> list[tuple[str, int]]:
    """Squeezed paragraphs of the corpora with the role that their first sentence tells."""
    found: dict[int, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for paragraphs in _weak_documents(data, test):
        for at, paragraph in enumerate(paragraphs):
            text = squeeze(_REPORTER.sub("", paragraph)) if 50 <= len(paragraph) <= 420 else ""
            if len(text) < 40 or text[:40] in seen:
                continue
            seen.add(text[:40])
            role = _weak_role(text, at, len(paragraphs))
            if role is not None and not test.shares(text, 20):
                found[_NUMBER[role]].append(text)
    rng = random.Random(0)
    return [
        (text, role)
        for role in sorted(found)
        for text in rng.sample(found[role], min(N_WEAK_PER_ROLE, len(found[role])))
    ]


def _weak_documents(data: Path, test: TestSet) -> Iterator[tuple[str, ...]]:
    for source in ("political", "broadcast_news"):
        for document in read_documents(data, source):
            if (document.title, document.date) in test.reports:
                continue
            if source == "political" or _MEETING.search(document.title):
                yield document.paragraphs


def _weak_role(text: str, at: int, n_paragraphs: int) -> Role | None:
    """The one role whose pattern the first sentence has, if the rest does not speak against it."""
    match = re.search(r"[.!?]", text[8:])
    first = _SPEAKS.sub("", text[: match.end() + 8] if match else text)
    roles = [role for role, pattern in _WEAK_PATTERNS.items() if pattern.search(first)]
    if len(roles) > 1 and Role.MEASURE in roles:
        roles.remove(Role.MEASURE)
    if len(roles) != 1:
        return None
    role = roles[0]
    n_duties = len(_DUTY.findall(text))
    against = {
        Role.OPENING: at > 4,
        Role.CLOSING: at < n_paragraphs - 2,
        Role.MEASURE: len(_ACTION.findall(text)) < 3,
        Role.SITUATION: n_duties > 1,
        Role.ACHIEVEMENT: n_duties > 1,
        Role.PROBLEM: n_duties > 1,
    }
    return None if against.get(role) else role


def bare(headings: Sequence[Heading]) -> tuple[list[str], NDArray[np.int64]]:
    """Headings without their labels, and their roles."""
    return [bare_heading(text) for text, _ in headings], np.array([role for _, role in headings])
