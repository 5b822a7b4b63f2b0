"""Files to `Document`: which reader reads what, and what is said where none can."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from speechrag.corpus.decode import decode_bytes
from speechrag.corpus.markdown import markdown_hints
from speechrag.corpus.sniff import Kind, detect_kind
from speechrag.corpus.sources import SourceFile, iter_sources
from speechrag.errors import DamagedFile, EmptySource, SourceError
from speechrag.types import Document

__all__ = ["ReadLimits", "SourceFile", "iter_sources", "read_document"]


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a single file may cost. Beyond it the file is refused, not cut."""

    max_file_bytes: int = 200 * 1024 * 1024
    max_unpacked_bytes: int = 200 * 1024 * 1024
    max_unpack_ratio: float = 300.0  # unpacked to packed, of a part above 10 MB
    max_pages: int = 5000


_DEFAULT_LIMITS = ReadLimits()


def read_document(
    path: Path, *, name: str | None = None, limits: ReadLimits = _DEFAULT_LIMITS
) -> Document:
    """Read one file, by its content first and its extension second.

    Args:
        path: The file.
        name: What `Document.file` and error messages call it; the path as given if None.
        limits: What the file may cost.

    Raises:
        SourceError: The file cannot be read; message and hint name file, reason and remedy.
    """
    name = str(path) if name is None else name
    raw = _load(path, name, limits)
    try:
        return _read(raw, name, path.suffix, limits)
    except SourceError as exc:
        if exc.message.startswith(f"{name}："):
            raise
        raise type(exc)(f"{name}：{exc.message}", exc.hint) from exc


def _load(path: Path, name: str, limits: ReadLimits) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(limits.max_file_bytes + 1)
    except OSError as exc:
        raise SourceError(
            f"{name}：打不开文件（{exc.strerror or exc}）", "请检查文件是否存在、是否有读取权限。"
        ) from exc
    if len(raw) > limits.max_file_bytes:
        raise DamagedFile(
            f"{name}：文件超过 {limits.max_file_bytes // 2**20} MB，不像一份讲稿",
            "请把它拆成较小的文件，或移出文件夹。",
        )
    if not raw.strip():
        raise EmptySource(f"{name}：文件是空的", "请检查文件是否完整，或把它移出文件夹。")
    return raw


def _read(raw: bytes, name: str, extension: str, limits: ReadLimits) -> Document:
    kind = detect_kind(raw, name, extension)
    match kind:
        case Kind.DOCX:
            from speechrag.corpus.word import read_word

            return read_word(
                raw,
                name,
                max_unpacked_bytes=limits.max_unpacked_bytes,
                max_unpack_ratio=limits.max_unpack_ratio,
            )
        case Kind.DOC:
            from speechrag.corpus.word import read_legacy_word

            return read_legacy_word(raw, name)
        case Kind.RTF:
            from speechrag.corpus.word import read_rtf

            return read_rtf(raw, name)
        case Kind.HTML:
            from speechrag.corpus.webpage import read_webpage

            return read_webpage(raw, name)
        case Kind.MHTML:
            from speechrag.corpus.webpage import read_mhtml

            return read_mhtml(raw, name)
        case Kind.PDF:
            from speechrag.corpus.pdf import read_pdf

            return read_pdf(raw, name, max_pages=limits.max_pages)
        case _:
            return _read_text(raw, name, kind)


def _read_text(raw: bytes, name: str, kind: Kind) -> Document:
    decoded = decode_bytes(raw)
    if not decoded.text.strip():
        raise EmptySource("文件里没有文字", "请检查文件是否完整，或把它移出文件夹。")
    hints, title = markdown_hints(decoded.text) if kind is Kind.MD else ((), None)
    return Document(
        file=name,
        format=kind.value,
        encoding=decoded.encoding,
        text=decoded.text,
        hints=hints,
        undecodable=decoded.undecodable,
        title=title,
    )
