"""Small stand-ins for the reader and the encoder, so that the index is tested by itself."""

import hashlib
import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from speechrag.errors import EmptySource
from speechrag.index.tokens import fold_key
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


class HashEncoder:
    """Vectors from hashed character pairs: unit norm, the same everywhere, no model."""

    def __init__(self, dim=48, salt=""):
        self.dim = dim
        self.salt = salt
        self.name = f"hash{salt}"
        self.n_encoded = 0

    @property
    def digest(self):
        return hashlib.sha256(f"{self.dim} {self.salt}".encode()).hexdigest()

    def encode_queries(self, texts):
        return self._encode(texts)

    def encode_passages(self, texts):
        self.n_encoded += len(texts)
        return self._encode(texts)

    def _encode(self, texts):
        out = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(out, texts, strict=True):
            for a, b in itertools.pairwise(fold_key(text) + " "):
                digest = hashlib.blake2b(f"{self.salt}{a}{b}".encode(), digest_size=8).digest()
                number = int.from_bytes(digest, "little")
                row[number % self.dim] += 1 if number >> 63 else -1
            norm = np.linalg.norm(row)
            if norm:
                row /= norm
        return out


class TokenHashEncoder(HashEncoder):
    """The same with a vocabulary, in which a token is a character, numbered by its code point."""

    def __init__(self, dim=48, salt=""):
        super().__init__(dim, salt)
        self.tokenized = []

    def token_ids(self, texts):
        self.tokenized += texts
        return [np.unique(np.fromiter(map(ord, fold_key(text)), dtype=np.int32)) for text in texts]

    def token_rows(self, ids):
        return np.eye(4, dtype=np.float32)[np.zeros(len(ids), dtype=int)]  # all the same


class CountingTokenizer:
    """A tokenizer that counts what it is asked for."""

    def __init__(self, tokenizer):
        self._tokenizer = tokenizer
        self.texts = []

    @property
    def digest(self):
        return self._tokenizer.digest

    @property
    def user_terms(self):
        return self._tokenizer.user_terms

    def tokenize(self, text):
        self.texts.append(text)
        return self._tokenizer.tokenize(text)


def parse_plain(path: Path, name: str) -> ParsedFile:
    """A reader for tests: `# title`, `@date kind speaker`, `一、heading`, and a passage a line.

    `===` begins another speech.
    """
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        raise EmptySource(f"{name} 是空的。", "请换一个文件。")
    speeches = tuple(
        parse_speech(part, name, place) for place, part in enumerate(text.split("===\n"))
    )
    document = Document(name, "txt", "utf-8", text, (Hint(0, 1, "title"),))
    removed = (Removed(0, 1, RemovalReason.MARKUP),)
    return ParsedFile(document, speeches, removed, 1.0)


def parse_speech(text: str, name: str, place: int = 0) -> Speech:
    speech_id = hashlib.sha256(f"{name}#{place}".encode()).hexdigest()[:12]
    title, date, kind, speaker, path = name, None, None, None, ()
    shown, sections, passages = "", [], []
    for line in text.splitlines():
        if line.startswith("# "):
            title = line[2:]
        elif line.startswith("@"):
            date, kind, speaker = (*line[1:].split(" ", 2), None, None)[:3]
        elif line.startswith(("一、", "二、", "三、")):
            sections.append(Section(1, line[:2], line[2:], len(shown), len(shown) + len(line)))
            path = (line,)
            shown += line + "\n"
        elif line.strip():
            number = len(passages)
            role = Role.OPENING if number == 0 else Role.MEASURE if path else None
            start, end = len(shown), len(shown) + len(line)
            passages.append(Passage(f"{speech_id}-{number:04d}", speech_id, start, end, path, role))
            shown += line + "\n"
    return Speech(
        id=speech_id,
        title=title,
        text=shown,
        source=name,
        date=date or None,
        kind=kind or None,
        speaker=speaker,
        truncated=Truncation(1, 2) if "截断" in title else None,
        sections=tuple(sections),
        passages=tuple(passages),
        segments=(Segment(0, len(shown), 0, len(text)),),
    )


def rich_parsed_file() -> ParsedFile:
    """A record with something in every field."""
    speech = parse_speech("# 题\n@2025-07 讲话\n一、做法\n第一段。\n第二段。\n", "a.txt")
    speech = replace(
        speech,
        speaker="张三",
        occasion="推进会",
        place="甲市",
        truncated=Truncation(None, 3583),
        contents=(Section(1, "一、", "提纲", 0, 0),),
        doubtful=((1, 2), (3, 5)),
    )
    document = Document(
        file="a.txt",
        format="docx",
        encoding="gb18030",
        text="原文\ud800\n𠀀",
        hints=(Hint(0, 2, "heading", 3),),
        undecodable=(UndecodableBytes(7, b"\xff\x00"),),
        title="题",
    )
    removed = (Removed(0, 2, RemovalReason.PAYWALL), Removed(2, 3, RemovalReason.LAYOUT))
    return ParsedFile(document, (speech,), removed, 0.5)


_WORDS = re.findall(
    "..",
    "推动科技成果转化人才培养营商环境乡村振兴安全生产数字政府生态保护党建引领"
    "民生保障高校企业合作创新平台建设改革开放服务群众项目落地产业升级财政资金",
)


def write_library(
    folder: Path, n_files: int, n_passages: int = 6, seed: int = 1, speakers: Sequence[str] = ("",)
) -> None:
    """A folder of speeches in the form that `parse_plain` reads, the same for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n_files):
        speaker = speakers[number % len(speakers)]
        write_speech(folder / f"speech{number:03d}.txt", n_passages, seed * 1000 + number, speaker)


def write_speech(path: Path, n_passages: int = 6, seed: int = 1, speaker: str = "") -> None:
    chance = random.Random(seed)
    lines = [f"# 关于{''.join(chance.sample(_WORDS, 2))}的讲话{seed}"]
    date, kind = f"{2016 + seed % 10}-{1 + seed % 12:02d}-15", chance.choice(["讲话", "报告"])
    lines.append(f"@{date} {kind} {speaker}".rstrip())
    for number in range(n_passages):
        if number == n_passages // 2:
            lines.append(f"二、着力{''.join(chance.sample(_WORDS, 2))}")
        words = "".join(chance.choices(_WORDS, k=30))
        lines.append(f"第{seed}篇第{number}段,{words}。")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def split_plain(document: Document) -> ParsedFile:
    """What `parse_plain` does after reading, from the document it made."""
    speeches = tuple(
        parse_speech(part, document.file, place)
        for place, part in enumerate(document.text.split("===\n"))
    )
    return ParsedFile(document, speeches, (Removed(0, 1, RemovalReason.MARKUP),), 1.0)
