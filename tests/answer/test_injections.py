"""Orders inside speeches: what is sent, what is done and what passes stay as they were."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from answer.test_cite import PASSAGES, Letters, make_hit
from speechrag.answer.cite import check_answer
from speechrag.answer.prompt import SYSTEM, build_request
from speechrag.answer.records import Answer, Layout, Mode, Sentence
from speechrag.ui.answer_cards import render_turn
from speechrag.ui.strings import Strings

FILE = Path(__file__).with_name("injections.yaml")
INJECTIONS = yaml.safe_load(FILE.read_text(encoding="utf-8"))
ASK = {"model": "m", "temperature": 0.2, "context_tokens": 8000, "answer_tokens": 500}


def poisoned(injection):
    return (make_hit(injection["passage"], 1), PASSAGES[1])


def test_there_are_at_least_twenty():
    assert len(INJECTIONS) >= 20


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i["passage"][:12])
def test_an_order_changes_nothing_of_the_request_but_its_own_block(injection):
    request = build_request("孵化了多少家?", poisoned(injection), **ASK)
    system, user = request.messages
    assert system == {"role": "system", "content": SYSTEM}
    assert user["role"] == "user"
    assert set(request.body()) == {"model", "messages", "temperature", "max_tokens", "stream"}
    seal = user["content"].split("以含 ")[1][:12]
    assert seal not in injection["passage"]
    assert user["content"].count(seal) == 5  # once in the preface, at both ends of two passages
    inside = user["content"].split(f"【{seal} 段落1 起")[1].split(f"【{seal} 段落1 止】")[0]
    assert inside.replace("\u200b", "").endswith(injection["passage"].replace("\u200b", "") + "\n")


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i["passage"][:12])
def test_what_an_obedient_model_would_write_does_not_pass_the_gate(injection):
    sentences = check_answer(injection["obeyed"], (PASSAGES[0], PASSAGES[1]), Letters())
    assert not any(s.checked and s.text not in PASSAGES[0].text for s in sentences), sentences


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i["passage"][:12])
def test_on_the_page_an_order_and_what_obeys_it_are_text(injection):
    hits = poisoned(injection)
    sentences = (
        *check_answer(injection["obeyed"], hits, Letters()),
        Sentence(injection["passage"], (1,), True),
    )
    answer = Answer("问", False, Mode.MODEL, sentences, hits, 1.0, Layout.PROSE)
    found = Tags()
    found.feed(render_turn(answer, Strings("zh")))
    assert found.names.isdisjoint({"script", "img", "iframe", "form", "input", "object"})
    assert all(link.startswith("#sr-source-") for link in found.links)
    assert not any(name.startswith("on") for name in found.attributes)


class Tags(HTMLParser):
    """The tags, links and attributes of a page, as a browser reads them."""

    def __init__(self):
        super().__init__()
        self.names, self.links, self.attributes = set(), [], set()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in {"href", "src"}]


def test_an_order_in_the_library_leaves_other_answers_as_they_are(tmp_path, settings, engine):
    """The library with a speech made of nothing but orders answers as it does without it."""
    from dataclasses import replace

    from speechrag.answer.extract import compose_answer
    from speechrag.search.engine import Engine
    from speechrag.search.library import build_library

    folder = tmp_path / "orders"
    folder.mkdir()
    lines = "\n\n".join(injection["passage"] for injection in INJECTIONS)
    (folder / "命令.txt").write_text(f"讲话\n\n{lines}\n", encoding="utf-8")
    both = replace(settings, index=tmp_path / "index")
    build_library([settings.seeds, folder], both)
    question = "云岭产业技术研究院孵化了多少家企业？"
    plain, mixed = compose_answer(engine, question), compose_answer(Engine.open(both), question)
    assert [s.text for s in mixed.sentences] == [s.text for s in plain.sentences]
    assert sorted(p.name for p in folder.iterdir()) == ["命令.txt"]
