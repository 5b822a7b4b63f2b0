"""A thousand damaged files through the real build: each is indexed or reported, whatever it does.

Made by a seeded mutator from the demo files of every format, from Word 97 and RTF documents, and
from demo texts in the encodings that old files have. The readers alone are put to the same in
tests/corpus/test_read_damaged.py.
"""

import random
from collections import Counter
from pathlib import Path

import mutations
import pytest

from speechrag.config import Settings
from speechrag.index.upkeep import diagnose
from speechrag.search.engine import Engine
from speechrag.search.library import build_library
from tests_paths import REPO

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

N_FILES, N_BATCHES = 1000, 5
KINDS = {".txt", ".md", ".html", ".docx", ".doc", ".rtf", ".pdf"}
ENCODINGS = ("gb18030", "big5hkscs", "utf-16")
SENTENCE = "这份文件完好无损，用来确认其余的照常入库。"


def samples():
    """Sound files to damage, by extension: the demo library's, and texts encoded otherwise."""
    found = {}
    for path in sorted((REPO / "seeds").glob("20*")):
        found.setdefault(path.suffix, []).append(path.read_bytes())
    found[".txt"] = found[".txt"][:3]
    text = found[".txt"][0].decode("utf-8")
    found[".txt"] += [text.encode(encoding, "replace") for encoding in ENCODINGS]
    legacy = REPO / "tests" / "corpus" / "legacy"
    for path in sorted(legacy.iterdir()):
        found.setdefault(path.suffix, []).append(path.read_bytes())
    assert set(found) == KINDS
    return found


def write_damaged(folder, numbers):
    sound = samples()
    for number in numbers:
        chance = random.Random(number)
        extension = sorted(sound)[number % len(sound)]
        data = chance.choice(sound[extension])
        inside = extension == ".docx" and chance.random() < 0.7
        damaged = (mutations.damage_inside if inside else mutations.damage)(data, chance)
        (folder / f"{number:04d}{extension}").write_bytes(damaged)


@pytest.mark.parametrize("batch", range(N_BATCHES))
def test_each_of_a_thousand_damaged_files_is_indexed_or_reported(tmp_path, batch):
    folder = tmp_path / "s"
    folder.mkdir()
    numbers = range(batch * N_FILES // N_BATCHES, (batch + 1) * N_FILES // N_BATCHES)
    write_damaged(folder, numbers)
    (folder / "完好.txt").write_text(f"在会上的讲话\n\n{SENTENCE}\n", encoding="utf-8")
    names = {path.name for path in folder.iterdir()}
    assert len(names) == N_FILES // N_BATCHES + 1
    settings = Settings(index=tmp_path / "index")
    report = build_library([folder], settings)
    engine = Engine.open(settings)
    indexed = {row.name for row in engine.generation.store.files()}
    skipped = {item.file: item for item in report.skipped}
    assert indexed | set(skipped) == names
    assert not indexed & set(skipped)
    for item in skipped.values():
        assert item.reason, item.file
        assert item.hint, item.file
    assert "完好.txt" in indexed
    assert engine.search("完好无损 照常入库").hits[0].speech.source == "完好.txt"
    assert diagnose(settings.index) == []
    kinds = Counter(Path(name).suffix for name in indexed)
    assert set(kinds) == KINDS
    print(f"batch {batch}: {len(indexed)} indexed {dict(kinds)}, {len(skipped)} reported")
