"""The hand-labelled passages: read, found again in their speeches, and scored."""

from __future__ import annotations

import csv
import hashlib
import lzma
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import orjson

from speechrag.corpus.clean import parse_document, parse_file
from speechrag.index.tokens import fold_key, fold_key_map
from speechrag.search.roles import assign_roles
from speechrag.types import Document, Passage, Role, Speech

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"
OWN_LABELS = ROOT / "tests" / "role_labels.tsv"
REPORT_LABELS = ROOT / "tests" / "role_labels_reports.tsv"

Assign = Callable[[Speech], Speech]

_SENTENCE = re.compile(r"[^。！？]+")


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled paragraph, where it stands, and the half of the test set that it is in."""

    role: Role
    text: str
    origin: str  # "seeds" or "reports"
    key: tuple[str, str]  # title and date of the report; empty for our own speeches
    half: str = ""  # "dev": errors may be looked at; "test": untouched


def read_tsv(path: Path) -> list[dict[str, str]]:
    """The rows of a tab-separated file with a header line."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_reports(data: Path) -> Iterator[dict[str, object]]:
    """The records of the political corpus, in file order."""
    with lzma.open(data / "political.jsonl.xz") as lines:
        yield from map(orjson.loads, lines)


def report_document(title: str, paragraphs: Sequence[str]) -> Document:
    """A report as the text file that somebody would have made of it."""
    return Document(f"{title}.txt", "txt", "utf-8", "\n".join([title, *paragraphs]))


def resolve_references(
    rows: Sequence[Mapping[str, str]], data: Path
) -> tuple[list[tuple[Mapping[str, str], str]], dict[tuple[str, str], list[str]]]:
    """Each reference with the paragraph it names, and the paragraphs of the reports named.

    A report's paragraphs stand under its title and date; a reference is found among all reports
    of that title and date by its number and hash.

    Raises:
        LookupError: No such paragraph, or its words are not those that were labelled.
    """
    wanted = {(row["title"], row["date"]) for row in rows}
    reports: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for record in read_reports(data):
        key = (str(record["title"]), str(record["date"]))
        if key in wanted:
            reports[key].append(list(record["paragraphs"]))  # type: ignore[call-overload]
    resolved = []
    for row in rows:
        number = int(row["paragraph"]) - 1
        for paragraphs in reports[row["title"], row["date"]]:
            text = paragraphs[number].strip() if number < len(paragraphs) else ""
            if hashlib.sha256(text.encode()).hexdigest()[:16] == row["sha256_16"]:
                resolved.append((row, text))
                break
        else:
            raise LookupError(f"{row['title']} ({row['date']}), paragraph {row['paragraph']}")
    return resolved, {key: found[0] for key, found in reports.items()}


def read_labels(data: Path | None) -> tuple[list[Label], dict[tuple[str, str], list[str]]]:
    """All labels with their halves, and the reports that some stand in (none without `data`)."""
    labels = [
        Label(Role(row["role"]), row["text"], "seeds", ("", "")) for row in read_tsv(OWN_LABELS)
    ]
    reports: dict[tuple[str, str], list[str]] = {}
    if data is not None:
        resolved, reports = resolve_references(read_tsv(REPORT_LABELS), data)
        labels += [
            Label(Role(row["role"]), text, "reports", (row["title"], row["date"]))
            for row, text in resolved
        ]
    return [replace(label, half=_half(label.text)) for label in labels], reports


def _half(text: str) -> str:
    """Which half a paragraph is in: by its words alone, so that it stays when a label changes."""
    return ("dev", "test")[hashlib.sha256(b"roles 1 " + text.encode()).digest()[0] % 2]


def seed_speeches(folder: Path = ROOT / "seeds") -> list[Speech]:
    """The speeches of the demo library."""
    files = sorted(path for path in folder.iterdir() if path.name != "README.md")
    return [speech for path in files for speech in parse_file(path).speeches]


def report_speeches(reports: Mapping[tuple[str, str], Sequence[str]]) -> list[Speech]:
    """The reports as parsed speeches."""
    return [
        speech
        for (title, _date), paragraphs in reports.items()
        for speech in parse_document(report_document(title, paragraphs)).speeches
    ]


def predict_in_context(
    labels: Sequence[Label], speeches: Sequence[Speech], assign: Assign = assign_roles
) -> list[Role | None]:
    """The role that most of a labelled paragraph's characters were given; None: not found.

    A paragraph is looked for sentence by sentence, blind to punctuation and script: a label may
    span two paragraphs of its speech with a heading between them.
    """
    places = []
    for speech in map(assign, speeches):
        key, offsets = fold_key_map(speech.text, ignore_punctuation=True)
        places.append((key, offsets, speech))
    return [_predict_one(label, places) for label in labels]


def _predict_one(label: Label, places: Sequence[tuple[str, list[int], Speech]]) -> Role | None:
    sentences = [
        key
        for sentence in _SENTENCE.findall(label.text)
        if (key := fold_key(sentence, ignore_punctuation=True))
    ]
    best: dict[Role | None, int] = {}
    for key, offsets, speech in places:
        shares: dict[Role | None, int] = defaultdict(int)
        for sentence in sentences:
            at = key.find(sentence)
            if at < 0:
                continue
            start, end = offsets[at], offsets[at + len(sentence) - 1] + 1
            for passage in speech.passages:
                overlap = min(end, passage.end) - max(start, passage.start)
                shares[passage.role] += max(0, overlap)
        if sum(shares.values()) > sum(best.values()):
            best = shares
    return max(best, key=lambda role: (best[role], str(role))) if best else None


def predict_alone(labels: Sequence[Label], assign: Assign = assign_roles) -> list[Role | None]:
    """The roles of the paragraphs by their words: no headings, the middle of a speech."""
    return [assign(lone_speech(label.text)).passages[3].role for label in labels]


def lone_speech(text: str) -> Speech:
    """A speech of seven passages without headings, all but the fourth a dash."""
    lines = ["—", "—", "—", text, "—", "—", "—"]
    ends = [end - 1 for end in accumulate(len(line) + 1 for line in lines)]
    passages = tuple(
        Passage(f"x-{at:04d}", "x", end - len(line), end, ())
        for at, (line, end) in enumerate(zip(lines, ends, strict=True))
    )
    return Speech("x", "", "\n".join(lines), "", passages=passages)


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one set of predictions; `by_role` gives precision, recall, F1 and support."""

    n: int
    accuracy: float
    macro_f1: float
    by_role: dict[Role, tuple[float, float, float, int]]


def score(labels: Sequence[Label], predictions: Sequence[Role | None]) -> Scores:
    """Macro-F1 over the nine roles (those without a label or prediction left out), and accuracy."""
    by_role = {}
    for role in Role:
        pairs = list(zip([x.role for x in labels], predictions, strict=True))
        hits = sum(1 for true, given in pairs if true == given == role)
        n_given = sum(1 for _, given in pairs if given == role)
        n_true = sum(1 for true, _ in pairs if true == role)
        if n_given + n_true:
            precision = hits / n_given if n_given else 0.0
            recall = hits / n_true if n_true else 0.0
            by_role[role] = (precision, recall, 2 * hits / (n_given + n_true), n_true)
    right = sum(1 for x, given in zip(labels, predictions, strict=True) if x.role == given)
    macro = sum(f1 for _, _, f1, _ in by_role.values()) / max(1, len(by_role))
    return Scores(len(labels), right / max(1, len(labels)), macro, by_role)
