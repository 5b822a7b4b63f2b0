"""The words of a vocabulary that stand in a text, and the best path through them, over arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_HASH_BITS = 20
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


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


class Words:
    """Finds every word of a vocabulary in a text.

    Args:
        tokens: The words.
        index: A number for each of their characters, from 1; 0 ends a text.
    """

    def __init__(self, tokens: Sequence[str], index: Mapping[str, int]) -> None:
        self._n_characters = len(index) + 1
        lengths = np.array([len(token) for token in tokens])
        flat = np.array([index[c] for token in tokens for c in token], np.int64)
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

    def words(self, characters: NDArray[np.int32]) -> tuple[Ints, Ints, NDArray[np.int32]]:
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

    def singles(self, characters: NDArray[np.int32]) -> NDArray[np.int32]:
        """The token of each character by itself; -1 where it is none."""
        return self._token_of[self._first[characters]]


class Edges:
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
    def gather(cls, start: Ints, length: Ints, token: NDArray[np.int32], origin: Ints) -> Edges:
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
