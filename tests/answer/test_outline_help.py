import pytest

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.outline_help import (
    draft_paragraph,
    draft_request,
    gather_material,
    read_outline,
    role_of_heading,
)
from speechrag.answer.records import Note
from speechrag.errors import QuestionError
from speechrag.types import Role

OUTLINE = (
    "一、充分认识成果转化的重要意义\n(二)当前存在的问题和不足\n"
    "3. 着力打通成果转化通道\n\n四、加强组织领导\n"
)


def test_an_outline_is_its_headings_without_labels():
    assert read_outline(OUTLINE) == [
        "充分认识成果转化的重要意义",
        "当前存在的问题和不足",
        "着力打通成果转化通道",
        "加强组织领导",
    ]


def test_an_empty_outline_is_refused_with_the_remedy():
    with pytest.raises(QuestionError, match="提纲是空的"):
        read_outline(" \n一、\n")


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


def test_each_heading_gets_passages_of_its_role_and_no_passage_serves_twice(engine):
    materials = gather_material(engine, "科技成果转化", read_outline(OUTLINE))
    assert [m.role for m in materials] == [
        Role.SIGNIFICANCE, Role.PROBLEM, Role.MEASURE, Role.SAFEGUARD,
    ]  # fmt: skip
    used = [hit.passage.id for m in materials for hit in m.passages]
    assert len(used) == len(set(used)) == 16
    for material in materials[1:]:  # no passage on the topic is told 意义 here
        assert material.passages[0].passage.role is material.role


def test_a_draft_without_an_endpoint_is_a_note(engine):
    (material,) = gather_material(engine, "科技成果转化", ["加强组织领导"])
    nobody = Endpoint("http://127.0.0.1:9/v1", "m", n_retries=0, timeout_s=5)
    draft = draft_paragraph(engine, draft_request("科技成果转化", material, nobody), nobody)
    assert (draft.sentences, draft.note) == ((), Note.DOWN.value)


def test_a_draft_passes_the_gate(engine, server):
    (material,) = gather_material(engine, "产业技术研究院 孵化企业", ["取得的成绩"])
    endpoint = Endpoint(server.url, str(server.models["good"]), n_retries=0)
    draft = draft_paragraph(engine, draft_request("产业技术研究院", material, endpoint), endpoint)
    assert [s.text for s in draft.sentences] == [
        "研究院到今年三月已经孵化企业58家。", "其中有90家上了市。",
    ]  # fmt: skip
    assert not draft.sentences[1].checked
