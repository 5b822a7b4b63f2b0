"""Damaged files: each is read, or refused with a SourceError; nothing else may happen."""

import random
from pathlib import Path

import pytest
from test_read_pdf import make_pdf
from wordfiles import abstract, docx, level, num, p, table

from speechrag.corpus.read import ReadLimits, read_document
from speechrag.errors import SourceError

LIMITS = ReadLimits(max_unpacked_bytes=20_000_000)
N_VARIANTS = 200
SENTENCE = "推动科技成果转化，强化人才支撑，提高转化效率。"
NUMBERING = abstract(0, level(0, "chineseCounting", "%1、")) + num(1, 0)
SAMPLES = {
    "utf8.txt": (SENTENCE * 20).encode("utf-8"),
    "gbk.txt": (SENTENCE * 20).encode("gb18030"),
    "big5.txt": ("推動科技成果轉化，強化人才支撐。\n" * 20).encode("big5"),
    "utf16.txt": (SENTENCE * 20).encode("utf-16"),
    "a.md": f"---\ntitle: 讲话\n---\n# 讲话\n\n**{SENTENCE}**\n\n| 甲 | 乙 |\n|---|---|\n".encode(),
    "a.html": (
        f"<html><head><title>讲话</title></head><body><nav><a href='/'>首页</a></nav><p>{SENTENCE}"
        f"</p><ol start='2'><li>甲</li></ol><table><tr><td>甲<td>乙</table></body></html>"
    ).encode(),
    "a.mht": (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\n"
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
        b"PHA+6K6y6K+dPC9wPg==\n--B--\n"
    ),
    "a.docx": docx(
        p("形势", num=1, level=0) + p(SENTENCE) + table(["甲", "乙"]), numbering=NUMBERING
    ),
    "stored.docx": docx(
        p("形势", num=1, level=0) + p(SENTENCE), numbering=NUMBERING, compression=0
    ),
    "a.doc": (Path(__file__).parent / "legacy" / "档案.doc").read_bytes(),
    "a.rtf": rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 a;}}\pard\f0 \'bd\'b2\u-10187?"
    rb"\u-8704?{\v x}{\footnote y}\par\trowd\intbl A\cell B\cell\row\pard Z\par}",
    "a.pdf": make_pdf(["讲话", SENTENCE], [SENTENCE]),
}


def damage(raw, rng):
    """Bytes changed, cut out, doubled, swapped or cut off."""
    data = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(data)) if data else 0
        match rng.randrange(6):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + rng.choice((1, 2, 50))]
            case 2:
                data[at:at] = data[at : at + rng.choice((1, 30))]
            case 3:
                data[at : at + 4] = rng.choice((b"\xff" * 4, b"\x00" * 4, b"\x7f\xff\xff\xff"))
            case 4:
                data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 8))))
            case 5 if rng.random() < 0.2:
                del data[at:]
    return bytes(data)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_file_is_read_or_refused(tmp_path, name):
    rng = random.Random(name)
    path = tmp_path / name
    outcomes = {"read": 0, "refused": 0}
    nameless = 0
    for n in range(N_VARIANTS):
        raw = damage(SAMPLES[name], rng)
        path.write_bytes(raw)
        try:
            document = read_document(path, name=name, limits=LIMITS)
        except SourceError as exc:
            outcomes["refused"] += 1
            nameless += not (exc.message.startswith(f"{name}：") and exc.hint)
        else:
            outcomes["read"] += 1
            assert document.text.strip(), n
            document.text.encode("utf-8")
            for hint in document.hints:
                assert 0 <= hint.start < hint.end <= len(document.text), n
    assert nameless == 0
    assert outcomes["read"] > 0, outcomes


def test_the_demo_library_is_read():
    folder = Path(__file__).parents[2] / "seeds"
    if not folder.is_dir():
        pytest.skip("no demo library")
    for path in sorted(folder.iterdir()):
        if path.suffix in {".txt", ".md", ".docx", ".pdf", ".html"}:
            document = read_document(path)
            assert len(document.text) > 900, path.name
            assert document.undecodable == (), path.name
