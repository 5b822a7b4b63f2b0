"""Records as JSON, each a list of its fields in order: what the store keeps of a parsed file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from speechrag.types import (
    Document,
    Hint,
    ParsedFile,
    Passage,
    RemovalReason,
    Removed,
    Role,
    Section,
    Segment,
    Speech,
    Truncation,
    UndecodableBytes,
)

_RECORDS = (
    *(Document, Hint, UndecodableBytes, ParsedFile, Removed),
    *(Speech, Section, Segment, Passage, Truncation),
)


def records_digest() -> str:
    """Changes whenever a record gains, loses or reorders fields: older stores are not reused."""
    shape = [[record.__name__, *(field.name for field in fields(record))] for record in _RECORDS]
    return hashlib.sha256(json.dumps(shape).encode()).hexdigest()[:16]


def dump_speech(speech: Speech) -> bytes:
    """One speech as JSON, UTF-8."""
    row = _row(speech)
    row[_SPEECH["truncated"]] = _row(speech.truncated) if speech.truncated else None
    for name in ("sections", "passages", "segments", "contents"):
        row[_SPEECH[name]] = [_row(item) for item in getattr(speech, name)]
    return _to_json(row)


def load_speech(data: bytes) -> Speech:
    """The speech that `dump_speech` wrote; equal to the original."""
    row = json.loads(data)
    truncated = row[_SPEECH["truncated"]]
    row[_SPEECH["truncated"]] = Truncation(*truncated) if truncated else None
    for name, kind in (("sections", Section), ("segments", Segment), ("contents", Section)):
        row[_SPEECH[name]] = _rows(kind, row[_SPEECH[name]])
    row[_SPEECH["passages"]] = tuple(map(_load_passage, row[_SPEECH["passages"]]))
    row[_SPEECH["doubtful"]] = tuple((a, b) for a, b in row[_SPEECH["doubtful"]])
    return Speech(*row)


def dump_document(parsed: ParsedFile) -> bytes:
    """A parsed file without its speeches, as JSON, UTF-8."""
    document = _row(parsed.document)
    document[_DOCUMENT["hints"]] = [_row(hint) for hint in parsed.document.hints]
    document[_DOCUMENT["undecodable"]] = [
        [item.byte_offset, item.raw.hex()] for item in parsed.document.undecodable
    ]
    removed = [_row(item) for item in parsed.removed]
    return _to_json([document, removed, parsed.coverage])


def load_document(data: bytes, speeches: Iterable[Speech]) -> ParsedFile:
    """The parsed file that `dump_document` wrote, with its speeches."""
    row, removed, coverage = json.loads(data)
    row[_DOCUMENT["hints"]] = _rows(Hint, row[_DOCUMENT["hints"]])
    row[_DOCUMENT["undecodable"]] = tuple(
        UndecodableBytes(offset, bytes.fromhex(raw))
        for offset, raw in row[_DOCUMENT["undecodable"]]
    )
    spans = tuple(Removed(start, end, RemovalReason(reason)) for start, end, reason in removed)
    return ParsedFile(Document(*row), tuple(speeches), spans, coverage)


def _places(record: type[Any]) -> dict[str, int]:
    return {field.name: place for place, field in enumerate(fields(record))}


_SPEECH = _places(Speech)
_DOCUMENT = _places(Document)
_PASSAGE = _places(Passage)
_ROLES: dict[str | None, Role | None] = {None: None} | {role.value: role for role in Role}
_FIELD_NAMES = {record: tuple(_places(record)) for record in _RECORDS}


def _row(record: Any) -> list[Any]:
    return [getattr(record, name) for name in _FIELD_NAMES[type(record)]]


def _rows(record: Callable[..., Any], rows: list[list[Any]]) -> tuple[Any, ...]:
    return tuple(record(*row) for row in rows)


def _load_passage(row: list[Any]) -> Passage:
    row[_PASSAGE["section_path"]] = tuple(row[_PASSAGE["section_path"]])
    row[_PASSAGE["role"]] = _ROLES[row[_PASSAGE["role"]]]
    return Passage(*row)


def _to_json(row: list[Any]) -> bytes:
    # A lone surrogate, which only a damaged source can hold, is written as an escape.
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(row, separators=(",", ":")).encode()
