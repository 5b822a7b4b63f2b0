"""A library of any size, the same for the same seed, with the word statistics of real speeches.

    python -m benchmarks.scale.generate --passages N --seed S --out DIR [--data FOLDER]

Speeches of 25 to 50 passages of some 200 characters, with title, date, speaker and headings. Each
speech has a theme and words of its own that come back in it; words otherwise follow the Zipf law of
the vocabulary, and names of places, people and firms are made up as the library grows, so that new
words keep coming as they do in real text. Some speeches are given again with small changes. With
`--data`, the sentences are those of real documents, recombined. See benchmarks/results/scale.md for
how the statistics compare.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from benchmarks.scale.material import Material, read_documents
from benchmarks.scale.writer import Writer, cumulate_word_weights

MIN_PASSAGES, MAX_PASSAGES = 25, 50
SHARE_OF_COPIES = 0.04
"""Speeches given again a little changed: real folders hold drafts, reprints and reports of one."""

_OCCASIONS = "工作会议 推进会 动员大会 现场会 座谈会 专题会议 调度会 总结大会".split()


@dataclass(frozen=True, slots=True)
class MadeSpeech:
    """One speech of a generated library."""

    number: int
    title: str
    date: str  # ISO
    speaker: str
    passages: tuple[str, ...]
    headings: tuple[tuple[int, str], ...]  # before which passage, and the heading's line

    @property
    def name(self) -> str:
        """Its file's path in the library."""
        return f"{self.date[:4]}/{self.number:06d}-{self.title}.txt"

    def render(self) -> str:
        """The text of its file."""
        year, month, day = (int(part) for part in self.date.split("-"))
        lines = [self.title, f"（{year}年{month}月{day}日）", self.speaker, "", "同志们："]
        headings: dict[int, list[str]] = {}
        for at, heading in self.headings:
            headings.setdefault(at, []).append(heading)
        for at, passage in enumerate(self.passages):
            lines += [*headings.get(at, ()), passage]
        return "\n".join(lines) + "\n"


def plan_sizes(n_passages: int, seed: int) -> list[int]:
    """Passages of each speech; their sum is `n_passages`."""
    rng = np.random.default_rng([seed, 0])
    sizes: list[int] = []
    left = n_passages
    while left > 0:
        size = min(left, int(rng.integers(MIN_PASSAGES, MAX_PASSAGES + 1)))
        sizes.append(size)
        left -= size
    return sizes


class Generator:
    """Speeches by number; the same seed, size and data give the same library.

    Args:
        n_passages: How many passages the library has.
        seed: Everything is drawn from it.
        data: A folder of real documents to recombine; None makes the sentences.

    """

    def __init__(self, n_passages: int, seed: int = 1, data: Path | None = None) -> None:
        self.sizes = plan_sizes(n_passages, seed)
        self.seed = seed
        self._material = Material()
        self._documents = read_documents(data) if data else []

    def speeches(self) -> Iterator[MadeSpeech]:
        """All speeches, in order."""
        for number in range(len(self.sizes)):
            yield self.speech(number)

    def passages(self) -> Iterator[str]:
        """The text of every passage, in order: what a peer is given."""
        for speech in self.speeches():
            yield from speech.passages

    def speech(self, number: int) -> MadeSpeech:
        """One speech."""
        rng = np.random.default_rng([self.seed, 1, number])
        writer = Writer(rng, self._material, self._documents, self._word_weights)
        passages = [writer.passage() for _ in range(self.sizes[number])]
        if number and rng.random() < SHARE_OF_COPIES:
            original = self._original(int(rng.integers(0, number)))
            kept = original[: len(passages)]
            passages[: len(kept)] = [writer.change(passage) for passage in kept]
        return MadeSpeech(
            number,
            f"在全{writer.place[-1]}{writer.topic}{rng.choice(_OCCASIONS)}上的讲话",
            f"{rng.integers(2005, 2027)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}",
            f"{writer.place}　{writer.person}",
            tuple(passages),
            tuple(writer.headings(len(passages))),
        )

    def _original(self, number: int) -> list[str]:
        rng = np.random.default_rng([self.seed, 1, number])
        writer = Writer(rng, self._material, self._documents, self._word_weights)
        return [writer.passage() for _ in range(self.sizes[number])]

    @cached_property
    def _word_weights(self) -> np.ndarray:
        return cumulate_word_weights(len(self._material.words))


def make_questions(n: int, seed: int = 1) -> list[tuple[str, str]]:
    """Questions from the glossary, as (kind, question): half Chinese, a quarter each other kind.

    Kinds are "chinese", "english" and "mixed". They are for measuring time, not quality.
    """
    terms = [term for term in Material().terms if term.english and term.everyday]
    rng = np.random.default_rng([seed, 2])
    found = []
    for number in range(n):
        term, other = (terms[int(i)] for i in rng.integers(0, len(terms), 2))
        english, everyday = term.english[0], term.everyday[0]
        chinese = (
            f"{term.term}怎么抓才有成效",
            f"{everyday}该怎么办",
            f"为什么要把{term.term}和{other.term}结合起来",
            f"{term.term}方面取得了哪些成绩，还存在什么问题",
        )
        foreign = (
            f"how to improve {english}",
            f"what problems are there with {english}",
            f"why does {english} matter for {other.english[0]}",
        )
        mixed = (f"{english} 的主要措施有哪些", f"如何用 {english} 带动{other.term}")
        kind = ("chinese", "english", "chinese", "mixed")[number % 4]
        choices = {"chinese": chinese, "english": foreign, "mixed": mixed}[kind]
        found.append((kind, choices[int(rng.integers(len(choices)))]))
    return found


def write_speech(speech: MadeSpeech, out: Path) -> None:
    """Write a speech's file below a folder; one in twenty in GB18030."""
    path = out / speech.name
    path.parent.mkdir(parents=True, exist_ok=True)
    encoding = "gb18030" if speech.number % 20 == 7 else "utf-8"
    path.write_text(speech.render(), encoding=encoding)


def write_library(generator: Generator, out: Path) -> int:
    """Write all speeches below a folder; returns how many."""
    for speech in generator.speeches():
        write_speech(speech, out)
    return len(generator.sizes)


def main() -> None:
    """Write a library."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="documents to recombine (*.jsonl.xz)")
    options = parser.parse_args()
    generator = Generator(options.passages, options.seed, options.data)
    n_files = write_library(generator, options.out)
    print(f"{options.passages} passages in {n_files} files below {options.out}")


if __name__ == "__main__":
    main()
