"""Bytes to text, with the encoding found out from the bytes themselves.

A byte-order mark decides; then sound UTF-8; then the likelihood (`likelihood.text_cost`) of what
UTF-16, GB18030, Big5 and Windows-1252 would make of the bytes. Nothing is decoded as Latin-1 for
want of something better: what no encoding explains is refused.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from speechrag.corpus.likelihood import mean_foreign_cost, text_cost
from speechrag.corpus.misread import undo_misreading
from speechrag.corpus.resync import resynchronise
from speechrag.errors import UndecodableText
from speechrag.types import UndecodableBytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GB = ("gb18030",)
_BIG5 = ("big5", "cp950", "big5hkscs")  # strictest first: the name given is the first that fits
_LEGACY = {*_GB, *_BIG5}
_SAMPLE_BYTES = 1 << 16
_WINDOW_BYTES = 4096
# Bits of doubt, in the unit of text_cost: UTF-16 without its mark and Windows-1252 are rare here.
_PRIOR = {"utf-8": 2.0, "gb18030": 0.0, "utf-16-le": 6.0, "utf-16-be": 8.0, "cp1252": 6.0}
_PRIOR_BIG5 = 2.0
_DECLARED_BONUS = 12.0
_MAX_FOREIGN_COST = 12.6
_MAX_FOREIGN_COST_LONG = 9.3
"""Of 4,000 Chinese paragraphs none has a mean above 8.2 (a list of names). Read wrongly as GBK,
Korean has 10.0, Russian 12.8; a few characters alone may be rare ones."""

_MISREAD = re.compile("[\ue000-\uf8ff]")
"""Private characters: what GBK mostly gives where it is read one byte off."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_HINT = "请用记事本或 WPS 打开该文件，另存为 UTF-8 编码的文本后再试。"


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the bytes say. `text` is unchanged: line ends, too, are as they stand in the file.

    `encoding` is a Python codec name; "utf-8+gb18030" and the like where lines differ, "utf-8 via
    gb18030" and the like where a program had misread the text and saved what it saw.
    `undecodable` lists, by rising byte offset in the file, what each U+FFFD stands for.
    """

    text: str
    encoding: str
    undecodable: tuple[UndecodableBytes, ...] = ()


def decode_bytes(raw: bytes, *, declared: str | None = None) -> Decoded:
    """Decode a text file of unknown encoding.

    Args:
        raw: The whole file.
        declared: The encoding that the file itself names (an HTML meta element, a MIME header);
            it counts as evidence, not as proof.

    Raises:
        UndecodableText: No encoding explains the bytes, or they are not text.
    """
    for bom, codec in _BOMS:
        if raw.startswith(bom):
            decoded = _decode_with_bom(raw, bom, codec)
            if _is_sound(decoded):
                return _reread(decoded)
            break
    else:
        bom = b""
    body = raw[len(bom) :] if bom == codecs.BOM_UTF8 else raw
    decoded = _decode_by_evidence(body, declared, len(raw) - len(body))
    if not _is_sound(decoded):
        raise UndecodableText("文件内容不是文本，或没有一种编码能解释其中的字节", _HINT)
    if _is_doubtful(decoded):
        raise UndecodableText(
            f"文件的编码无法确定（不像 UTF-8、GB18030、Big5 或 UTF-16{_guess(raw)}）", _HINT
        )
    return _reread(decoded)


def _reread(decoded: Decoded) -> Decoded:
    """The text as it was before a program misread and saved it, where that is what happened."""
    again = undo_misreading(decoded.text) if decoded.encoding.startswith("utf-") else None
    return Decoded(*again, decoded.undecodable) if again else decoded


def _decode_with_bom(raw: bytes, bom: bytes, codec: str) -> Decoded:
    plain = codec
    if codec == "utf-8-sig":
        plain = "utf-8"
    else:
        order = "le" if bom in (codecs.BOM_UTF16_LE, codecs.BOM_UTF32_LE) else "be"
        plain = f"{codec}-{order}"
    text, undecodable = decode_replacing(raw[len(bom) :], plain, len(bom))
    return Decoded(text, codec, tuple(undecodable))


def _decode_by_evidence(raw: bytes, declared: str | None, offset: int) -> Decoded:
    utf8 = _as_utf8(raw)
    if utf8 is not None:
        return Decoded(utf8, "utf-8")
    ranked = _rank_codecs(raw, declared)
    best = ranked[0]
    if best in _LEGACY or best == "utf-8":
        legacy = next((codec for codec in ranked if codec in _LEGACY), "gb18030")
        return _decode_by_lines(raw, best, legacy, offset)
    text, undecodable = decode_replacing(raw, best, offset)
    return Decoded(text, best, tuple(undecodable))


def _as_utf8(raw: bytes) -> str | None:
    """The bytes as UTF-8 where that is beyond doubt.

    A few GBK words of two characters or so are also sound UTF-8; they then look like nothing but
    Latin, Greek or Arabic letters, all below U+0800 (芦苇 becomes «έ).
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if "\x00" in text:
        return None
    if len(text) > 4 or text.isascii() or min(text) < "\x80" or max(text) >= "\u0800":
        return text
    return None


def _rank_codecs(raw: bytes, declared: str | None) -> list[str]:
    """The codecs that may explain the bytes, likeliest first."""
    sample = _sample(raw)
    costs: dict[str, float] = {}
    named = _codec_name(declared)
    for codec in _candidates(sample):
        text, _ = decode_replacing(sample, codec)
        costs[codec] = text_cost(text) + _PRIOR.get(codec, _PRIOR_BIG5)
        if named == codec or (named in _BIG5 and codec in _BIG5):
            costs[codec] -= _DECLARED_BONUS
    return sorted(costs, key=lambda codec: costs[codec])


def _candidates(sample: bytes) -> Iterator[str]:
    yield "utf-8"
    yield from _GB
    yield from _BIG5
    if len(sample) % 2 == 0 or b"\x00" in sample:
        yield "utf-16-le"
        yield "utf-16-be"
    high = sum(byte >= 0x80 for byte in sample)
    letters = sum(65 <= byte <= 122 for byte in sample)
    if high * 8 < letters:
        yield "cp1252"


def _sample(raw: bytes) -> bytes:
    """The bytes themselves or, of a long file, its beginning, middle and end cut at line ends."""
    if len(raw) <= 4 * _SAMPLE_BYTES:
        return raw
    pieces = [raw[:_SAMPLE_BYTES]]
    for start in (len(raw) // 2, len(raw) - _SAMPLE_BYTES):
        start -= start % 2
        if b"\x00" not in pieces[0]:
            start = max(raw.find(b"\n", start, start + _SAMPLE_BYTES // 2), start - 1) + 1
        pieces.append(raw[start : start + _SAMPLE_BYTES])
    return b"".join(piece[: len(piece) & ~1] for piece in pieces)


def _codec_name(declared: str | None) -> str | None:
    """The codec that a declared name amounts to here; browsers read gb2312 as its superset, too."""
    try:
        name = codecs.lookup((declared or "").strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    return "gb18030" if name in {"gb2312", "gbk", "hz"} else name


def _decode_by_lines(raw: bytes, best: str, legacy: str, offset: int) -> Decoded:
    """Decode, repairing line by line what the codec does not explain.

    A newline byte is never part of a longer character in UTF-8, GB18030 or Big5, so damage ends
    with its line; and a file made by joining others may change its encoding from line to line.
    """
    other = legacy if best == "utf-8" else "utf-8"
    with contextlib.suppress(UnicodeDecodeError):
        text = raw.decode(best)
        if best == "utf-8" or not (_MISREAD.search(text) or _utf8_run(6).search(raw)):
            return Decoded(text, best)
    texts: list[str] = []
    undecodable: list[UndecodableBytes] = []
    used = {best: 0, other: 0}
    for line in raw.splitlines(keepends=True) if b"\n" not in raw else _lines(raw):
        codec, text, bad = _decode_line(line, best, other, offset)
        used[codec] += not text.isascii()
        texts.append(text)
        undecodable += bad
        offset += len(line)
    name = f"utf-8+{legacy}" if all(used.values()) else best
    return Decoded("".join(texts), name, tuple(undecodable))


def _lines(raw: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(raw):
        end = raw.find(b"\n", start) + 1 or len(raw)
        yield raw[start:end]
        start = end


@cache
def _utf8_run(n: int) -> re.Pattern[bytes]:
    """Finds n Chinese characters in a row in UTF-8."""
    return re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}|\xef\xbc[\x80-\xbf]){%d}" % n)


def _decode_line(
    line: bytes, best: str, other: str, offset: int
) -> tuple[str, str, list[UndecodableBytes]]:
    if line.isascii():
        return best, line.decode("ascii"), []
    readings = []
    for codec in (best, other):
        text, bad = decode_replacing(line, codec, offset)
        if codec == best and not bad:
            if best == "utf-8" or not (_MISREAD.search(text) or _utf8_run(2).search(line)):
                return best, text, []
            readings.append((text_cost(text), codec, text, bad))
        if codec in _LEGACY:
            text, bad = resynchronise(line, codec, offset)
        # A line changes the encoding only on strong evidence.
        cost = text_cost(text) + (0.0 if codec == best else 10.0)
        readings.append((cost, codec, text, bad))
    _cost, codec, text, bad = min(readings, key=lambda reading: reading[0])
    return codec, text, bad


def decode_replacing(raw: bytes, codec: str, offset: int = 0) -> tuple[str, list[UndecodableBytes]]:
    """Decode with U+FFFD for what the codec refuses, and say what it was and where.

    Works in windows, so that many errors in a long stretch take linear time. For UTF-8 the text
    equals `raw.decode("utf-8", "replace")`.
    """
    try:
        return raw.decode(codec), []
    except UnicodeDecodeError:
        pass
    texts: list[str] = []
    bad: list[UndecodableBytes] = []
    at = 0
    while at < len(raw):
        window = raw[at : at + _WINDOW_BYTES]
        try:
            texts.append(window.decode(codec))
            at += len(window)
        except UnicodeDecodeError as exc:
            texts.append(window[: exc.start].decode(codec))
            cut_short = exc.end == len(window) and at + len(window) < len(raw)
            if not cut_short or exc.start == 0:
                texts.append("\ufffd")
                bad.append(UndecodableBytes(offset + at + exc.start, window[exc.start : exc.end]))
                at += exc.end
            else:
                at += exc.start
    return "".join(texts), bad


def _is_sound(decoded: Decoded) -> bool:
    """Whether the text is text: few of its characters are lost or control characters."""
    n_bad = len(decoded.undecodable) + len(_CONTROL.findall(decoded.text))
    n = len(decoded.text)
    return n_bad <= max(n / 10, min(3.0, n / 4))


def _is_doubtful(decoded: Decoded) -> bool:
    if decoded.encoding in {"utf-8", "cp1252"}:
        return False
    n_foreign = sum(char > "\x7f" for char in decoded.text[:_SAMPLE_BYTES])
    limit = _MAX_FOREIGN_COST_LONG if n_foreign >= 30 else _MAX_FOREIGN_COST
    return mean_foreign_cost(decoded.text) > limit


def _guess(raw: bytes) -> str:
    """What charset-normalizer takes the bytes for, as a remark; it is not decoded as that."""
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:_SAMPLE_BYTES]).best()
    return f"，可能是 {best.encoding}" if best is not None else ""
