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

Ints = NDArray[np.int64]

# tokenizers' K_UNK_PENALTY: an unknown character scores the least score less this
_UNKNOWN_PENALTY = 10.0
_HASH_BITS = 20
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_NOT_SEEN, _COMPLEX, _EXPANDS = -3, -2, -1
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


class _Trie:
    """Transitions (node, character) → node, in a hash table probed linearly."""

    def __init__(self, keys: Ints, nodes: Ints) -> None:
        bits = max(_HASH_BITS, int(len(keys) * 4).bit_length())
        self._shift = np.uint64(64 - bits)
        self._last = (1 << bits) - 1
        self._keys = np.full(1 << bits, -1, np.int64)
        self._nodes = np.zeros(1 << bits, np.int32)
        slots = self._slots(keys)
        waiting = np.arange(len(keys))
        while len(waiting):
            free = self._keys[slots[waiting]] == -1
            self._keys[slots[waiting[free]]] = keys[waiting[free]]  # of equals, the last stays
            stays = self._keys[slots[waiting]] == keys[waiting]
            self._nodes[slots[waiting[stays]]] = nodes[waiting[stays]]
            waiting = waiting[~stays]
            slots[waiting] = (slots[waiting] + 1) & self._last

    def _slots(self, keys: Ints) -> Ints:
        mixed = keys.astype(np.uint64) * _MULTIPLIER
        return (mixed >> self._shift).astype(np.int64)

    def follow(self, keys: Ints) -> NDArray[np.int32]:
        """The node each key leads to, 0 where there is none."""
        slots = self._slots(keys)
        found = self._keys[slots]
        nodes = np.where(found == keys, self._nodes[slots], np.int32(0))
        astray = np.flatnonzero((found != keys) & (found != -1))
        while len(astray):
            slots[astray] = (slots[astray] + 1) & self._last
            found = self._keys[slots[astray]]
            hit = found == keys[astray]
            nodes[astray[hit]] = self._nodes[slots[astray[hit]]]
            astray = astray[~hit & (found != -1)]
        return nodes


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
        self._n_characters = len(characters) + 1
        self._exact = np.zeros(0x110000, np.int32)
        self._exact[[ord(character) for character in characters]] = range(1, len(characters) + 1)
        self._of_code = np.full(0x110000, _NOT_SEEN, np.int32)
        self._build_trie(tokens)

    def _build_trie(self, tokens: list[str]) -> None:
        lengths = np.array([len(token) for token in tokens])
        flat = np.array([self._index[c] for token in tokens for c in token], np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        node = np.zeros(len(tokens), np.int64)
        keys, nodes, n_nodes = [], [], 1
        alive = np.flatnonzero(lengths > 0)
        token_of = {}
        depth = 0
        while len(alive):
            step = node[alive] * self._n_characters + flat[starts[alive] + depth]
            unique, inverse = np.unique(step, return_inverse=True)
            node[alive] = n_nodes + inverse
            keys.append(unique)
            nodes.append(np.arange(n_nodes, n_nodes + len(unique)))
            n_nodes += len(unique)
            depth += 1
            ends = alive[lengths[alive] == depth]
            token_of[depth] = (node[ends], ends)
            alive = alive[lengths[alive] > depth]
        self._token_of = np.full(n_nodes, -1, np.int32)
        for at, ends in token_of.values():
            self._token_of[at] = ends
        self._depth = depth
        self._first = np.zeros(self._n_characters, np.int64)
        self._first[keys[0]] = nodes[0]
        self._trie = _Trie(np.concatenate(keys[1:]), np.concatenate(nodes[1:]))

    def _learn(self, codes: NDArray[np.uint32]) -> None:
        """Fill the table for code points that were not met before."""
        for code in np.unique(codes[self._of_code[codes] == _NOT_SEEN]).tolist():
            character = chr(code)
            # a text with a character of the context's is folded by now: what is left of it stays
            folded = character if self._depends(character) else self._fold(character)
            normal = _normal_form(folded)
            if not all(map(_is_simple, character + folded + normal)) or (
                folded != character and self._depends(folded)
            ):
                self._of_code[code] = _COMPLEX
            elif len(normal) != 1:
                self._of_code[code] = _EXPANDS
            else:
                self._of_code[code] = self._index.get(normal, 0)

    def _depends(self, text: str) -> bool:
        return self._in_context is not None and self._in_context.search(text) is not None

    def _characters(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], Ints]:
        """Characters of all texts, a 0 after each; and where each text starts."""
        if self._in_context is not None:
            texts = [self._fold(text) if self._depends(text) else text for text in texts]
        codes = _codes(texts)
        self._learn(codes)
        characters = self._of_code[codes]
        if characters.min(initial=0) < 0:
            if (characters == _COMPLEX).any():
                texts = [_normal_form(self._fold(text)) for text in texts]
            else:  # such as … and ㎡: the rest of the text need not be looked at
                for code in np.unique(codes[characters == _EXPANDS]).tolist():
                    old, new = chr(code), _normal_form(self._fold(chr(code)))
                    texts = [text.replace(old, new) for text in texts]
            codes = _codes(texts)
            self._learn(codes)
            characters = self._of_code[codes]
            characters = np.where(characters < 0, self._exact[codes], characters)
        lengths = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
        return characters, np.concatenate([[0], np.cumsum(lengths)])

    def _words(self, characters: NDArray[np.int32]) -> tuple[Ints, Ints, NDArray[np.int32]]:
        """Every word of two characters or more at every place: start, length, token."""
        at = np.flatnonzero(characters)
        node = self._first[characters[at]]
        starts, lengths, tokens = [], [], []
        for length in range(2, self._depth + 1):
            following = characters[at + length - 1]  # the closing 0 of a text stops every word
            node = self._trie.follow(node * self._n_characters + following).astype(np.int64)
            alive = np.flatnonzero(node)
            if not len(alive):
                break
            at, node = at[alive], node[alive]
            token = self._token_of[node]
            whole = np.flatnonzero(token >= 0)
            starts.append(at[whole])
            lengths.append(np.full(len(whole), length))
            tokens.append(token[whole])
        if not starts:
            none = np.zeros(0, np.int64)
            return none, none, none.astype(np.int32)
        return np.concatenate(starts), np.concatenate(lengths), np.concatenate(tokens)

    def segment(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], Ints] | None:
        """Token ids of all texts in order and where each text's begin, shape (len(texts) + 1,).

        None where some stretch has no seam for `MAX_SEGMENT_CHARS`: ask `tokenizers` instead.
        """
        characters, starts = self._characters(texts)
        word_at, word_length, word_token = self._words(characters)
        n = len(characters)
        spanned = np.bincount(word_at + 1, minlength=n + 1)
        spanned -= np.bincount(word_at + word_length, minlength=n + 1)
        seams = np.flatnonzero(np.cumsum(spanned)[:n] == 0)  # a segment starts at each
        sizes = np.diff(np.append(seams, n))
        if sizes.max(initial=0) > MAX_SEGMENT_CHARS:
            return None
        single = self._token_of[self._first[characters]]
        chosen = np.full(n, -1, np.int32)
        alone = seams[sizes == 1]
        chosen[alone] = single[alone]
        long = sizes > 1
        origin = np.repeat(seams, sizes)  # the segment each place belongs to
        inner = np.flatnonzero(np.repeat(long, sizes))
        edges = _Edges.gather(
            np.concatenate([word_at, inner]),
            np.concatenate([word_length, np.ones(len(inner), np.int64)]),
            np.concatenate([word_token, single[inner]]),
            origin,
        )
        edges.choose(self._scores, seams[long], sizes[long], chosen)
        places = np.flatnonzero((chosen >= 0) & (chosen != self._unknown))
        return chosen[places], np.searchsorted(places, starts)


class _Edges:
    """Words as edges from their start to their end, ordered by how far into a segment they end."""

    def __init__(
        self,
        start: Ints,
        end: Ints,
        token: NDArray[np.int32],
        step: Ints,
        inside: NDArray[np.bool_],
    ) -> None:
        self.start, self.end, self.token, self.inside = start, end, token, inside
        self.bounds = np.searchsorted(step, np.arange(1, int(step.max(initial=0)) + 2))

    @classmethod
    def gather(cls, start: Ints, length: Ints, token: NDArray[np.int32], origin: Ints) -> _Edges:
        """Sort by step, then end, then start: of equal paths the longest last word wins."""
        end = start + length
        step = end - origin[start]
        # one key: steps and lengths are small, ends are below 2**40
        key = (step << 50) | (end << 10) | (1023 - length)
        order = np.argsort(key, kind="stable")
        inside = (start > origin[start])[order]
        return cls(start[order], end[order], token[order], step[order], inside)

    def choose(
        self, scores: NDArray[np.float64], seams: Ints, sizes: Ints, chosen: NDArray[np.int32]
    ) -> None:
        """Write the tokens of the best paths into `chosen`, each at its first character."""
        if not len(seams):
            return
        # both are kept at the last character of a path: its end may be another segment's start
        best = np.zeros(len(chosen))
        back = np.zeros(len(chosen), np.int64)
        worth = scores[self.token]  # token -1 (unknown) takes the last score
        for low, high in zip(self.bounds[:-1], self.bounds[1:], strict=True):
            if low == high:
                continue
            before = best[self.start[low:high] - 1] * self.inside[low:high]
            total = before + worth[low:high]
            end = self.end[low:high] - 1
            heads = np.flatnonzero(np.append(True, end[1:] != end[:-1]))
            top = np.maximum.reduceat(total, heads)
            best[end[heads]] = top
            equal = np.flatnonzero(total == np.repeat(top, np.diff(np.append(heads, len(end)))))
            equal = equal[::-1]  # the first of equals is written last
            back[end[equal]] = equal + low
        at, floor = seams + sizes, seams
        while len(at):
            edge = back[at - 1]
            start = self.start[edge]
            chosen[start] = self.token[edge]
            going = start > floor
            at, floor = start[going], floor[going]
