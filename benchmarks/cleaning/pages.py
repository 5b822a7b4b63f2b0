"""Speeches wrapped in the pages that people paste them with, and what cleaning makes of them.

Every character of a wrapped page is known to be the speech's, its head's (title, date, speaker) or
the page's, so that what stays and what goes can be counted.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from speechrag.corpus.clean import parse_document, parse_file
from speechrag.corpus.forms import bare, is_salutation
from speechrag.types import Document, ParsedFile

TEMPLATES = Path(__file__).with_name("pages.txt")
SEEDS = Path(__file__).parents[2] / "seeds"
MIN_PARAGRAPHS, MAX_PARAGRAPHS = 8, 60
BREAKS = ("\n", "\n\n", "\n　　", "\r\n", "\n\n\n  ")
_FIELD = re.compile(r"\{(title|date|year|month|day|speaker|stem|body(?::(\d)/(\d))?)\}")
_SURNAMES = "李王张刘陈杨黄赵周吴"
_GIVEN = ("建国", "明远", "晓峰", "志刚", "海燕", "文静", "思远", "国庆")
_AREAS = ("全市", "全县", "全区", "全省", "云岭市", "青禾县")
_TOPICS = (
    *("优化营商环境", "安全生产", "乡村振兴", "科技创新", "基层党建", "招商引资", "防汛抗旱"),
    *("文化旅游", "生态环境保护", "项目建设", "教育", "信访", "民政", "数字政府建设"),
)
_MEETINGS = ("工作会议", "推进会", "动员大会", "现场会", "座谈会", "专题培训班")


@dataclass(frozen=True, slots=True)
class Template:
    """A page around a speech; `group` is known or held."""

    group: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A wrapped speech. Spans are half-open ranges of `text`."""

    template: Template
    text: str
    body: tuple[tuple[int, int], ...]
    head: tuple[tuple[int, int], ...]
    title: str
    date: str | None  # None where the page states none


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the pages of one kind; counts are of characters that are no blanks."""

    group: str
    name: str
    n: int = 0
    n_body: int = 0
    n_body_kept: int = 0
    n_page: int = 0
    n_page_kept: int = 0
    n_titles: int = 0
    n_dates: int = 0
    n_whole: int = 0  # one speech, every character accounted for

    def __add__(self, other: Score) -> Score:
        mine, theirs = asdict(self), asdict(other)
        counts = {key: mine[key] + theirs[key] for key in mine if key not in ("group", "name")}
        return Score(self.group, self.name, **counts)

    @property
    def recall(self) -> float:
        """The share of the speech that stays."""
        return self.n_body_kept / max(1, self.n_body)

    @property
    def precision(self) -> float:
        """The share of what stays that is the speech's."""
        return self.n_body_kept / max(1, self.n_body_kept + self.n_page_kept)

    @property
    def leak(self) -> float:
        """The share of the page that stays."""
        return self.n_page_kept / max(1, self.n_page)

    def line(self) -> str:
        """A row of the printed table."""
        return (
            f"{self.group:6} {self.name:20} recall {self.recall:.4f} "
            f"precision {self.precision:.4f} "
            f"page left {self.leak:.3f} title {self.n_titles}/{self.n} "
            f"date {self.n_dates}/{self.n} whole {self.n_whole}/{self.n}"
        )

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self) | {"recall": self.recall, "precision": self.precision}


def load_demo(folder: Path = SEEDS) -> list[list[str]]:
    """The paragraphs of the demo library's speeches, from the salutation on."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.suffix in {".txt", ".docx", ".html", ".md"}:
            found += [_from_salutation(s.text.split("\n")) for s in parse_file(path).speeches]
    return [paragraphs for paragraphs in found if len(paragraphs) >= MIN_PARAGRAPHS]


def load_corpus(path: Path) -> list[list[str]]:
    """The speeches among the documents of a corpus: those that address somebody."""
    found = []
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for row in file:
            paragraphs = [p.strip() for p in json.loads(row)["paragraphs"] if len(p.strip()) > 3]
            found.append(_from_salutation(paragraphs))
    return [paragraphs for paragraphs in found if len(paragraphs) >= MIN_PARAGRAPHS]


def _from_salutation(paragraphs: Sequence[str]) -> list[str]:
    """What follows the first salutation, or nothing where none stands near the beginning."""
    first = next((at for at, p in enumerate(paragraphs[:12]) if is_salutation(p)), None)
    return [] if first is None else list(paragraphs[first : first + MAX_PARAGRAPHS])


def read_templates(path: Path = TEMPLATES) -> list[Template]:
    """The pages of a file of templates."""
    parts = re.split(r"^=== (\w+) (\S+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    rows = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return [Template(group, name, text.rstrip("\n")) for group, name, text in rows]


def wrap(template: Template, paragraphs: Sequence[str], rng: random.Random) -> Page:
    """A speech inside a page; title, date and speaker are drawn."""
    gap = rng.choice(BREAKS)
    topic, area, meeting = rng.choice(_TOPICS), rng.choice(_AREAS), rng.choice(_MEETINGS)
    year, month, day = rng.randint(2012, 2025), rng.randint(1, 12), rng.randint(1, 28)
    stem = f"{area}{topic}{meeting}"
    values = {
        "title": f"在{stem}上的讲话",
        "stem": stem,
        "date": f"{year}-{month:02d}-{day:02d}",
        "year": str(year),
        "month": f"{month:02d}",
        "day": f"{day:02d}",
        "speaker": f"{rng.choice(_SURNAMES)}{rng.choice(_GIVEN)}",
    }
    out = ""
    spans: dict[str, list[tuple[int, int]]] = {"body": [], "head": []}
    at = 0
    for match in _FIELD.finditer(template.text):
        out += template.text[at : match.start()]
        name, at = match[1], match.end()
        if name.startswith("body"):
            low, high = 0, len(paragraphs)
            if match[2]:
                low = len(paragraphs) * (int(match[2]) - 1) // int(match[3])
                high = len(paragraphs) * int(match[2]) // int(match[3])
            words, kind = gap.join(paragraphs[low:high]), "body"
        else:
            words, kind = values[name], "head"
        spans[kind].append((len(out), len(out) + len(words)))
        out += words
    out += template.text[at:]
    body, head = tuple(spans["body"]), tuple(spans["head"])
    states_date = "{date}" in template.text or "{year}" in template.text
    date = values["date"] if states_date else None
    return Page(template, out, body, head, values["title"], date)


def judge(page: Page, parsed: ParsedFile | None = None) -> Score:
    """Parse a page and count what stayed."""
    parsed = parsed or parse_document(Document("网页.txt", "txt", "utf-8", page.text))
    shown = _shown(page, parsed)
    is_body, is_head = _marked(page, page.body), _marked(page, page.head)
    counts = [0, 0, 0, 0]
    for at, char in enumerate(page.text):
        if char.isspace() or not char.isprintable() or is_head[at]:
            continue
        first = 0 if is_body[at] else 2
        counts[first] += 1
        counts[first + 1] += shown[at]
    speech = parsed.speeches[0] if parsed.speeches else None
    return Score(
        page.template.group,
        page.template.name,
        1,
        *counts,
        n_titles=int(speech is not None and bare(speech.title) == bare(page.title)),
        n_dates=int(speech is not None and (page.date is None or speech.date == page.date)),
        n_whole=int(len(parsed.speeches) == 1 and parsed.coverage == 1.0),
    )


def _marked(page: Page, spans: Sequence[tuple[int, int]]) -> bytearray:
    marks = bytearray(len(page.text))
    for start, end in spans:
        marks[start:end] = b"\x01" * (end - start)
    return marks


def _shown(page: Page, parsed: ParsedFile) -> bytearray:
    segments = [s for speech in parsed.speeches for s in speech.segments]
    return _marked(page, [(s.source_start, s.source_end) for s in segments])


def left_over(page: Page, parsed: ParsedFile) -> Iterator[tuple[str, str]]:
    """The lines of the page that stayed ("page") and those of the speech that went ("speech")."""
    shown = _shown(page, parsed)
    for match in re.finditer(r"[^\n]+", page.text):
        start, end = match.span()
        n = sum(shown[start:end])
        in_body = any(low <= start and end <= high + 1 for low, high in page.body)
        in_head = any(low < end and start < high for low, high in page.head)
        if in_body and not n and match.group().strip():
            yield "speech", match.group().strip()
        elif not in_body and not in_head and n:
            yield "page", match.group().strip()
