"""How long a draft takes against a large library.

    python -m benchmarks.draft_speed [--passages 100000] [--index DIR] [--chars 5000 ...]

The library is made of the demo speeches' sentences, shuffled; it is built once into DIR. The draft
is made the same way, so that part of it has verbatim precedents: the costly case. Times are medians
of five after a first draft that loads everything; processor time is told beside them, since other
programs may be running.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from pathlib import Path

from speechrag.config import load_settings
from speechrag.corpus.clean import parse_file
from speechrag.draft.compare import Comparer
from speechrag.draft.evidence import sentence_spans
from speechrag.draft.reading import draft_from_text
from speechrag.index.build import build_index
from speechrag.index.encoders import load_encoder
from speechrag.index.tokens import Tokenizer
from speechrag.search.engine import Engine
from speechrag.types import Document, ParsedFile, Passage, Segment, Speech

PER_SPEECH = 40
PASSAGE_CHARS = 220


def read_sentences():
    """The sentences of the demo library."""
    found = []
    for path in sorted(Path("seeds").glob("20*")):
        for speech in parse_file(path).speeches:
            for passage in speech.passages:
                text = speech.text[passage.start : passage.end]
                found += [text[a:b].strip() for a, b in sentence_spans(text) if b - a > 12]
    return found


def make_text(sentences, rng, n_chars):
    """Sentences at random, at least so many characters; each with one word of its own."""
    text = ""
    while len(text) < n_chars:
        text += rng.choice(sentences)[:-1] + f"{rng.randrange(10**6)}号。"
    return text


def parse_made(path, name):
    """A file with a passage a line, as a parsed file."""
    text = path.read_text(encoding="utf-8")
    key = hashlib.sha256(name.encode()).hexdigest()[:12]
    passages, at = [], 0
    for number, line in enumerate(text.split("\n")):
        passages.append(Passage(f"{key}-{number:04d}", key, at, at + len(line), ()))
        at += len(line) + 1
    whole = (Segment(0, len(text), 0, len(text)),)
    speech = Speech(key, name, text, name, passages=tuple(passages), segments=whole)
    return ParsedFile(Document(name, "txt", "utf-8", text), (speech,), (), 1.0)


def build(folder, n_passages, sentences, settings):
    """The library, if it is not there yet."""
    if (folder / "CURRENT").exists():
        return
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as made:
        for number in range(n_passages // PER_SPEECH):
            lines = (make_text(sentences, rng, PASSAGE_CHARS) for _ in range(PER_SPEECH))
            path = Path(made) / f"{number:05}.txt"
            path.write_text("\n".join(lines), encoding="utf-8")
        tokenizer = Tokenizer(settings.user_terms)
        build_index([Path(made)], folder, load_encoder("builtin"), tokenizer, parse=parse_made)


def main():
    """Build, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--index", type=Path, default=Path("/tmp/speechrag-draft-speed"))
    parser.add_argument("--chars", type=int, nargs="+", default=[5_000, 200_000])
    args = parser.parse_args()
    sentences = read_sentences()
    settings = load_settings(overrides={"index": args.index})
    build(args.index, args.passages, sentences, settings)
    engine = Engine.open(settings)
    Comparer(engine).compare(draft_from_text(make_text(sentences, random.Random(2), 1000)))
    for n_chars in args.chars:
        rng = random.Random(3)
        lines = [make_text(sentences, rng, 150) for _ in range(n_chars // 160)]
        draft = draft_from_text("\n\n".join(lines))
        walls, cpus = [], []
        for _ in range(5 if n_chars <= 20_000 else 1):
            wall, cpu = time.perf_counter(), time.process_time()
            Comparer(engine).compare(draft)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
        print(
            f"{len(draft.document.text):>7} characters, {len(draft.paragraphs)} paragraphs, "
            f"{engine.generation.store.n_passages} passages: "
            f"{statistics.median(walls):.2f} s, processor {statistics.median(cpus):.2f} s"
        )


if __name__ == "__main__":
    main()
