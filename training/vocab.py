"""Choose the vocabulary: words, with characters and letter pieces to fall back on.

Word scores are log frequencies, so the most probable path is what jieba's would be. There is no
pre-tokenizer: punctuation and spaces are single tokens whose rows stay zero, which costs nothing
after the unit norm and lets the path be found in one pass over the text.
"""

import math
import pickle
import re
import zlib
from collections import Counter
from multiprocessing import Pool
from pathlib import Path
from unicodedata import category

import rjieba
from tokenizers import Tokenizer, models, normalizers

from speechrag.index.tokens import fold as search_fold
from training.corpus import (
    CHINESE_COLUMN,
    CHINESE_PAIRS,
    DOCUMENTS,
    UNLICENSED_PAIRS,
    fold,
    read_documents,
    read_pairs,
)
from training.overlap import trained_glossary, trained_questions

UNKNOWN = "[UNK]"
# Speeches are political prose: their words come first, the general press widens the rest.
SOURCE_WEIGHTS = {"political": 6.0, "broadcast_news": 1.5, "general_news": 0.4, "laws": 0.7}
N_CHINESE_WORDS = 62_000
N_ENGLISH_WORDS = 26_000
N_ENGLISH_PIECES = 4_000
PIECE_SCORE = -15.0
CHARACTER_PENALTY = 3.0

_CHINESE_WORD = re.compile(r"^[\u3400-\u9fff]{2,8}$")
_ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ISE = re.compile(r"(?<=[a-z]{3}i)[sz](?=(?:e[ds]?|er|ers|ing|ation|ations|ational)$)")
_YEARS = [str(year) for year in range(1949, 2036)]


def _count_documents(job: tuple[Path, str]) -> Counter[str]:
    data, source = job
    counts: Counter[str] = Counter()
    for document in read_documents(data, source):
        for text in (document.title, *document.paragraphs):
            counts.update(rjieba.cut(fold(text)))
    return counts


def _count_pairs(job: tuple[Path, str]) -> tuple[Counter[str], Counter[str]]:
    """Chinese words and English words of one pair file."""
    data, name = job
    chinese: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for left, right in read_pairs(data, name):
        chinese.update(rjieba.cut(fold(left)))
        if name in CHINESE_COLUMN:
            english.update(_ENGLISH_WORD.findall(fold(right)))
        else:
            chinese.update(rjieba.cut(fold(right)))
    return chinese, english


def count_words(data: Path, cache: Path) -> tuple[Counter[str], Counter[str]]:
    """Weighted Chinese counts and English counts over all material, cached as `counts.pkl`."""
    path = cache / "counts.pkl"
    if path.exists():
        return pickle.loads(path.read_bytes())
    chinese: Counter[str] = Counter()
    english: Counter[str] = Counter()
    names = (*CHINESE_COLUMN, *CHINESE_PAIRS, *UNLICENSED_PAIRS)
    with Pool(2) as pool:
        documents = pool.map(_count_documents, [(data, name) for name in DOCUMENTS], chunksize=1)
        pairs = pool.map(_count_pairs, [(data, name) for name in names], chunksize=1)
    for source, counts in zip(DOCUMENTS, documents, strict=True):
        for word, count in counts.items():
            chinese[word] += count * SOURCE_WEIGHTS[source]
    for name, (zh, en) in zip(names, pairs, strict=True):
        weight = 0.2 if name == "parallel_python_docs" else 1.0
        for word, count in zh.items():
            chinese[word] += count * 0.5 * weight
        for word, count in en.items():
            english[word] += count * weight
    path.write_bytes(pickle.dumps((chinese, english)))
    return chinese, english


def _written_words() -> tuple[Counter[str], Counter[str]]:
    """Words of the glossary and the written questions, which must all be in the vocabulary."""
    chinese: Counter[str] = Counter()
    english: Counter[str] = Counter()
    texts = [text for row in trained_glossary() for text in (row.term, *row.everyday, *row.english)]
    texts += [text for row in trained_questions() for text in (row.question, row.answer)]
    for text in texts:
        folded = fold(text)
        chinese.update(word for word in rjieba.cut(folded) if _CHINESE_WORD.match(word))
        english.update(_ENGLISH_WORD.findall(folded))
    return chinese, english


def _choose_pieces(english: Counter[str]) -> list[str]:
    """The commonest 2–5-letter beginnings and endings of English words."""
    pieces: Counter[str] = Counter()
    for word, count in english.items():
        if word.isascii() and len(word) > 5:
            for n_letters in (2, 3, 4, 5):
                pieces[word[:n_letters]] += math.log1p(count)
                pieces[word[-n_letters:]] += math.log1p(count)
    return [piece for piece, _ in pieces.most_common(N_ENGLISH_PIECES)]


def _other_spelling(word: str) -> str:
    """British for American and the reverse, where only -ise and -ize differ; else the word."""
    return _ISE.sub(lambda match: {"s": "z", "z": "s"}[match[0]], word)


def dictionary_words(data: Path) -> list[str]:
    """English words that stand in two or more dictionary entries, the commonest first."""
    counts: Counter[str] = Counter()
    for name in ("dictionary_cedict", "dictionary_wiktionary"):
        for _, english in read_pairs(data, name):
            counts.update(sorted(set(_ENGLISH_WORD.findall(fold(english)))))
    return [word for word, count in counts.most_common() if count >= 2]


def choose_vocabulary(
    chinese: Counter[str], english: Counter[str], dictionary: list[str]
) -> list[tuple[str, float]]:
    """Tokens with their log probabilities, the unknown token first."""
    total = sum(chinese.values())
    total_english = sum(english.values())
    written_zh, written_en = _written_words()
    scores: dict[str, float] = {UNKNOWN: -30.0}
    words = [word for word, _ in chinese.most_common() if _CHINESE_WORD.match(word)]
    words = [*dict.fromkeys([*words[:N_CHINESE_WORDS], *written_zh])]
    for word in words:
        scores[word] = math.log(max(chinese[word], 1.0) / total)
    latin = Counter(english)
    for word, count in chinese.items():
        if re.fullmatch(r"[a-z]{2,12}", word):
            latin[word] += count * 0.05
    chosen = [word for word, _ in latin.most_common(N_ENGLISH_WORDS)]
    chosen = list(dict.fromkeys([*chosen, *dictionary]))
    chosen += sorted({_other_spelling(word) for word in (*chosen, *written_en)})
    for word in dict.fromkeys([*chosen, *written_en]):
        if len(word) > 1:
            scores.setdefault(word, math.log(max(latin[word], 0.5) / total_english) * 0.8)
    characters: Counter[str] = Counter()
    for word, count in chinese.items():
        for character in word:
            characters[character] += count
    for character, count in characters.items():
        # a combining mark is never a token: whether it stands alone depends on its neighbour
        if count >= 1 and not character.isspace() and not category(character).startswith("M"):
            own = max(chinese[character], 0.3)
            scores[character] = math.log(own / total) - CHARACTER_PENALTY
    for token in [*_YEARS, *(str(number) for number in range(10, 100))]:
        scores.setdefault(token, -11.0)
    for token in fold("abcdefghijklmnopqrstuvwxyz0123456789 ，。；：、（）“”‘’！？《》—…·【】"):
        scores.setdefault(token, -12.0)
    for piece in _choose_pieces(english):
        scores.setdefault(piece, PIECE_SCORE - 1.0 / len(piece))
    return [
        (token, round(score + _jitter(token), 6))
        for token, score in scores.items()
        if token == UNKNOWN
        or search_fold(token) == token  # the encoder reads folded text: others never occur
    ]


def _jitter(token: str) -> float:
    """A few millionths, the same in every run, so that no two paths tie but for rounding."""
    return zlib.crc32(token.encode()) % 9973 * 1e-6


def is_content(token: str) -> bool:
    """Whether a token may carry a vector: it has a letter, a digit or an ideograph."""
    return token != UNKNOWN and any(character.isalnum() for character in token)


def build_tokenizer(data: Path, cache: Path) -> Tokenizer:
    """Count, choose and assemble; deterministic for the same material."""
    chinese, english = count_words(data, cache)
    vocabulary = choose_vocabulary(chinese, english, dictionary_words(data))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    return tokenizer
