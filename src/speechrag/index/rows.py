"""The passages of one file as a build takes them: what is made of each by itself, packed.

A worker process makes it and the build only puts it in its place. Numbers are packed into arrays
and each distinct text is kept once, for all of it is sent from one process to the other.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speechrag.index.duplicates import sketch_texts
from speechrag.index.encoding import passage_text_for_encoding, sentence_spans, text_key
from speechrag.types import Speech

FIELDS = ("body", "heading", "title")
"""The lexical fields: a passage's words, its heading path, its speech's title."""

Ints = NDArray[np.int32]
Keys = NDArray[np.uint64]
Tokenize = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where passages stand: the title of their speech and the headings above them."""

    title: str
    path: tuple[str, ...]

    @property
    def heading(self) -> str:
        """The heading path as it is tokenized."""
        return "\n".join(self.path)

    @property
    def context(self) -> str:
        """The text that is encoded for it, as `context_text_for_encoding` has it."""
        return "\n".join((self.title, *self.path))

    def fields(self, text: str) -> dict[str, str]:
        """The text of each of `FIELDS` of a passage that stands here."""
        return {"body": text, "heading": self.heading, "title": self.title}


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The tokens of passages, as numbers of `terms`, field by field.

    Attributes:
        terms: The distinct tokens.
        numbers: int32, by field: those of all passages, one after the other.
        counts: int32, by field, shape (n_rows,): how many each has; -1 where they were not made.
    """

    terms: list[str]
    numbers: dict[str, Ints]
    counts: dict[str, Ints]

    def stretch(
        self, start: int, stop: int, numbers: Ints
    ) -> tuple[dict[str, Ints], dict[str, Ints]]:
        """Numbers and counts of passages that follow each other, by other numbers of the terms."""
        chosen: dict[str, Ints] = {}
        counts = {field: each[start:stop] for field, each in self.counts.items()}
        for field, each in self.counts.items():
            low = int(np.maximum(each[:start], 0).sum())
            high = low + int(counts[field].sum())
            chosen[field] = numbers[self.numbers[field][low:high]]
        return chosen, counts


@dataclass(frozen=True, slots=True, eq=False)
class FileRows:
    """The passages of a file, in order.

    Attributes:
        texts: Their words.
        places: Where they stand, each distinct one once.
        place_of: int32, shape (n_rows,): the place of each.
        keys: uint64, shape (n_rows, 2): what identifies text and context.
        context_keys: uint64, shape (len(places), 2): what identifies each place's context.
        sketches: As `sketch_texts` gives them.
        words: Their tokens.
        sentences: int32, shape (n, 2): where the sentences of each begin and end in its text.
        n_sentences: int32, shape (n_rows,): how many each has; 0 where they were not asked for.
    """

    texts: list[str]
    places: list[Place]
    place_of: Ints
    keys: Keys
    context_keys: Keys
    sketches: Keys
    words: Words
    sentences: Ints
    n_sentences: Ints

    def spans(self) -> Iterator[list[tuple[int, int]]]:
        """The sentences of each passage."""
        pairs = iter(zip(*self.sentences.T.tolist(), strict=True) if len(self.sentences) else ())
        for count in self.n_sentences.tolist():
            yield [next(pairs) for _ in range(count)]


def make_rows(
    speeches: Sequence[Speech], tokenize: Tokenize, known: bytes = b"", *, with_sentences: bool
) -> FileRows:
    """The rows of a file's speeches.

    Args:
        speeches: All of them, in order.
        tokenize: Gives the tokens of a text.
        known: The keys of passages whose tokens need not be made: uint64 pairs.
        with_sentences: Whether sentences are asked for.
    """
    texts: list[str] = []
    places: list[Place] = []
    contexts: list[str] = []
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    place_of, keys = array("i"), array("Q")
    for speech in speeches:
        for passage in speech.passages:
            standing = (speech.title, passage.section_path)
            number = numbers.setdefault(standing, len(places))
            if number == len(places):
                places.append(Place(*standing))
                contexts.append(places[-1].context)
            text = passage_text_for_encoding(speech, passage)
            keys.extend(text_key(text, contexts[number]))
            place_of.append(number)
            texts.append(text)
    spans = [sentence_spans(text) for text in texts] if with_sentences else [[] for _ in texts]
    packed = _pairs(keys)
    standing_at = [places[number] for number in place_of]
    return FileRows(
        texts=texts,
        places=places,
        place_of=np.array(place_of, dtype=np.int32),
        keys=packed,
        context_keys=_pairs(array("Q", (part for text in contexts for part in text_key(text)))),
        sketches=sketch_texts(texts),
        words=_make_words(texts, standing_at, tokenize, _are_known(packed, known)),
        sentences=np.array([at for each in spans for at in each], dtype=np.int32).reshape(-1, 2),
        n_sentences=np.array([len(each) for each in spans], dtype=np.int32),
    )


def _pairs(numbers: array[int]) -> Keys:
    return np.array(numbers, dtype=np.uint64).reshape(-1, 2)


def _are_known(keys: Keys, known: bytes) -> list[bool]:
    if not known:
        return [False] * len(keys)
    among = set(map(tuple, np.frombuffer(known, dtype=np.uint64).reshape(-1, 2).tolist()))
    return [tuple(key) in among for key in keys.tolist()]


def _make_words(
    texts: Sequence[str], places: Sequence[Place], tokenize: Tokenize, known: Sequence[bool]
) -> Words:
    terms: defaultdict[str, int] = defaultdict()
    terms.default_factory = terms.__len__  # a new term gets the next number
    made: dict[str, array[int]] = {}
    numbers = {field: array("i") for field in FIELDS}
    counts = {field: array("i") for field in FIELDS}
    for text, place, is_known in zip(texts, places, known, strict=True):
        for field, words in place.fields(text).items():
            if is_known:
                counts[field].append(-1)
                continue
            if words not in made:
                made[words] = array("i", map(terms.__getitem__, tokenize(words)))
            numbers[field].extend(made[words])
            counts[field].append(len(made[words]))
    return Words(
        list(terms),
        {field: np.array(flat, dtype=np.int32) for field, flat in numbers.items()},
        {field: np.array(each, dtype=np.int32) for field, each in counts.items()},
    )
