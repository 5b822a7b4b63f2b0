import pytest

from speechrag.draft.lookup import fit_window
from speechrag.draft.quotes import check_quotes
from speechrag.draft.reading import draft_from_text
from speechrag.draft.records import Verdict
from speechrag.draft.report import describe_quote, render_quotes


def check(library, text):
    return check_quotes(draft_from_text(text).document, library)


def verdicts(library, text):
    return [finding.verdict for finding in check(library, text)]


@pytest.mark.parametrize(
    ("draft", "verdict"),
    [
        ("许慎言市长强调：“宁可十防九空，不可失防万一。”", Verdict.EXACT),
        ("许慎言市长强调：“宁可十防九空，绝不失防万一。”", Verdict.DIFFERS),
        ("周启明书记强调：“宁可十防九空，不可失防万一。”", Verdict.MISATTRIBUTED),
        ("许慎言市长强调：“把票子撒遍全城，不如把路修到村口。”", Verdict.NOT_FOUND),
        ("要突破“卡脖子”技术。", Verdict.NOT_A_QUOTE),
        ("建设“双一流”高校。", Verdict.NOT_A_QUOTE),
        ("許慎言說：「寧可十防九空，不可失防萬一。」", Verdict.EXACT),
        ("许慎言在全市污染防治攻坚战动员大会上说：“宁可十防九空，不可失防万一。”",
         Verdict.MISATTRIBUTED),
        ("《在全市防汛抗旱工作会议上的讲话》提出：“宁可十防九空，不可失防万一。”", Verdict.EXACT),
        ("有人说：“宁可十防九空，不可失防万一。”", Verdict.EXACT),
        ("“宁可十防九空，不可失防万一”（许慎言）。", Verdict.EXACT),
        ("“宁可十防九空，不可失防万一”（周启明）。", Verdict.MISATTRIBUTED),
        ("许慎言市长强调：防汛无小事，一个没有人接的电话，可能就是一座村子。", Verdict.EXACT),
        ("邵老师说：“我不怕输给别人，怕的是输给一道门。”", Verdict.EXACT),
        ("陆文清同志说：“我不怕输给别人，怕的是输给一道门。”", Verdict.MISATTRIBUTED),
        ("他说：“宁可十防九空……不可听哭声。”", Verdict.EXACT),
        ("他说：“宁可十防九空……不可听笑声。”", Verdict.DIFFERS),
        ("他说：“……宁可听骂声，不可听哭声。”", Verdict.EXACT),
        ("他说：“宁可十防九空……专利证书挂在墙上是荣誉。”", Verdict.DIFFERS),
        ("《在全市招商引资暨项目建设大会上的讲话》指出：“宁可十防九空，不可失防万一。”",
         Verdict.MISATTRIBUTED),
        ("他说：『專利證書掛在牆上是榮譽，變成產品擺上櫃檯才是效益。』", Verdict.EXACT),
        ("要求是，“３４座水库６月５日以前必须完成除险”。", Verdict.EXACT),
        ("他说：“34座水库7月5日以前必须完成除险”。", Verdict.DIFFERS),
        ("他说：“病长在干部身上，疼却落在群众身上。柏树坳村八十一岁的廖阿婆”，很痛心。",
         Verdict.EXACT),
        ("他说：“宁可十防九空，\n不可失防万一。”", Verdict.EXACT),
        ("他说：“宁可十防九空，不可失防万一", Verdict.EXACT),
    ],
)  # fmt: skip
def test_the_verdict_on_a_quotation(library, draft, verdict):
    found = [f for f in check(library, draft) if f.kind != "title"]
    assert [f.verdict for f in found] == [verdict]


@pytest.mark.parametrize(
    ("title", "verdict"),
    [
        ("在全市防汛抗旱工作会议上的讲话", Verdict.EXACT),
        ("在全市招商引资和项目建设大会上的讲话", Verdict.DIFFERS),
        ("垄上集", Verdict.NOT_FOUND),
    ],
)
def test_titles_are_looked_up(library, title, verdict):
    assert verdicts(library, f"请学习《{title}》。") == [verdict]


def test_differing_words_are_shown_with_their_places(library):
    (finding,) = check(library, "许慎言市长强调：“宁可十防九空，绝不失防万一。”")
    (difference,) = finding.differences
    assert (difference.kind, difference.draft, difference.source) == ("words", "绝不", "不可")
    assert finding.text[slice(*difference.draft_span)] == "绝不"
    assert finding.source_text[slice(*difference.source_span)] == "不可"
    assert finding.source.speech.speaker == "云岭市人民政府市长 许慎言"


def test_punctuation_and_script_are_told_from_words(library):
    (finding,) = check(library, "許慎言說：「寧可十防九空、不可失防萬一。」")
    kinds = {d.kind for d in finding.differences}
    assert finding.verdict is Verdict.EXACT
    assert kinds == {"script", "punctuation"}


def test_a_quotation_within_a_quotation_has_other_marks(library):
    (finding,) = check(library, "“全面推行‘双随机、一公开’，检查谁、谁去查都由电脑摇号”。")
    assert (finding.verdict, finding.differences) == (Verdict.EXACT, ())


def test_the_parts_around_an_ellipsis_are_shown_in_the_whole(library):
    (finding,) = check(library, "他说：“宁可十防九空……不可听笑声。”")
    assert finding.text == "宁可十防九空……不可听笑声。"
    assert finding.source_text == "宁可十防九空……不可听哭声"
    (difference,) = finding.differences
    assert finding.text[slice(*difference.draft_span)] == "笑"
    assert finding.source_text[slice(*difference.source_span)] == "哭"
    first, second = finding.source.matched
    speech = finding.source.speech.text
    assert (speech[slice(*first)], speech[slice(*second)]) == ("宁可十防九空", "不可听哭声")


def test_words_of_two_speeches_do_not_make_one_quotation(library):
    (finding,) = check(library, "他说：“宁可十防九空……专利证书挂在墙上是荣誉。”")
    assert finding.is_stitched
    assert "省略号前后的话不在同一篇讲话里。" in describe_quote(finding)


def test_the_source_is_the_place_in_the_speech(library):
    (finding,) = check(library, "他说：“宁可十防九空，不可失防万一。”")
    (a, b) = finding.source.matched[0]
    assert finding.source.speech.text[a:b] == "宁可十防九空，不可失防万一"


def test_a_quotation_over_the_end_of_a_passage_is_found(library):
    speech = next(s for s in library.generation.store.iter_speeches() if "防汛抗旱" in s.title)
    first, second = next(
        (a, b)
        for a, b in zip(speech.passages, speech.passages[1:], strict=False)
        if speech.text[a.end : b.start].strip() == "" and b.end - b.start > 30
    )
    words = speech.text[first.end - 14 : second.start + 14].replace("\n", "")
    (finding,) = [f for f in check(library, f"他说：「{words}」") if f.kind == "quote"]
    assert finding.verdict is Verdict.EXACT


def test_offsets_index_the_draft(library):
    draft = "开头。\n许慎言市长强调：“宁可十防九空，不可失防万一。”结尾。"
    (finding,) = check(library, draft)
    assert draft[finding.start : finding.end] == finding.text == "宁可十防九空，不可失防万一。"


def test_json_has_the_fields_of_the_contract(library):
    document = render_quotes(check(library, "周启明书记强调：“宁可十防九空，绝不失防万一。”"))
    (quote,) = document["quotes"]
    assert quote["verdict"] == "有出入"
    assert quote["differences"][0]["draft"] == "绝不"
    assert quote["differences"][0]["source"] == "不可"
    assert quote["source"]["speech"]["title"] == "在全市防汛抗旱工作会议上的讲话"
    assert document["summary"]["verdicts"]["有出入"] == 1


def test_a_verdict_says_what_is_amiss(library):
    (finding,) = check(library, "周启明书记强调：“宁可十防九空，不可失防万一。”")
    told = describe_quote(finding)
    assert "张冠李戴" in told
    assert "稿中说出自：周启明书记" in told
    assert "在全市防汛抗旱工作会议上的讲话" in told


@pytest.mark.parametrize(
    ("key", "text", "window", "similarity"),
    [
        ("乙丙丁", "甲乙丙丁戊", (1, 4), 1.0),
        ("乙丙丁戊己", "甲乙丙新丁戊己庚", (1, 7), 5 / 6),
        ("天丙丁戊", "甲乙丙丁戊己", (1, 5), 3 / 4),
    ],
)
def test_the_window_is_fitted_to_the_words(key, text, window, similarity):
    found, value = fit_window(key, text, window)
    assert found == window
    assert value == pytest.approx(similarity)
