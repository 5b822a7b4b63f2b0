"""docs/file-format.md names every file of a generation, and says what is in it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np

from index_fakes import TokenHashEncoder
from speechrag.index import vectors
from speechrag.index.generation import open_current
from speechrag.index.lexical import LexicalIndex
from speechrag.index.manifest import FORMAT
from speechrag.index.store_tables import ROLES
from speechrag.index.vector_store import REMOTE_FILE

TEXT = (Path(__file__).parents[2] / "docs" / "file-format.md").read_text(encoding="utf-8")
DTYPES = {"int32": np.int32, "int64": np.int64, "uint8": np.uint8, "uint16": np.uint16}
DTYPES |= {"uint64": np.uint64, "float32": np.float32}


def generation_files(index_dir):
    folder = open_current(index_dir).directory
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def documented():
    """File name → what the table says of it."""
    rows = {}
    for names, content in re.findall(r"^\| (`[^|]+`) \| ([^|]+) \|$", TEXT, re.MULTILINE):
        folder = ""
        for name in re.findall(r"`([^`]+)`", names):
            folder = name.rpartition("/")[0] or folder
            path = name if "/" in name or not folder else f"{folder}/{name}"
            for field in ("body", "heading", "title") if "FIELD" in path else ("",):
                rows[path.replace("FIELD", field)] = content
    return rows


def test_every_file_is_documented_and_none_else(build, index_dir, monkeypatch):
    monkeypatch.setattr(vectors, "FLOAT16_MIN_ROWS", 1)  # so that recall is measured
    build(encoder=TokenHashEncoder())
    assert set(documented()) - {REMOTE_FILE} == set(generation_files(index_dir))
    assert REMOTE_FILE in documented()  # instead of the two .faiss files, where Milvus keeps them


def test_every_array_has_the_type_and_width_documented(build, index_dir):
    build(encoder=TokenHashEncoder())
    checked = 0
    for name, content in documented().items():
        told = re.search(r"(u?int\d+|float32) \(([^)]*)\)", content)
        if told is None or not name.endswith(".npy"):
            continue
        array = np.load(generation_files(index_dir)[name])
        assert array.dtype == DTYPES[told[1]], name
        assert array.ndim == told[2].count(",") + 1, name
        checked += 1
    assert checked >= 24


def test_the_format_version_is_documented():
    assert f"# The index on disk, format {FORMAT}\n" in TEXT
    assert f"\n| {FORMAT} | " in TEXT


def test_roles_tables_and_fields_are_documented(build, index_dir):
    build()
    assert " ".join(ROLES) in TEXT
    files = generation_files(index_dir)
    with closing(sqlite3.connect(files["speeches.sqlite"])) as store:
        tables = {row[0] for row in store.execute("SELECT name FROM sqlite_schema WHERE sql > ''")}
    assert tables == {"files", "speeches", "skipped"}
    assert all(f"`{table}`" in TEXT for table in tables)
    lexical = LexicalIndex.open(files["manifest.json"].parent / "lexical")
    assert list(lexical.fields) == ["body", "heading", "title"]
