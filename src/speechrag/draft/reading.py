"""A draft as paragraphs, read and split by the same code as the library."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from speechrag.corpus.clean import parse_document
from speechrag.corpus.read import ReadLimits, read_document
from speechrag.draft.records import Draft, DraftParagraph
from speechrag.errors import EmptySource, SourceError
from speechrag.types import Document, ParsedFile, Passage, Speech

PASTED = "草稿"  # what pasted text is called
MIN_CHINESE_SHARE = 0.2  # of the letters; below it the library has nothing to compare
LIMITS = ReadLimits(max_file_bytes=50 * 1024 * 1024, max_unpacked_bytes=100 * 1024 * 1024)


def load_draft(path: Path, name: str | None = None) -> Draft:
    """Read a draft from a file of any format the library knows.

    Raises:
        SourceError: It cannot be read, holds no text, or is not Chinese; names the trouble.
    """
    return split_draft(read_document(path, name=name or path.name, limits=LIMITS))


def draft_from_text(text: str, name: str = PASTED) -> Draft:
    """A pasted draft.

    Raises:
        SourceError: It is empty or not Chinese.
    """
    if not text.strip():
        raise EmptySource("草稿是空的。", "请粘贴文字，或上传一个文件。")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return split_draft(Document(file=name, format="txt", encoding="utf-8", text=text))


def split_draft(document: Document) -> Draft:
    """The paragraphs of a decoded draft, headings and page matter left out."""
    _require_chinese(document)
    parsed = parse_document(document)
    paragraphs = [p for speech in parsed.speeches for p in _paragraphs(speech)]
    if not paragraphs:  # a few pasted words that look like no speech
        paragraphs = list(_lines(document.text))
    if not paragraphs:
        raise EmptySource(f"{document.file}：里面没有可比对的文字。", "请检查文件是否完整。")
    outline = tuple(section for speech in parsed.speeches for section in speech.sections)
    paragraphs.sort(key=lambda p: p.start)
    return Draft(document, _title(parsed), tuple(paragraphs), outline)


def _require_chinese(document: Document) -> None:
    letters = [char for char in document.text if char.isalpha()]
    han = sum("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in letters)
    if not letters:
        raise EmptySource(f"{document.file}：里面没有文字。", "请检查文件是否完整。")
    if han < MIN_CHINESE_SHARE * len(letters):
        raise SourceError(
            f"{document.file}：中文只占 {han / len(letters):.0%}，不像一份中文讲稿。",
            "文库是中文讲话，请换一份中文草稿。",
        )


def _title(parsed: ParsedFile) -> str:
    titles = [speech.title for speech in parsed.speeches if speech.title]
    return titles[0] if titles else Path(parsed.document.file).stem


def _paragraphs(speech: Speech) -> Iterator[DraftParagraph]:
    """The lines of a speech's passages; a paragraph that is two passages is one again."""
    starts = [segment.start for segment in speech.segments]
    passages = sorted(speech.passages, key=lambda p: p.start)
    headings = {s.end for s in speech.sections if s.end > s.start}
    for start, end, passage in _join(speech.text, passages, headings):
        first, last = start, end
        while first < last and speech.text[first].isspace():
            first += 1
        while last > first and speech.text[last - 1].isspace():
            last -= 1
        text = speech.text[first:last]
        if any(char.isalnum() for char in text):
            at = _to_source(speech, starts, first)
            to = _to_source(speech, starts, last - 1, end=True)
            yield DraftParagraph(text, at, max(to, at), passage.section_path)


def _join(
    text: str, passages: list[Passage], headings: set[int]
) -> Iterator[tuple[int, int, Passage]]:
    """Passages cut at line breaks, and parts of one line joined where no heading parts them."""
    open_: tuple[int, int, Passage] | None = None
    for passage in passages:
        at = passage.start
        for line in text[passage.start : passage.end].split("\n"):
            end = at + len(line)
            if open_ and "\n" not in text[open_[1] : at] and not _crosses(headings, open_[1], at):
                open_ = (open_[0], end, open_[2])
            else:
                if open_:
                    yield open_
                open_ = (at, end, passage)
            at = end + 1
    if open_:
        yield open_


def _crosses(headings: set[int], start: int, end: int) -> bool:
    return any(start < heading <= end for heading in headings)


def _to_source(speech: Speech, starts: list[int], offset: int, *, end: bool = False) -> int:
    """Where a character of the speech stands in the decoded source; its end where asked."""
    segment = speech.segments[max(0, bisect_right(starts, offset) - 1)]
    if segment.end - segment.start != segment.source_end - segment.source_start:
        return segment.source_end if end else segment.source_start
    return segment.source_start + offset - segment.start + end


def _lines(text: str) -> Iterator[DraftParagraph]:
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        if any(char.isalnum() for char in words):
            start = at + line.index(words)
            yield DraftParagraph(words, start, start + len(words))
        at += len(line) + 1
