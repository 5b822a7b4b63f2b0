"""Passages are whole sentences of a handy size, and never lie across a heading."""

from __future__ import annotations

from accounts import parse_one, passages
from hypothesis import given, settings
from hypothesis import strategies as st

from speechrag.corpus.sentences import sentence_ends

SENTENCE = "我们要坚持把成果转化放在更加突出的位置，不断完善体制机制，努力取得实效。"


def _numbered(n: int) -> str:
    return "".join(f"第{i}句话要讲清楚，{SENTENCE}" for i in range(10, 10 + n))


def test_sentences_end_behind_closing_marks_and_not_inside_quotations() -> None:
    text = "他说：“好。就这样。”大家都同意！《问题？答案》写得好……（见附件。）对吗？"
    ends = sentence_ends(text)
    assert [text[a:b] for a, b in zip([0, *ends], ends, strict=False)] == [
        "他说：“好。就这样。”",
        "大家都同意！",
        "《问题？答案》写得好……",
        "（见附件。）",
        "对吗？",
    ]


def test_the_salutation_goes_with_the_paragraph_behind_it() -> None:
    speech = parse_one(
        f"在大会上的讲话\n尊敬的各位领导，同志们：\n{SENTENCE * 3}\n{SENTENCE * 3}\n"
    )
    assert passages(speech)[0] == f"尊敬的各位领导，同志们：\n{SENTENCE * 3}"


def test_a_long_paragraph_is_cut_into_even_groups_of_sentences() -> None:
    text = _numbered(21)
    assert len(text) > 800
    speech = parse_one(f"在大会上的讲话\n{text}\n")
    found = passages(speech)
    assert "".join(found) == text
    assert all(p.endswith("。") and p.startswith("第") for p in found)
    assert max(map(len, found)) <= 400
    assert max(map(len, found)) - min(map(len, found)) <= 2 * len("第10句话要讲清楚，" + SENTENCE)


def test_a_long_paragraph_of_items_is_cut_at_the_items() -> None:
    items = [f"{n}是{_numbered(3)}" for n in "一二三四"]
    speech = parse_one(f"在大会上的讲话\n问题主要有：{''.join(items)}\n")
    assert passages(speech) == ["问题主要有：" + items[0], *items[1:]]


def test_a_sentence_over_the_bound_stays_whole() -> None:
    text = "，".join(["我们要把各项工作做得更细更实"] * 40) + "。"
    assert len(text) > 400
    speech = parse_one(f"在大会上的讲话\n{SENTENCE}{text}{SENTENCE}\n")
    assert sum(text in p for p in passages(speech)) == 1


def test_quotations_and_titles_are_never_cut() -> None:
    quote = "“" + SENTENCE * 6 + "”"
    text = f"{SENTENCE * 6}总书记指出：{quote}{SENTENCE * 4}"
    speech = parse_one(f"在大会上的讲话\n{text}\n")
    assert sum(quote in p for p in passages(speech)) == 1
    assert len(passages(speech)) >= 2


def test_short_paragraphs_join_a_neighbour_under_the_same_heading_only() -> None:
    short = "要抓紧抓实。"
    speech = parse_one(
        f"在大会上的讲话\n一、认识\n{SENTENCE * 3}\n{short}\n二、落实\n{short}\n"
        f"三、保障\n{SENTENCE * 3}\n"
    )
    assert passages(speech) == [f"{SENTENCE * 3}\n{short}", short, SENTENCE * 3]


def test_the_closing_thanks_go_with_the_last_paragraph() -> None:
    speech = parse_one(f"在大会上的讲话\n同志们：\n{SENTENCE * 3}\n{SENTENCE * 3}\n谢谢大家！\n")
    assert passages(speech)[-1] == f"{SENTENCE * 3}\n谢谢大家！"


@settings(deadline=None)
@given(st.lists(st.integers(1, 14), min_size=1, max_size=12), st.booleans())
def test_passages_hold_every_sentence_whole(paragraphs: list[int], with_headings: bool) -> None:
    texts = [_numbered(n) for n in paragraphs]
    lines = []
    for at, text in enumerate(texts):
        if with_headings and at % 3 == 0:
            lines.append(f"（{'一二三四'[at // 3]}）抓好第{at}项工作")
        lines.append(text)
    speech = parse_one("在大会上的讲话\n" + "\n".join(lines))
    found = passages(speech)
    assert "".join(found).replace("\n", "") == "".join(texts)
    assert all(len(p) <= 480 for p in found)
    assert all(p.endswith("。") for p in found)


def test_sentences_beside_one_over_the_bound_are_grouped_all_the_same() -> None:
    before, after = "我们要再接再厉。" * 60, "要坚持不懈抓下去。" * 60
    long = "把" + "各项" * 250 + "工作做好。"
    speech = parse_one(f"{before}{long}{after}\n")
    lengths = [len(text) for text in passages(speech)]
    assert lengths == [240, 240, 506, 270, 270]
    assert "".join(passages(speech)) == before + long + after
