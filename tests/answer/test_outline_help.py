import threading
from itertools import groupby

import pytest

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.outline import read_outline
from speechrag.answer.outline_draft import (
    DraftNote,
    draft_paragraph,
    draft_request,
    stream_draft,
)
from speechrag.answer.outline_help import Standing, gather_material, role_of_heading
from speechrag.answer.records import Note
from speechrag.errors import QuestionError
from speechrag.types import Filters, Role

OUTLINE = (
    "一、充分认识成果转化的重要意义\n(二)当前存在的问题和不足\n"
    "3. 着力打通成果转化通道\n\n四、加强组织领导\n"
)


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("充分认识成果转化的重要意义", Role.SIGNIFICANCE),
        ("当前存在的问题和不足", Role.PROBLEM),
        ("着力打通成果转化通道", Role.MEASURE),
        ("加强组织领导", Role.SAFEGUARD),
        ("过去一年取得的成绩", Role.ACHIEVEMENT),
        ("浅谈", None),
    ],
)
def test_a_heading_calls_for_a_role(heading, role):
    assert role_of_heading(heading) is role


TOPIC = "科技成果转化"


def test_each_heading_gets_passages_of_its_role_and_no_passage_serves_twice(engine):
    materials = gather_material(engine, TOPIC, read_outline(OUTLINE))
    assert [m.role for m in materials] == [
        Role.SIGNIFICANCE, Role.PROBLEM, Role.MEASURE, Role.SAFEGUARD,
    ]  # fmt: skip
    used = [hit.passage.id for m in materials for hit in m.passages]
    assert len(used) == len(set(used))
    for material in materials[1:]:  # no passage on the topic is told 意义 here
        assert material.passages[0].passage.role is material.role


def test_passages_of_a_heading_stand_in_groups_by_role(engine):
    for material in gather_material(engine, TOPIC, read_outline(OUTLINE)):
        roles = [hit.passage.role for hit in material.passages]
        groups = [role for role, _ in groupby(roles)]
        assert len(groups) == len(set(groups))


def test_a_passage_goes_to_the_heading_it_suits_better_whatever_their_order(engine):
    lines = ["抓好有关工作", "让科研人员愿意转"]
    there = gather_material(engine, TOPIC, read_outline("\n".join(lines)))
    back = gather_material(engine, TOPIC, read_outline("\n".join(lines[::-1])))
    (best,) = {m.passages[0].passage.id for m in (there[1], back[0])}
    assert "从今年起，驻市高校凡转化收益" in there[1].passages[0].text
    assert best not in {hit.passage.id for m in (there[0], back[1]) for hit in m.passages}


def test_a_heading_that_no_passage_speaks_to_gets_none(engine):
    outline = read_outline("一、加强组织领导\n二、量子通信卫星发射\n三、加强海上搜救")
    materials = gather_material(engine, TOPIC, outline)
    assert [m.standing for m in materials] == [
        Standing.SPOKEN, Standing.SILENT, Standing.SILENT,
    ]  # fmt: skip
    assert [bool(m.passages) for m in materials] == [True, False, False]


def test_the_same_heading_is_searched_once_and_told_where_it_stands(engine):
    outline = read_outline("一、加强组织领导\n二、存在问题\n三、加强组织领导。")
    materials = gather_material(engine, TOPIC, outline)
    assert [(m.standing, m.same_as, bool(m.passages)) for m in materials[::2]] == [
        (Standing.SPOKEN, None, True), (Standing.REPEATED, 0, False),
    ]  # fmt: skip


def test_the_same_words_under_other_headings_are_another_heading(engine):
    outline = read_outline("一、招商引资\n（一）存在问题\n二、防汛抗旱\n（一）存在问题")
    materials = gather_material(engine, "工作", outline)
    assert [m.same_as for m in materials] == [None] * 4
    first, second = materials[1].passages[0], materials[3].passages[0]
    assert "招商引资" in first.speech.title
    assert first.passage.id != second.passage.id


def test_sixty_headings_are_gathered_with_progress(engine):
    outline = read_outline("\n".join(f"{n}. 做好第{n}件事" for n in range(1, 61)))
    steps = []
    materials = gather_material(
        engine, TOPIC, outline, progress=lambda done, total: steps.append((done, total))
    )
    assert steps == [(n, 60) for n in range(60)]
    assert [m.heading.label for m in materials] == [f"{n}." for n in range(1, 61)]
    used = [hit.passage.id for m in materials for hit in m.passages]
    assert len(used) == len(set(used))


def test_filters_hold_for_every_passage(engine):
    materials = gather_material(
        engine, TOPIC, read_outline(OUTLINE), filters=Filters(date_from="2024", date_to="2025")
    )
    dates = {hit.speech.date[:4] for m in materials for hit in m.passages}
    assert dates <= {"2024", "2025"}
    assert dates


@pytest.mark.parametrize("topic", ["", "  ", "——", "题" * 201])
def test_a_topic_that_is_none_is_refused_with_the_remedy(engine, topic):
    with pytest.raises(QuestionError) as refused:
        gather_material(engine, topic, read_outline(OUTLINE))
    assert refused.value.hint


def test_a_heading_of_question_words_alone_is_no_error(engine):
    (material,) = gather_material(engine, TOPIC, read_outline("怎么办"))
    assert material.heading.text == "怎么办"


def material_of(engine, topic, line):
    (material,) = gather_material(engine, topic, read_outline(line))
    return material


def test_a_draft_without_an_endpoint_is_a_note(engine):
    material = material_of(engine, TOPIC, "加强组织领导")
    nobody = Endpoint("http://127.0.0.1:9/v1", "m", n_retries=0, timeout_s=5)
    draft = draft_paragraph(engine, draft_request(TOPIC, material, nobody), nobody)
    assert (draft.sentences, draft.note) == ((), DraftNote.DOWN)


def test_nothing_is_drafted_for_a_heading_without_passages(engine):
    material = material_of(engine, TOPIC, "量子通信卫星发射")
    nobody = Endpoint("http://127.0.0.1:9/v1", "m")
    assert draft_request(TOPIC, material, nobody) is None
    assert draft_paragraph(engine, None, nobody).note is DraftNote.NO_PASSAGES


@pytest.mark.parametrize("note", [note for note in Note if note is not Note.SIGNED])
def test_whatever_an_endpoint_does_has_words_of_its_own_here(note):
    assert "摘录式回答" not in DraftNote[note.name]


GOOD_TOPIC = "产业技术研究院 孵化企业"


def test_a_draft_passes_the_gate(engine, server):
    material = material_of(engine, GOOD_TOPIC, "取得的成绩")
    endpoint = Endpoint(server.url, str(server.models["good"]), n_retries=0)
    draft = draft_paragraph(engine, draft_request(GOOD_TOPIC, material, endpoint), endpoint)
    assert [s.text for s in draft.sentences] == [
        "研究院到今年三月已经孵化企业58家。", "其中有90家上了市。",
    ]  # fmt: skip
    assert [s.problem for s in draft.sentences] == [None, "数字在所引段落中没有:90"]


def test_a_model_that_finds_nothing_to_say_is_a_note(engine, server):
    material = material_of(engine, GOOD_TOPIC, "取得的成绩")
    endpoint = Endpoint(server.url, str(server.models["refusing"]), n_retries=0)
    draft = draft_paragraph(engine, draft_request(GOOD_TOPIC, material, endpoint), endpoint)
    assert (draft.sentences, draft.note) == ((), DraftNote.MODEL_REFUSED)


def test_a_stopped_draft_keeps_what_was_written(engine, server):
    material = material_of(engine, GOOD_TOPIC, "取得的成绩")
    endpoint = Endpoint(server.url, str(server.models["endless"]), n_retries=0)
    stop, parts = threading.Event(), []
    for part in stream_draft(engine, draft_request(GOOD_TOPIC, material, endpoint), endpoint, stop):
        parts.append(part)
        if len(parts) == 3:
            stop.set()
    *words, draft = parts
    assert draft.note is DraftNote.STOPPED
    assert "".join(s.text for s in draft.sentences) == "".join(words)
