"""Read the training material: documents and pairs, cleaned and folded to Simplified."""

import lzma
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import opencc
import orjson

DOCUMENTS = ("political", "broadcast_news", "general_news", "laws")

# Pairs whose columns are Chinese and English, and which column is the Chinese one.
CHINESE_COLUMN = {
    "dictionary_cedict": 0,
    "dictionary_wiktionary": 1,
    "parallel_tatoeba": 1,
    "parallel_wmt": 1,
    "parallel_wmt_machine": 1,
    "parallel_wmt_news": 1,
    "parallel_python_docs": 1,
}
# Chinese question or phrase in the first column, Chinese passage in the second.
CHINESE_PAIRS = (
    "question_passage_cmrc",
    "question_passage_drcd",
    "question_answer_gov_faq",
    "question_answer_legal",
    "question_statute",
)
# No licence stated: used only where the card says that they add measurably.
UNLICENSED_PAIRS = ("paraphrase_simclue", "paraphrase_mixed", "query_title_qbqtc")

_BROADCAST_HEAD = re.compile(
    r"^(中国网络电视台消息|央视网消息|本台消息|新闻联播)?\s*[(（]?新闻联播[)）]?\s*[：:]\s*"
)
_BROADCAST_TAIL = re.compile(r"[(（](视频编辑|编辑|责任编辑|文字编辑|记者)[^()（）]{0,80}[)）]\s*$")
_BRACKETED_SERIES = re.compile(r"【[^】]{1,20}】")
_MARKUP = re.compile(r"^#+\s*|<!--.*?-->|\u200b|\ufeff")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Document:
    """A title (may be empty) and its paragraphs, in order, as the source has them."""

    source: str
    title: str
    date: str
    paragraphs: tuple[str, ...]


def fold(text: str) -> str:
    """NFKC, lower case: what the tokenizer's own normalizer does."""
    return unicodedata.normalize("NFKC", text).lower()


def read_documents(data: Path, source: str) -> Iterator[Document]:
    """Yield the documents of one source, in file order, without broadcasters' heads and tails."""
    with lzma.open(data / f"{source}.jsonl.xz") as lines:
        for line in lines:
            record = orjson.loads(line)
            paragraphs = []
            for raw in record["paragraphs"]:
                text = _MARKUP.sub("", raw)
                if source == "broadcast_news":
                    text = _BROADCAST_TAIL.sub("", _BROADCAST_HEAD.sub("", text))
                text = _SPACES.sub(" ", text).strip()
                if len(text) >= 2 and text not in ("---", "bookCollapseSection: true"):
                    paragraphs.append(text)
            title = _BRACKETED_SERIES.sub("", record["title"]).strip()
            yield Document(source, title, record["date"], tuple(paragraphs))


def read_pairs(data: Path, name: str) -> list[tuple[str, str]]:
    """One pair file, folded to Simplified; for bilingual files the Chinese column comes first."""
    to_simplified = opencc.OpenCC("t2s").convert
    pairs = []
    with lzma.open(data / "pairs" / f"{name}.tsv.xz", "rt", encoding="utf-8-sig") as lines:
        for line in lines:
            left, separator, right = line.rstrip("\n").partition("\t")
            if not separator or not left.strip() or not right.strip():
                continue
            if CHINESE_COLUMN.get(name, 0) == 1:
                left, right = right, left
            pairs.append((left.strip(), right.strip()))
    joined = to_simplified("\n".join(left for left, _ in pairs)).split("\n")
    if name in CHINESE_COLUMN:
        rights = [right for _, right in pairs]
    else:
        rights = to_simplified("\n".join(right for _, right in pairs)).split("\n")
    assert len(joined) == len(pairs) == len(rights)
    return list(dict.fromkeys(zip(joined, rights, strict=True)))
