"""Against `transformers serve`, a server that this project did not write: streams and failures."""

import logging
import threading
import time
from dataclasses import replace

import pytest

from answer.conftest import SCRIPTS, free_port, start_server, stop_server
from speechrag.answer.endpoint import Endpoint, EndpointFailure
from speechrag.answer.extract import compose_answer
from speechrag.answer.generate import prepare_request, stream_answer
from speechrag.answer.prompt import build_request
from speechrag.answer.records import Mode, Note, Problem
from speechrag.config import Settings
from speechrag.errors import SettingsError

QUESTION = "云岭产业技术研究院孵化了多少家企业？"


@pytest.fixture
def endpoint(server):
    def make(model, **changes):
        return replace(
            Endpoint(server.url, str(server.models.get(model, model)), n_retries=0), **changes
        )

    return make


def ask(engine, endpoint, stop=None):
    fallback, request = prepare_request(engine, QUESTION, endpoint)
    *words, answer = stream_answer(engine, fallback, request, endpoint, stop)
    return words, answer, fallback


def failure_of(endpoint, stop=None):
    request = build_request(
        "问", [], model=endpoint.model, temperature=0.2, context_tokens=4000,
        answer_tokens=endpoint.answer_tokens,
    )  # fmt: skip
    with pytest.raises(EndpointFailure) as caught:
        list(endpoint.stream(request, stop))
    return caught.value


def test_the_models_words_arrive_piece_by_piece_and_each_sentence_is_checked(engine, endpoint):
    words, answer, _ = ask(engine, endpoint("good"))
    assert "".join(words) == SCRIPTS["good"]
    assert len(words) > 5
    assert answer.mode is Mode.MODEL
    first, second = answer.sentences
    assert (first.text, first.citations, first.problem) == (
        "研究院到今年三月已经孵化企业58家。", (1,), None,
    )  # fmt: skip
    assert first.checked
    assert not second.checked
    assert second.problem == f"{Problem.NUMBER}:90"
    assert "58家" in answer.passages[0].text


def test_an_answer_without_citations_is_replaced_by_the_extract_with_a_note(engine, endpoint):
    words, answer, fallback = ask(engine, endpoint("uncited"))
    assert "".join(words) == SCRIPTS["uncited"]
    assert answer == replace(fallback, note=Note.GARBAGE.value)


def test_a_model_that_says_the_passages_do_not_answer_refuses(engine, endpoint):
    _, answer, _ = ask(engine, endpoint("refusing"))
    assert answer.refused
    assert answer.note == Note.MODEL_REFUSED.value
    assert answer.sentences == ()


def test_an_answer_that_reaches_the_length_limit_is_over_its_limit(engine, endpoint):
    words, answer, fallback = ask(engine, endpoint("endless", answer_tokens=50))
    assert "".join(words).startswith("一二三四五六七八九十一二")
    assert answer == replace(fallback, note=Note.OVER_LIMIT.value)


def test_stop_ends_the_stream_and_keeps_the_extract(engine, endpoint):
    stop = threading.Event()
    slow = endpoint("endless", answer_tokens=5000)
    fallback, request = prepare_request(engine, QUESTION, slow)
    stream = stream_answer(engine, fallback, request, slow, stop)
    first = next(stream)
    stop.set()
    rest = list(stream)
    assert isinstance(first, str)
    assert rest[-1] == replace(fallback, note=Note.STOPPED.value)
    assert len(rest) < 10


def test_a_server_that_goes_on_for_ever_is_given_up(endpoint):
    started = time.monotonic()
    failure = failure_of(endpoint("endless", answer_tokens=20_000, timeout_s=2))
    assert failure.note is Note.SLOW
    assert time.monotonic() - started < 30


def test_a_model_the_server_does_not_have_is_a_failure_with_a_note(engine, endpoint):
    _, answer, fallback = ask(engine, endpoint("/nowhere/at-all"))
    assert answer == replace(fallback, note=Note.DOWN.value)


def test_nobody_at_the_address_leads_to_the_extract(engine, endpoint):
    closed = endpoint("good", base_url=f"http://127.0.0.1:{free_port()}/v1")
    _, answer, fallback = ask(engine, closed)
    assert answer == replace(fallback, note=Note.DOWN.value)
    assert answer.sentences


@pytest.mark.slow
def test_a_server_that_dies_in_mid_stream_is_cut_off(engine, endpoint, server, tmp_path):
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        url, process = start_server(log)
        try:
            dying = endpoint("endless", base_url=url, answer_tokens=20_000)
            fallback, request = prepare_request(engine, QUESTION, dying)
            stream = stream_answer(engine, fallback, request, dying)
            assert isinstance(next(stream), str)
            process.kill()
            *_, answer = stream
        finally:
            stop_server(process)
    assert answer == replace(fallback, note=Note.CUT_OFF.value)


def test_the_extract_is_the_same_with_and_without_an_endpoint(engine, endpoint):
    fallback, _ = prepare_request(engine, QUESTION, endpoint("good"))
    assert fallback == compose_answer(engine, QUESTION)


def test_without_an_endpoint_the_extract_says_so(engine):
    fallback = compose_answer(engine, QUESTION)
    assert list(stream_answer(engine, fallback, None, None)) == [
        replace(fallback, note=Note.NO_ENDPOINT.value)
    ]


def test_the_key_is_in_no_repr_no_log_and_no_message(caplog, server):
    caplog.set_level(logging.DEBUG)
    settings = Settings(llm_base_url=server.url, llm_model="/nowhere/sk-secret", llm_retries=0)
    endpoint = Endpoint.from_settings(settings, {"SPEECHRAG_API_KEY": "sk-secret"})
    assert endpoint.key == "sk-secret"
    failure = failure_of(endpoint)
    shown = f"{endpoint!r} {failure} {failure.detail} {failure.__cause__}"
    assert "sk-secret" not in shown.replace("/nowhere/sk-secret", "")
    headers = [record.getMessage() for record in caplog.records]
    assert not [line for line in headers if "Bearer" in line]


def test_an_address_without_a_model_is_refused_with_the_remedy():
    with pytest.raises(SettingsError, match="llm_model"):
        Endpoint.from_settings(Settings(llm_base_url="http://127.0.0.1:1/v1"), {})


def test_no_address_is_no_endpoint():
    assert Endpoint.from_settings(Settings(), {}) is None
