"""The best path of a Unigram tokenizer, found for thousands of texts at once.

`tokenizers` finds it text by text, in about 150 µs for 200 characters; here the steps run over
arrays of all positions, with the same result: the same normal form (NFKC, lower case), the same
scores added in the same order, ties to the longer word.

The path is Viterbi's over the words of the vocabulary (Kudo 2018, "Subword Regularization"). Words
are found with a trie kept in an open-addressing hash table. A text falls into short segments at
every place that no word spans, so the path has few steps, each taken for all segments together.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speechrag.index.word_lattice import Edges, Words

Ints = NDArray[np.int64]

# tokenizers' K_UNK_PENALTY: an unknown character scores the least score less this
_UNKNOWN_PENALTY = 10.0
_NOT_SEEN, _ODD = -2, -1  # odd: its normal form is not one character, or is its neighbours' too
# a run of this many characters without a seam is left to `tokenizers`
MAX_SEGMENT_CHARS = 512


def _normal_form(text: str) -> str:
    """NFKC, then lower case character by character, as `tokenizers` does it."""
    return "".join(map(str.lower, unicodedata.normalize("NFKC", text)))


def _is_simple(character: str) -> bool:
    """Whether a character's normal form never depends on its neighbours."""
    if character == "Σ":  # small at the end of a word: ς
        return False
    code = ord(character)
    jamo = 0x1100 <= code <= 0x11FF or 0xA960 <= code <= 0xA97F or 0xD7B0 <= code <= 0xD7FF
    return not jamo and not unicodedata.category(character).startswith("M")


def _codes(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Code points of all texts, a 0 after each."""
    joined = "\0".join(texts) + "\0"
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)


class Segmenter:
    """Token ids of many texts for a `tokenizer.json` with a Unigram model and no pre-tokenizer.

    Args:
        tokenizer_file: The tokenizer.
        fold: A fold done before, character by character; nothing by default.
        in_context: The characters that `fold` decides by their neighbours; a text that holds one is
            folded by itself. None where there are none.

    """

    def __init__(
        self,
        tokenizer_file: Path,
        fold: Callable[[str], str] = str,
        in_context: re.Pattern[str] | None = None,
    ) -> None:
        self._fold = fold
        self._in_context = in_context
        model = json.loads(tokenizer_file.read_text("utf-8"))["model"]
        tokens = [token for token, _ in model["vocab"]]
        self._unknown = int(model["unk_id"])
        scores = np.array([score for _, score in model["vocab"]])
        self._scores = np.append(scores, scores.min() - _UNKNOWN_PENALTY)
        characters = sorted(set("".join(tokens)))
        self._index = {character: i + 1 for i, character in enumerate(characters)}
        self._exact = np.zeros(0x110000, np.int32)
        self._exact[[ord(character) for character in characters]] = range(1, len(characters) + 1)
        self._of_code = np.full(0x110000, _NOT_SEEN, np.int32)
        self._words = Words(tokens, self._index)

    def _learn(self, codes: NDArray[np.uint32]) -> None:
        """Fill the table for code points that were not met before."""
        for code in np.unique(codes[self._of_code[codes] == _NOT_SEEN]).tolist():
            character = chr(code)
            # a text with a character of the context's is folded by now: what is left of it stays
            folded = character if self._depends(character) else self._fold(character)
            normal = _normal_form(folded)
            is_one = len(normal) == 1 and all(map(_is_simple, character + folded + normal))
            if not is_one or (folded != character and self._depends(folded)):
                self._of_code[code] = _ODD
            else:
                self._of_code[code] = self._index.get(normal, 0)

    def _depends(self, text: str) -> bool:
        return self._in_context is not None and self._in_context.search(text) is not None

    def _characters(
        self, texts: Sequence[str]
    ) -> tuple[NDArray[np.int32], Ints, NDArray[np.bool_]]:
        """Characters of all texts, a 0 after each; where each text starts; which kept their places.

        A text keeps its places where each of its characters is one in the normal form.
        """
        if self._in_context is not None:  # a fold changes no length
            texts = [self._fold(text) if self._depends(text) else text for text in texts]
        codes = _codes(texts)
        self._learn(codes)
        characters = self._of_code[codes]
        starts, kept = _starts(texts), np.ones(len(texts), np.bool_)
        odd = np.flatnonzero(characters < 0)
        if len(odd):
            texts = list(texts)
            of_text = np.searchsorted(starts, odd, side="right") - 1
            for at in np.unique(of_text).tolist():
                kept[at] = False
                texts[at] = _normal_form(self._fold(texts[at]))
            codes, starts = _codes(texts), _starts(texts)
            self._learn(codes)
            characters = self._of_code[codes]
            characters = np.where(characters < 0, self._exact[codes], characters)
        return characters, starts, kept

    def segment(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], Ints] | None:
        """Token ids of all texts in order and where each text's begin, shape (len(texts) + 1,).

        None where some stretch has no seam for `MAX_SEGMENT_CHARS`: ask `tokenizers` instead.
        """
        found = self.segment_parts(texts, [()] * len(texts))
        return None if found is None else found[:2]

    def segment_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[NDArray[np.int32], Ints, Ints] | None:
        """`segment`, and which of the tokens are those of parts of the texts.

        Args:
            texts: What to segment.
            parts: Stretches (start, end) of each text, rising and apart.

        Returns:
            The token ids; where each text's begin; and for each part, in order, from where to where
            its own stand among the ids: shape (n, 2). They are what the part by itself would give.
            Where that cannot be told, (-1, -1): a word spans its start or end, or its text has
            characters that are not one in the normal form.
        """
        characters, starts, kept = self._characters(texts)
        word_at, word_length, word_token = self._words.words(characters)
        n = len(characters)
        spanned = np.bincount(word_at + 1, minlength=n + 1)
        spanned -= np.bincount(word_at + word_length, minlength=n + 1)
        is_seam = np.cumsum(spanned)[:n] == 0
        seams = np.flatnonzero(is_seam)  # a segment starts at each
        sizes = np.diff(np.append(seams, n))
        if sizes.max(initial=0) > MAX_SEGMENT_CHARS:
            return None
        single = self._words.singles(characters)
        chosen = np.full(n, -1, np.int32)
        alone = seams[sizes == 1]
        chosen[alone] = single[alone]
        long = sizes > 1
        origin = np.repeat(seams, sizes)  # the segment each place belongs to
        inner = np.flatnonzero(np.repeat(long, sizes))
        edges = Edges.gather(
            np.concatenate([word_at, inner]),
            np.concatenate([word_length, np.ones(len(inner), np.int64)]),
            np.concatenate([word_token, single[inner]]),
            origin,
        )
        edges.choose(self._scores, seams[long], sizes[long], chosen)
        places = np.flatnonzero((chosen >= 0) & (chosen != self._unknown))
        bounds, n_parts = _bounds(parts, starts)
        told = np.repeat(kept, n_parts) & is_seam[bounds].all(axis=1)
        among = np.where(told[:, None], np.searchsorted(places, bounds), -1)
        return chosen[places], np.searchsorted(places, starts), among


def _starts(texts: Sequence[str]) -> Ints:
    """Where each text starts among the characters of all, and where the next would."""
    lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    return np.concatenate([[0], np.cumsum(lengths)])


def _bounds(parts: Sequence[Sequence[tuple[int, int]]], starts: Ints) -> tuple[Ints, Ints]:
    """Where parts stand among the characters of all texts, (n, 2); how many each text has."""
    bounds = np.array([part for of_text in parts for part in of_text], np.int64).reshape(-1, 2)
    n_parts = np.fromiter(map(len, parts), np.int64, len(parts))
    # the parts of a text that is shorter in the normal form stand nowhere, and are not told
    return np.minimum(bounds + np.repeat(starts[:-1], n_parts)[:, None], starts[-1] - 1), n_parts
