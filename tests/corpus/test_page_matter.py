"""Notices of document sites go, the speech's own sentences stay."""

from __future__ import annotations

import pytest
from accounts import parse, parse_one, passages, removed
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.corpus.boilerplate import reason_of
from speechrag.types import RemovalReason, Truncation

PARAGRAPHS = [
    "同志们：",
    "今天，我们在这里召开全市数字政府建设推进会议，主要任务是总结成绩、部署工作。",
    "一、提高认识",
    "要实现一次登录、全网通办，让群众少跑腿。12345热线客服要做到有问必答，投诉举报件件有回音。",
    "群众扫码下载应用以后，要能分享、能收藏、能评价，这就是最好的检验。",
    "二、抓好落实",
    "各级各部门要压实责任，形成合力，确保各项任务按期完成，以实际行动向市委交出合格答卷。",
    "谢谢大家！",
]

NOTICES = [
    "首页 > 公文写作 > 领导讲话 > 正文",
    "您的位置:新文秘网>>会议致辞/会议主持/会议发言/>>正文",
    "您现在的位置：首页 » 范文大全 » 讲话稿",
    "当前位置：首页 > 讲话 > 正文",
    "發表時間:2025/7/16 22:26:33",
    "发布时间：2024-03-05 10:20 来源：本站整理 作者：佚名 浏览次数：1234",
    "来源：某某文库　编辑：小王　点击：520次",
    "阅读次数：88",
    "【字体：大 中 小】",
    "字号：大 中 小",
    "……(快文网http://www.fanwy.cn省略766字,正式会员可完整阅读)……",
    "……（某某网www.example.com省略1024字，正式会员可完整阅读）……",
    "【此处省略300字，VIP会员可查看全文】",
    "（未完，全文共4311字，当前仅显示2271字，请阅读下面提示信息。）",
    "本文共3500字，免费内容800字，剩余2700字需付费阅读",
    "剩余1200字未显示",
    "点击查看全文",
    "点击展开全文>>",
    "登录后查看全文",
    "阅读全文",
    "更多相关文章:在全市数字政府建设推",
    "猜你喜欢",
    "看过数字政府讲话稿的人还看了:",
    "相关阅读：",
    "推荐阅读",
    "相关栏目:学校 电信 会议致辞 会议主持",
    "上一篇:在全县经济工作会议上的讲话",
    "下一篇：没有了",
    "上一页 下一页",
    "分享到：微信 微博 QQ空间",
    "收藏《在全市数字政府建设推进会议上的讲话》)",
    "[打印] [关闭窗口]".replace("] [", "]\n["),
    "举报作品",
    "在线客服",
    "客服热线:400-1600-950",
    "工作日:09:00-18:00",
    "QQ登录 微信登录",
    "加入VIP",
    "升级VIP后可收藏更多内容",
    "您当前未开通企业VIP 加入企业VIP即可获取商用授权书 立即加入企业VIP",
    "下载Word文档",
    "免费下载",
    "版权声明",
    "Copyright © 2020-2025 某某网 版权所有",
    "京ICP备12345678号-1",
    "京公网安备 11010102000001号",
    "本网站所有作品均是用户自行上传分享,仅供网友学习交流。若您的权利被侵害,请联系客服。",
    "转载请注明出处，如有侵权请联系我们删除。",
    "微信扫一扫关注公众号",
    "我已阅读并接受《用户协议》",
    "收藏成功",
    "- 3 -",
    "第 2 页 共 8 页",
]


def _dense(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_between_paragraphs_is_all_that_goes(notice: str) -> None:
    for at in range(1, len(PARAGRAPHS)):
        lines = ["在全市数字政府建设推进会议上的讲话", *PARAGRAPHS]
        lines.insert(at + 1, notice)
        parsed = parse("\n".join(lines))
        (speech,) = parsed.speeches
        gone = "".join(removed(parsed))
        assert _dense(gone) == _dense(notice)
        assert [p for p in PARAGRAPHS if p not in speech.text] == []


@settings(deadline=None)  # the first example loads the character tables
@given(
    notices=st.lists(st.sampled_from(NOTICES), min_size=1, max_size=6),
    blank=st.sampled_from(["\n", "\n\n", "\n　　", "\r\n"]),
    data=st.data(),
)
def test_any_mixture_of_notices_leaves_every_sentence(
    notices: list[str], blank: str, data: st.DataObject
) -> None:
    lines = ["在全市数字政府建设推进会议上的讲话", *PARAGRAPHS]
    for notice in notices:
        at = data.draw(st.integers(1, len(lines)))
        lines.insert(at, notice)
    every = "\n".join(speech.text for speech in parse(blank.join(lines)).speeches)
    assert [p for p in PARAGRAPHS if "。" in p and p not in every] == []


def test_a_speech_about_portals_keeps_its_sentences() -> None:
    text = """在全区数字政府建设工作会议上的讲话
同志们：
要优化政务服务网站，用户登录一次即可办理，表格免费下载，客服在线解答。
开通热线电话，收藏群众的金点子，及时分享好经验。
打击侵权盗版，保护知识产权，对举报线索件件核查。
凡是群众投诉的，必须联系本人核实，不得未经同意公开个人信息。
会员单位要带头，版权登记数量要再翻一番。"""
    speech = parse_one(text)
    for sentence in text.split("\n")[2:]:
        assert sentence in speech.text


def test_related_titles_end_where_the_speech_goes_on_inside_the_last_bullet() -> None:
    parsed = parse(
        "在大会上的讲话\n同志们：\n过去一年，我们做了大量的工作，取得了显著的成绩。\n"
        "  更多相关文章:在大会上\n  • 在全市优化营商环境会议上的讲话\n\n"
        "  • 在全区双拥工作会议上的讲话\n\n  • 发挥了重要作用，为发展提供了保障。\n"
        "    (二)成果转化加快\n    我们共同攻关，一大批成果落地。\n"
    )
    (speech,) = parsed.speeches
    assert "发挥了重要作用，为发展提供了保障。" in passages(speech)
    assert "双拥" not in speech.text
    assert removed(parsed, RemovalReason.RELATED)[-1] == "• "


def test_everything_behind_the_last_words_goes_with_the_first_notice() -> None:
    parsed = parse(
        "在大会上的讲话\n同志们：\n我们要坚定信心，扎实工作，努力取得更大的成绩。\n谢谢大家！\n"
        "点击查看更多\n某某网\n精彩素材\n我再逛逛\n请明天再来\n随便什么字\n"
    )
    (speech,) = parsed.speeches
    assert speech.text.endswith("谢谢大家！")


def test_what_stands_behind_a_late_notice_stays_when_it_is_speech() -> None:
    speech = parse_one(
        "在大会上的讲话\n同志们：\n我们要坚定信心，扎实工作。\n点击查看更多\n猜你喜欢\n"
        "最后，我再强调几句话，请同志们务必记在心上。\n"
    )
    assert speech.text.endswith("最后，我再强调几句话，请同志们务必记在心上。")


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        ("……(未完,全文共3583字,当前只显示1990字,请阅读下面提示信息。", Truncation(1990, 3583)),
        ("本文共3500字，免费内容800字", Truncation(800, 3500)),
        ("……(某网省略766字,正式会员可完整阅读)……", Truncation(None, None)),
        ("剩余1200字未显示", Truncation(None, None)),
        ("点击查看全文", None),
    ],
)
def test_truncation_is_what_the_source_says(notice: str, expected: Truncation | None) -> None:
    speech = parse_one(f"在大会上的讲话\n同志们：\n我们要坚定信心，扎实工作。\n{notice}\n")
    assert speech.truncated == expected


def test_a_notice_behind_the_words_of_a_line_goes_alone() -> None:
    parsed = parse("在大会上的讲话\n同志们：\n我们要坚定信心，扎实工作。点击查看全文\n")
    assert parsed.speeches[0].text.endswith("扎实工作。")
    assert removed(parsed) == ["点击查看全文"]


def test_contents_end_where_their_first_heading_comes_again() -> None:
    speech = parse_one(
        "在大会上的讲话\n目录\n一、提高认识\n二、狠抓落实………3\n一、提高认识\n认识是行动的先导，必须提高。\n二、狠抓落实\n落实是关键，必须抓紧。\n"
    )
    assert [s.label + s.heading for s in speech.contents] == ["一、提高认识", "二、狠抓落实"]
    assert [(s.start, s.end) for s in speech.contents] == [(0, 0), (0, 0)]
    assert speech.text.count("一、提高认识") == 1


WORDS = [
    *["来源:", "qq空间", "分享微信", "下载", "登录后", "vip", "收藏1", "上一篇 ", "首页 ", "a|"],
    *["大 ", "阅读12次", "点击查看", "2024年1月", "更多相关", "客服电话:", "[1] ", "（会员", "……"],
    *["省略1字", "？", "“", "("],
]


@pytest.mark.parametrize("word", WORDS)
def test_no_line_is_slow_to_judge(word: str) -> None:
    """Nested repetitions once took minutes; the time limit of the suite would show it."""
    for other in ["", *WORDS]:
        line = ((word + other) * 80)[:158]
        reason_of(line + "x")
        reason_of(line + "。")
    parse("在大会上的讲话\n同志们：\n" + (word * 20000)[:20000] + "\n谢谢大家！")


@pytest.mark.parametrize(
    "paragraph",
    [
        "我们要大兴调查研究之风，对重点课题要深入分析，形成的报告不能只是仅供参考的摆设，而要真正转化为决策的依据、"
        "工作的抓手、发展的动力，各级领导干部要带头领题调研，推动问题解决。",
        "要尊重他人的劳动和创造，依法保护原创，任何单位和个人未经权利人许可不得转载他人的研究成果，更不得改头换面据为己有，"
        "发现一起、查处一起、通报一起，让侵害者付出应有的代价。",
    ],
)
def test_a_speech_may_use_a_sites_words_in_passing(paragraph: str) -> None:
    speech = parse_one(f"在全市工作会议上的讲话\n\n同志们：\n{paragraph}\n谢谢大家！\n")
    assert paragraph in speech.text


@pytest.mark.parametrize(
    "notice",
    [
        "本文内容仅供参考，不构成任何建议。",
        "本站所有资源均来自网友上传，仅供学习参考，版权归原作者所有，如有内容侵犯了您的合法权益，请您立即联系我们，"
        "我们将在收到通知后的二十四个小时之内予以删除",
    ],
)
def test_what_a_site_says_of_itself_still_goes(notice: str) -> None:
    text = f"在全市工作会议上的讲话\n\n同志们：\n{PARAGRAPHS[1]}\n谢谢大家！\n{notice}\n"
    assert notice not in parse_one(text).text
