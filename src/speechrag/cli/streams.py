"""What comes in by stdin and goes out by stdout, whatever encoding the terminal claims.

JSON is UTF-8 always. What a person types or pipes may be UTF-8 or, from a Chinese Windows, GBK;
bytes that are neither must not end the other questions, nor leave as bytes that are no UTF-8.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator


def prepare_output(*, is_json: bool) -> None:
    """Let stdout and stderr print every character: as UTF-8 for JSON, else with ? where it must."""
    if sys.stdout is None:  # closed by the caller (>&-): there is nobody to tell
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until we end
    for stream, encoding in ((sys.stdout, "utf-8" if is_json else None), (sys.stderr, None)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")


def give_up_output() -> None:
    """Let what is still to be written go nowhere: the interpreter writes it out when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read_text() -> str:
    """The whole of stdin, in the encoding that its bytes are in.

    Raises:
        UndecodableText: No encoding explains the bytes.
    """
    from speechrag.corpus.decode import decode_bytes

    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        return sys.stdin.read() if sys.stdin else ""
    raw: bytes = stream.read()
    return decode_bytes(raw).text if raw.strip() else ""


def read_lines() -> Iterator[str]:
    """The lines of stdin as they come, without their ends."""
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        yield from (line.rstrip("\r\n") for line in sys.stdin or ())
        return
    for raw in stream:
        yield decode_line(raw.removeprefix(b"\xef\xbb\xbf")).rstrip("\r\n")


def decode_line(raw: bytes) -> str:
    """A line as UTF-8, else as GB18030, else as UTF-8 with U+FFFD for what is none."""
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def as_text(argument: str) -> str:
    """An argument of the command line as valid text: its bytes may have been GBK."""
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        pass
    else:
        return argument
    try:
        return decode_line(argument.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return argument.encode("utf-8", "replace").decode("utf-8")
