"""The records that flow through speechrag, and the protocols of its exchangeable parts.

Offsets are half-open ranges of Unicode code points, counted from 0. Two texts are spoken of:

* the *decoded source* (`Document.text`): what the reader got out of the file, unchanged;
* the *speech text* (`Speech.text`): what a person reads, after cleaning.

`Speech.segments` maps the second back to the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Role(StrEnum):
    """What a passage does in its speech."""

    OPENING = "开场"
    SIGNIFICANCE = "意义"
    SITUATION = "形势"
    ACHIEVEMENT = "成绩"
    PROBLEM = "问题"
    GOAL = "目标"
    MEASURE = "举措"
    SAFEGUARD = "保障"
    CLOSING = "结尾"


class RemovalReason(StrEnum):
    """Why cleaning took a span out of the decoded source."""

    LAYOUT = "layout"  # line breaks, indents and blank space between or inside paragraphs
    NAVIGATION = "navigation"  # breadcrumbs, 您的位置, menus, 上一篇/下一篇, 相关栏目
    METADATA = "metadata"  # 发表时间, date and speaker lines, "标题:" labels, repeated titles
    CONTENTS = "contents"  # 目录/提纲 blocks
    PAYWALL = "paywall"  # 省略N字, 未完…当前只显示N字, 正式会员可完整阅读
    RELATED = "related"  # lists of related articles
    WIDGET = "widget"  # share, report, login, download, customer service, copyright notices
    PINYIN = "pinyin"  # residue such as the (yè) of 工業(yè)大學
    MOJIBAKE = "mojibake"  # bytes that were lost or replaced by repaired text
    MARKUP = "markup"  # Markdown marks, hidden HTML text
    PAGE_FURNITURE = "page_furniture"  # page numbers, running heads of a PDF


@dataclass(frozen=True, slots=True)
class Hint:
    """What a reader knows about a range of the decoded source from the file's own structure.

    `kind`: "heading" (a Word heading style, an HTML h1-h6; `level` 1-9), "title", "boilerplate"
    (HTML nav, aside, footer, form …), "table", "textbox", "page_furniture", "markup".
    """

    start: int
    end: int
    kind: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class UndecodableBytes:
    """Bytes of a file that no character stands for; U+FFFD stands in the text instead."""

    byte_offset: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """One source file, decoded and otherwise untouched. Paragraphs are lines (split by newline)."""

    file: str
    format: str  # "txt" "md" "html" "docx" "doc" "rtf" "pdf"
    encoding: str  # Python codec name, or "docx"/"doc"/"rtf"/"pdf"
    text: str
    hints: tuple[Hint, ...] = ()
    undecodable: tuple[UndecodableBytes, ...] = ()
    title: str | None = None  # from the file's own metadata, if it states one


@dataclass(frozen=True, slots=True)
class Removed:
    """A span of the decoded source that is in no speech, and why."""

    start: int
    end: int
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class Segment:
    """speech.text[start:end] came from source[source_start:source_end].

    Equal lengths mean character by character (perhaps with half-width punctuation widened);
    unequal lengths mean the text was repaired (mojibake) and corresponds only as a whole.
    """

    start: int
    end: int
    source_start: int
    source_end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading. `start:end` is the heading in the speech text, belonging to no passage.

    An item that runs on inside its passage (一是…, 第一,…) has no extent of its own:
    start == end, at the item's first character; its words belong to the passage.
    `level` counts from 0 (the speech's own title line), 1 is 一、, 2 is (一), 3 is 1., 4 is (1),
    5 is 第一/首先, 6 is 一是/一要.
    """

    level: int
    label: str  # "一、" "(二)" "一是"; "" for an unnumbered heading
    heading: str  # without its label
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one speech, whole sentences, never a bare heading."""

    id: str  # speech id + "-" + four-digit ordinal
    speech_id: str
    start: int
    end: int
    section_path: tuple[str, ...]  # label + heading of each enclosing section, outermost first
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Truncation:
    """The source itself says that it shows only `shown` of `total` characters."""

    shown: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Speech:
    """One speech: what a person reads, with its parts and its origin."""

    id: str  # stable: a hash of the source name and the speech's place in it
    title: str
    text: str
    source: str  # path as given, relative to the library where it lies in it
    date: str | None = None  # ISO 8601, as precise as stated: 2025-07-16, 2025-07, 2025
    speaker: str | None = None
    occasion: str | None = None  # 推进会, 座谈会, 大会 …
    place: str | None = None
    kind: str | None = None  # 讲话 致辞 主持词 报告 …
    truncated: Truncation | None = None
    sections: tuple[Section, ...] = ()
    passages: tuple[Passage, ...] = ()
    segments: tuple[Segment, ...] = ()
    contents: tuple[Section, ...] = ()  # the 目录/提纲 the source printed; offsets are 0
    doubtful: tuple[tuple[int, int], ...] = ()  # ranges of text that look like unrepaired mojibake


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A document with the speeches found in it and what was taken out."""

    document: Document
    speeches: tuple[Speech, ...]
    removed: tuple[Removed, ...]
    coverage: float  # share of source characters in exactly one passage, heading or removed span


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that could not be indexed."""

    file: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions on hits; None or empty means no restriction. Dates are ISO, inclusive.

    A speaker is a name, a name with an office, or the whole line that a speech is signed with.
    """

    date_from: str | None = None
    date_to: str | None = None
    kinds: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Another place where a (nearly) identical passage stands."""

    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. `score` is in [0, 1], higher is better."""

    passage: Passage
    speech: Speech
    rank: int  # from 1
    score: float
    parts: dict[str, float] = field(default_factory=dict)  # what each stage gave it
    also_in: tuple[Place, ...] = ()
    matched: Sequence[tuple[int, int]] = ()  # ranges of speech.text whose words match

    @property
    def text(self) -> str:
        """The passage as it stands in the speech."""
        return self.speech.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Period:
    """A time that a question asks about: ISO dates or their beginnings, inclusive; its words.

    Where the library has no speech of it, all were looked at.
    """

    date_from: str | None
    date_to: str | None
    words: str
    has_speeches: bool = True


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one question: hits best first, ties broken by passage id."""

    question: str
    hits: tuple[Hit, ...]
    took_ms: float
    relaxed: bool = False  # found only by a second, looser pass
    suggestions: tuple[Hit, ...] = ()  # the nearest, when nothing is close enough to be a hit
    speakers: tuple[str, ...] = ()  # the question asks what they said; only they were looked at
    period: Period | None = None  # the question asks what was said then: `search.asking`
    elsewhere: Hit | None = None  # of another time, and much closer than all of that one
    searched: str = ""  # what was looked for, where that is not the question as it was put


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation of the index holds; written last, checked at load."""

    format: int
    encoder: str
    encoder_digest: str
    dim: int
    tokenizer_digest: str
    corpus_digest: str
    n_speeches: int
    n_passages: int
    created: str  # ISO 8601, UTC
    files: dict[str, str] = field(default_factory=dict)  # file name → sha256


@runtime_checkable
class Encoder(Protocol):
    """Turns text into vectors. Rows are unit-norm (all zeros for text without known tokens)."""

    @property
    def name(self) -> str:
        """The name under which the settings know it."""

    @property
    def digest(self) -> str:
        """SHA-256 over what determines the vectors: weights, tokenizer, prompts."""

    @property
    def dim(self) -> int:
        """Columns of the vectors."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions: float32, shape (len(texts), dim)."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode passages: float32, shape (len(texts), dim)."""
