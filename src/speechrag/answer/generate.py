"""An answer by a language model from the passages it is given; the extractive one if it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from speechrag.answer.cite import check_answer
from speechrag.answer.endpoint import Endpoint, EndpointFailure
from speechrag.answer.extract import compose_answer
from speechrag.answer.passages import find_candidates, rank_passages
from speechrag.answer.prompt import NO_ANSWER, Request, build_request
from speechrag.answer.records import Answer, Layout, Mode, Note
from speechrag.types import Hit

if TYPE_CHECKING:
    from speechrag.search.engine import Engine
    from speechrag.types import Filters


def prepare_request(
    engine: Engine,
    question: str,
    endpoint: Endpoint,
    *,
    filters: Filters | None = None,
    asked: str | None = None,
) -> tuple[Answer, Request | None]:
    """The extractive answer, and what would be sent; nothing leaves the machine.

    The request is None when there is nothing to ask a model: the library holds no answer, or knows
    it from how a speech is signed, which stands in no passage.
    """
    fallback = compose_answer(engine, question, filters=filters, asked=asked)
    if fallback.refused or fallback.note == Note.SIGNED:
        return fallback, None
    return fallback, request_for(engine, fallback, endpoint)


def request_for(engine: Engine, answer: Answer, endpoint: Endpoint) -> Request:
    """What would be sent: the passages that the extractive answer cites, then the other hits."""
    found = find_candidates(engine, answer.asked, answer.filters)
    ranked = rank_passages(engine, engine.analyse(answer.asked), found.hits)
    known = {hit.passage.id for hit in answer.passages}
    others = [standing.hit for standing in ranked if standing.hit.passage.id not in known]
    return build_request(
        answer.asked,
        (*answer.passages, *others),
        model=endpoint.model,
        temperature=endpoint.temperature,
        context_tokens=endpoint.context_tokens,
        answer_tokens=endpoint.answer_tokens,
    )


def stream_answer(
    engine: Engine,
    fallback: Answer,
    request: Request | None,
    endpoint: Endpoint | None,
    stop: threading.Event | None = None,
) -> Iterator[str | Answer]:
    """The model's words as they come, unchecked; at last the `Answer`.

    Whatever the endpoint does, the last thing is an answer: the model's own, each sentence checked,
    or the extractive one with a note that says what went wrong.
    """
    if endpoint is None or request is None:
        yield fallback if request is None and endpoint else replace(fallback, note=Note.NO_ENDPOINT)
        return
    words: list[str] = []
    try:
        for part in endpoint.stream(request, stop):
            words.append(part)
            yield part
    except EndpointFailure as failure:
        yield replace(fallback, note=failure.note.value)
        return
    stopped = stop is not None and stop.is_set()
    yield read_answer("".join(words), fallback, request, engine, stopped=stopped)


def read_answer(
    text: str, fallback: Answer, request: Request, engine: Engine, *, stopped: bool = False
) -> Answer:
    """What a model wrote, through the gate."""
    if is_refusal(text):
        return replace(
            fallback, refused=True, mode=Mode.MODEL, sentences=(), passages=(),
            note=Note.MODEL_REFUSED.value, suggestions=request.passages[:3],
        )  # fmt: skip
    sentences = check_answer(text, request.passages, engine.encoder)
    if not any(sentence.citations for sentence in sentences):
        note = Note.STOPPED if stopped else Note.GARBAGE
        return replace(fallback, note=note.value)
    cited = sorted({n for sentence in sentences for n in sentence.citations})
    numbers = {old: new for new, old in enumerate(cited, 1)}
    return replace(
        fallback,
        mode=Mode.MODEL,
        layout=Layout.PROSE,
        sentences=tuple(
            replace(s, citations=tuple(numbers[n] for n in s.citations)) for s in sentences
        ),
        passages=_rank(request.passages, cited),
        note=Note.STOPPED.value if stopped else None,
    )


def _rank(passages: Sequence[Hit], cited: Sequence[int]) -> tuple[Hit, ...]:
    return tuple(replace(passages[old - 1], rank=new) for new, old in enumerate(cited, 1))


def is_refusal(text: str) -> bool:
    """Whether the model says, and says only, that the passages do not answer."""
    return text.strip().strip('“”"。.') == NO_ANSWER.strip("。")
