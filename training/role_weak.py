"""Weak labels: paragraphs of the corpora whose first sentence leaves little doubt of their role."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from speechrag.search.role_features import ROLES, squeeze
from speechrag.types import Role
from training.corpus import read_documents
from training.role_material import HeldOut

N_WEAK_PER_ROLE = 500

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


def weak_labels(data: Path, test: HeldOut) -> list[tuple[str, int]]:
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
                found[ROLES.index(role)].append(text)
    rng = random.Random(0)
    return [
        (text, role)
        for role in sorted(found)
        for text in rng.sample(found[role], min(N_WEAK_PER_ROLE, len(found[role])))
    ]


def _weak_documents(data: Path, test: HeldOut) -> Iterator[tuple[str, ...]]:
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
