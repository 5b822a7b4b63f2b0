"""What a passage does in its speech: 开场 意义 形势 成绩 问题 目标 举措 保障 结尾.

Three kinds of evidence are added up for each role: the headings above the passage, the place of the
passage in its speech, and the cue words of its sentences; then the words of the passage by a linear
classifier that was trained on weak labels (training/train_roles.py). The figures are in
benchmarks/results/roles.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from speechrag.index.tokens import fold
from speechrag.types import Passage, Role, Speech

ROLES: tuple[Role, ...] = tuple(Role)

# Words of a heading that say what stands below it; the innermost heading counts most.
HEADING_CUES: dict[Role, str] = {
    Role.OPENING: r"前言|引言|开场",
    Role.SIGNIFICANCE: r"意义|重要性|必要性|紧迫性|充分认识|深刻认识|深化认识|提高认识|提高(政治)?站位|统一思想|认清.{0,6}(意义|使命)|"
    r"责任感|使命感|思想认识|重大(意义|责任)|必然要求|必由之路|的(核心)?引擎|的关键(抓手|举措)|为什么",
    Role.SITUATION: r"形势|面临|背景|机遇|挑战|现状(?!.*问题)|认清|时代|态势",
    Role.ACHIEVEMENT: r"成绩|成效|成就|进展|回顾|充分肯定|总结|取得|过去(的)?(一|五|几)年|工作情况|主要工作(?!安排|任务)|"
    r"不断(完善|提高|扩大|延伸|加大|深化|增强|改善|优化)$|(持续|明显|显著|稳步)(扩大|提升|增强|改善|优化|加快)$|特点|经验",
    Role.PROBLEM: r"问题|不足|短板|差距|困难|薄弱|有待|不够|不强|不高|不到位|弱项|瓶颈|制约|堵点|难点|原因|找准差距|欠账",
    Role.GOAL: r"目标|总体要求|指导思想|总要求|总体思路|基本思路|指标|预期|愿景|原则",
    Role.MEASURE: r"重点(工作|任务|抓好)?|任务|举措|措施|着力|推进|推动|加快|加强|强化|深化|优化|构建|建设|完善|健全|实施|抓好|抓实|聚焦|突出|"
    r"激发|培育|打造|拓展|促进|扎实|提升|提高(?!认识|站位|政治)|坚持|狠抓|做好|切实|全力|创新|推行|用好|落实(?!责任)",
    Role.SAFEGUARD: r"保障|组织领导|加强领导|领导责任|压实责任|落实责任|责任落实|督查|督导|督促|考核|问责|监督检查|工作合力|形成合力|凝聚.{0,3}合力|"
    r"工作机制$|协调|确保.{0,12}(落地|见效|实效|落实)|作风|宣传引导|营造.{0,4}氛围|强化担当|抓落实|狠抓落实|组织实施",
    Role.CLOSING: r"结束语|结语",
}

# Cue words of the passage itself.
TEXT_CUES: dict[Role, str] = {
    Role.OPENING: r"^(尊敬的|各位|同志们|女士们|老师们|大家(上午|下午|早上)?好)|现在开会|今天,?(我们)?(在这里)?(召开|举行|相聚|齐聚|隆重)|"
    r"(这次|今天的|本次)会议(的)?(主要)?(任务|目的|议题|内容|是)|主要任务是|(我)?(再)?(讲|谈|强调|提).{0,2}[几两三四五]点|参加(今天|这次|本次)?(的)?会议的|"
    r"刚才,?.{0,40}(发言|汇报|讲话|通报|介绍|宣读)|代表.{0,20}(表示|向).{0,20}(欢迎|祝贺|问候|感谢)|热烈(的)?欢迎|会议(共|有).{0,4}项议程|"
    r"现在,?我(代表|受)|向大会(报告|作)|请予审议",
    Role.SIGNIFICANCE: r"意义|重要(举措|途径|抓手|保障|支撑|基础|内容|载体|组成部分|标志)|关键(举措|所在|环节)|必然(要求|选择)|必由之路|"
    r"(事关|关系|关乎|关系到).{0,20}(大局|发展|全局|稳定|利益|福祉)|总书记.{0,20}(指出|强调|要求)|是.{2,30}的(需要|要求|基础|根本|关键|前提|核心|支柱)|"
    r"(政治|历史)(责任|任务|使命)|深刻(认识|领会|理解|把握)|责任感|使命感|才能|只有.{2,30}才|离不开|根本在于|就是",
    Role.SITUATION: r"^当前|形势|面临|机遇|挑战|国际环境|世界.{0,10}变局|变局|新一轮|趋势|叠加|压力|下行|严峻|复杂|不确定|处于.{0,10}(时期|阶段|关口)|窗口期|"
    r"从(全国|全省|国际|国内|外部|自身).{0,6}看|竞争(日趋|日益)?激烈|加速演进",
    Role.ACHIEVEMENT: r"取得(了)?.{0,12}(成效|成绩|进展|成果|突破|成就)|(增长|提高|下降|提升|达到|达|突破|超过|实现).{0,12}(%|百分之|亿元|万元|万人|个百分点)|"
    r"(累计|共|新增|完成|建成|引进|发放|培训|解决|办理).{0,16}\d|荣获|获评|被评为|位居|位列|排名|居全[省国市]|首次|第[一二三]位|"
    r"近年来|去年|过去(的)?(一|五)年|一年来|五年来|[\d一二三四五]+年来|全年|(得到|实现)(了)?.{0,10}(提升|改善|增强|跨越)|成功(举办|创建|获批|申报|承办)|圆满|明显(提升|改善|增强|好转)|来之不易",
    Role.PROBLEM: r"问题|不足|短板|差距|薄弱|困难|(还|仍|尚|依然|仍然)(存在|有|未|没有|不|比较|需)|不够|不强|不高|不到位|不平衡|不充分|不完善|不紧密|不规范|"
    r"滞后|缺乏|短缺|不容乐观|制约|瓶颈|难以|偏(低|少|弱|慢)|矛盾|欠账|流于形式|有的(同志|单位|地方|部门|干部)|个别|一些(地方|干部|单位|部门|企业)|隐患|侵权|下滑|堵点|痛点",
    Role.GOAL: r"目标|(力争|争取|确保)(到|在)?.{0,20}(达到|突破|实现|完成|建成|超过|增长)|到\s*20\d\d\s*年|(增长|提高|控制在|保持在|达到).{0,10}(左右|以上|以内)|"
    r"预期|总体要求|指导思想|总体思路|基本思路|以.{2,40}为(指导|目标|主线|引领|总抓手)|努力(建设|打造|建成|实现)|为(总)?目标|奋斗目标|十[二三四五]五.{0,6}(期间|末)",
    Role.MEASURE: r"要(?!求|素|点|么)|加强|加快|推进|推动|完善|健全|建立|强化|深化|优化|加大|实施|落实|抓好|开展|支持|鼓励|引导|培育|打造|推行|拓展|着力|坚持|"
    r"大力|积极|切实|全面|严格|深入|统筹|聚焦",
    Role.SAFEGUARD: r"组织领导|领导小组|主要负责同志|第一责任人|一把手|主体责任|责任(制|分工|清单|单位)|压实|督查|督导|督办|考核|问责|通报|台账|时间表|路线图|"
    r"各级(党委|党组织|各部门)|各(级|部门|单位|县区|乡镇).{0,8}要|牵头|分工|协同配合|齐抓共管|舆论|宣传(报道|引导)|氛围|经费保障|要素保障|工作合力|跟踪问效|作风",
    Role.CLOSING: r"^(同志们|各位).{0,60}(让我们|任重|使命|意义重大|责任重大|前景)|让我们|谢谢(大家|各位)|(祝|预祝|祝愿).{0,30}(成功|顺利|健康|幸福|成就|快乐|安康)|"
    r"(而|努力)奋斗[!。]|新的?(更大)?贡献!|新篇章|更加(紧密地)?团结在|我的(讲话|发言|报告)?完|最后,?.{0,20}(感谢|祝)|再(创|立)(新|佳)|以.{2,30}(优异|实际)(的)?(成绩|行动).{0,20}(迎接|献礼)|散会",
}

_HEADING = {role: re.compile(pattern) for role, pattern in HEADING_CUES.items()}
_TEXT = {role: re.compile(pattern) for role, pattern in TEXT_CUES.items()}
_SENTENCE = re.compile(r"[^。!?;]+[。!?;]*")


def assign_roles(speech: Speech) -> Speech:
    """The speech with a role on each of its passages."""
    if not speech.passages:
        return speech
    passages = tuple(
        replace(passage, role=ROLES[int(_scores(speech, at, passage).argmax())])
        for at, passage in enumerate(speech.passages)
    )
    return replace(speech, passages=passages)


def _scores(speech: Speech, at: int, passage: Passage) -> NDArray[np.float32]:
    """Evidence for each role, shape (9,); the first of equals wins."""
    last = len(speech.passages) - 1
    sentences = _SENTENCE.findall(fold(speech.text[passage.start : passage.end]))
    scores = np.array([_cues(_TEXT[role], sentences) for role in ROLES], dtype=np.float32)
    for depth, heading in enumerate(reversed([fold(h) for h in passage.section_path])):
        weight = 2.0 / (1 + depth)
        found = [weight if _HEADING[role].search(heading) else 0.0 for role in ROLES]
        scores += np.array(found, dtype=np.float32)
    scores[ROLES.index(Role.OPENING)] += 3.0 if at == 0 else -2.0
    scores[ROLES.index(Role.CLOSING)] += 3.0 if at == last > 0 else -1.0
    return scores


def _cues(pattern: re.Pattern[str], sentences: Sequence[str]) -> float:
    """Cue words of the first and the last sentence, and of those between at a lower weight."""
    if not sentences:
        return 0.0
    ends = bool(pattern.search(sentences[0])) + 0.5 * bool(pattern.search(sentences[-1]))
    return ends + 0.3 * min(3, sum(1 for s in sentences[1:-1] if pattern.search(s)))
