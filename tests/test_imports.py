"""The import rule: errors, types → corpus → index → search → draft, answer → ui, api, cli."""

import ast
from pathlib import Path

SRC = Path(__file__).parents[1] / "src" / "speechrag"

# A room may import from itself and from rooms of a lower floor.
FLOOR = {
    "__init__": 0, "errors": 0, "types": 0, "config": 1,
    "corpus": 2,
    "index": 3,
    "search": 4,
    "evaluate": 5, "timeline": 5, "outlines": 5, "draft": 5, "answer": 5,
    "ui": 6, "api": 6,
    "cli": 7, "__main__": 8,
}  # fmt: skip
HEAVY = {
    "torch",
    "faiss",
    "gradio",
    "sentence_transformers",
    "transformers",
    "pandas",
    "scipy",
    "pymilvus",
}


def modules():
    return sorted(SRC.rglob("*.py"))


def room(path):
    parts = path.relative_to(SRC).with_suffix("").parts
    return parts[0]


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node


def test_every_room_has_a_floor():
    assert {room(path) for path in modules()} <= set(FLOOR)


def test_no_import_runs_back_up():
    wrong = []
    for path in modules():
        here = room(path)
        for name, _node in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if not name.startswith("speechrag."):
                continue
            there = name.split(".")[1]
            if there != here and FLOOR[there] >= FLOOR[here]:
                wrong.append(f"{path.relative_to(SRC)} imports {name}")
    assert wrong == []


def test_heavy_libraries_are_imported_only_where_they_are_used():
    wrong = []
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            names = (
                [a.name for a in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom)
                else []
            )  # fmt: skip
            wrong += [f"{path.relative_to(SRC)}: {n}" for n in names if n.split(".")[0] in HEAVY]
    assert wrong == []


def test_subpackage_inits_are_empty():
    assert [p for p in SRC.rglob("__init__.py") if p.parent != SRC and p.read_text().strip()] == []
