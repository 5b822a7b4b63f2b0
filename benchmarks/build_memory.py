"""What a build holds in memory: reading, tokenizing and encoding are trivial here, vectors tiny.

    python -m benchmarks.build_memory --passages 20000 100000 300000

Each size runs in a process of its own; the peak is the process's greatest resident size. A passage
has 60 words of 90,000, of which half the tokens are among the most frequent hundredth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from speechrag.index.build import build_index
from speechrag.types import Document, ParsedFile, Passage, Segment, Speech, Vectors

PER_SPEECH, WORDS_A_PASSAGE = 50, 60
WORDS = [chr(0x4E00 + a) + chr(0x4E00 + b) for a in range(300) for b in range(300)]


class TinyEncoder:
    """Vectors by chance."""

    name, dim, digest = "tiny", 8, "0" * 64

    def encode_passages(self, texts: list[str]) -> Vectors:
        """As many rows as texts."""
        vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dim))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32)

    encode_queries = encode_passages


class PairTokenizer:
    """Every two characters are a word."""

    digest = "0" * 64

    def tokenize(self, text: str) -> list[str]:
        """The words."""
        return [text[at : at + 2] for at in range(0, len(text) - 1, 2)]


def make_file(_path: Path, name: str) -> ParsedFile:
    """The speech of a number."""
    number = int(name.partition(".")[0])
    rng = random.Random(number)
    speech_id = hashlib.sha256(name.encode()).hexdigest()[:12]
    text, passages = "", []
    for place in range(PER_SPEECH):
        start = len(text)
        text += "".join(WORDS[int(rng.random() ** 3 * 90_000)] for _ in range(WORDS_A_PASSAGE))
        path = (f"第{place // 10}部分{number % 97}",)
        passages.append(
            Passage(f"{speech_id}-{place:04d}", speech_id, start, len(text), path, None)
        )
        text += "\n"
    speech = Speech(
        id=speech_id,
        title=f"讲话{number}",
        text=text,
        source=name,
        passages=tuple(passages),
        segments=(Segment(0, len(text), 0, len(text)),),
    )
    return ParsedFile(Document(name, "txt", "utf-8", text), (speech,), (), 1.0)


def measure(n_passages: int) -> dict[str, int]:
    """Build once; peak memory in MiB by the end of each stage."""
    peaks: dict[str, int] = {}

    def note(stage: str) -> None:
        peaks[stage] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        library.mkdir()
        for number in range(n_passages // PER_SPEECH):
            (library / f"{number}.txt").write_text("x", encoding="ascii")
        build_index(
            [library],
            Path(folder) / "index",
            TinyEncoder(),
            PairTokenizer(),
            parse=make_file,
            progress=lambda step: note(step.stage),
        )
        note("end")
    return {"passages": n_passages, **peaks}


def main() -> None:
    """Measure each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, nargs="+", default=[20_000, 100_000, 300_000])
    sizes = parser.parse_args().passages
    if len(sizes) == 1:
        print(json.dumps(measure(sizes[0])))
        return
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.build_memory", "--passages", str(size)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
