"""What an answer is made of: sentences with citations, and the passages they cite."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from speechrag.types import Filters, Hit


class Mode(StrEnum):
    """Who wrote the sentences."""

    EXTRACTIVE = "extractive"  # they stand in the library as they are shown
    MODEL = "model"


class Layout(StrEnum):
    """How the sentences are to be shown, as the question asks."""

    FACT = "fact"  # a sentence or two, the answer marked
    NUMBERED = "numbered"
    GROUPED = "grouped"  # by `Sentence.group`
    PROSE = "prose"  # as a model wrote it


class FactKind(StrEnum):
    """What a fact question asks for."""

    NUMBER = "number"
    ORDINAL = "ordinal"
    DATE = "date"
    DURATION = "duration"
    PLACE = "place"
    PERSON = "person"
    ORGANISATION = "organisation"


class Problem(StrEnum):
    """Why a sentence did not pass the gate."""

    UNCITED = "没有注明出处"
    UNKNOWN_PASSAGE = "引用了没有给出的段落"
    QUOTE = "引文与所引段落不符"
    NUMBER = "数字在所引段落中没有"
    NAME = "名称在所引段落中没有"
    SUPPORT = "所引段落不足以支持这句话"


class Note(StrEnum):
    """What the person must be told about how the answer came about."""

    NO_ENDPOINT = "没有配置语言模型，以下为摘录式回答。"
    DOWN = "语言模型服务连不上，以下为摘录式回答。"
    SLOW = "语言模型服务超时没有答复，以下为摘录式回答。"
    CUT_OFF = "语言模型的回答中途断了，以下为摘录式回答。"
    OVER_LIMIT = "超出了语言模型服务的限额或长度，以下为摘录式回答。"
    REFUSED = "语言模型服务拒绝了请求，以下为摘录式回答。"
    GARBAGE = "语言模型的回答没有可用的内容，以下为摘录式回答。"
    STOPPED = "已停止；以下为停止之前写出的部分。"
    SIGNED = "这是库里讲话的署名。"
    MODEL_REFUSED = "语言模型认为所给段落不能回答这个问题。"


@dataclass(frozen=True, slots=True)
class Span:
    """The answer inside a sentence: offsets into `Sentence.text`."""

    start: int
    end: int
    kind: FactKind


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer.

    `citations` count the answer's passages from 1. `start:end` is where an extracted sentence
    stands in the text of the speech of its first citation. `checked` says that it passed the gate;
    `problem` says why it did not. `support` is the encoder's cosine with what it cites.
    """

    text: str
    citations: tuple[int, ...]
    checked: bool
    problem: str | None = None
    group: str | None = None
    start: int | None = None
    end: int | None = None
    spans: tuple[Span, ...] = ()
    support: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question. A refusal has neither sentences nor passages."""

    question: str
    refused: bool
    mode: Mode
    sentences: tuple[Sentence, ...]
    passages: tuple[Hit, ...]
    confidence: float
    layout: Layout = Layout.NUMBERED
    note: str | None = None
    suggestions: tuple[Hit, ...] = ()  # the nearest, when refused
    asked: str = ""  # the question as it was searched, with terms carried over
    filters: Filters | None = None
