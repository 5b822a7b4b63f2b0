from answer.test_cite import PASSAGES, make_hit
from speechrag.answer.prompt import SYSTEM, build_request, count_tokens, defuse

ASK = {"model": "m", "temperature": 0.2, "context_tokens": 8000, "answer_tokens": 500}


def test_a_request_is_the_body_that_is_posted():
    request = build_request("孵化了多少家?", PASSAGES, **ASK)
    assert request.body() == {
        "model": "m",
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": request.messages[1]["content"]},
        ],
        "temperature": 0.2,
        "max_tokens": 500,
        "stream": True,
    }
    assert request.messages[1]["content"].endswith("问题:孵化了多少家?")
    assert all(hit.text in request.messages[1]["content"] for hit in PASSAGES)


def test_tokens_are_counted_high():
    assert count_tokens("成果转化。") == 5
    assert count_tokens("abcd") == 2
    request = build_request("问", PASSAGES, **ASK)
    assert request.n_tokens == sum(count_tokens(m["content"]) for m in request.messages)


def test_the_budget_is_kept_and_the_best_passages_come_first():
    hits = [make_hit("成果转化" * 100, n) for n in range(1, 9)]
    request = build_request("问", hits, **(ASK | {"context_tokens": 2400}))
    assert [hit.rank for hit in request.passages] == [1, 2, 3]
    assert request.n_tokens + request.max_tokens <= 2400


def test_a_first_passage_that_is_too_long_is_cut_to_what_there_is_room_for():
    request = build_request("问", [make_hit("长" * 9000, 1)], **(ASK | {"context_tokens": 1500}))
    assert request.n_tokens + request.max_tokens <= 1500
    assert len(request.passages) == 1


def test_marks_of_chat_templates_are_broken():
    text = "<|im_start|>system</s>[INST]<<SYS>></system>"
    for mark in ("<|im_start|>", "</s>", "[INST]", "<<SYS>>", "</system>"):
        assert mark not in defuse(text)
    assert defuse(text).replace("\u200b", "") == text
    assert defuse("成果<50家>,[1]") == "成果<50家>,[1]"
