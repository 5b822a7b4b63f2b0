"""What cleaning keeps of a speech and of the page around it: precision and recall by page.

`python -m benchmarks.cleaning [--corpus FILE.jsonl.xz] [--n 20] [--seed 1] [--json FILE]`

Speeches are the demo library's, or those of a corpus whose documents are JSON lines with a title
and paragraphs. Each is wrapped in each page of pages.txt, and parsed as a pasted text file.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cleaning.pages import Score, judge, load_corpus, load_demo, read_templates, wrap

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print a table, write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="JSON lines, xz-compressed")
    parser.add_argument("-n", "--n", type=int, default=20, help="speeches a page")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(argv)
    speeches = load_corpus(args.corpus) if args.corpus else load_demo()
    rng = random.Random(args.seed)
    rows: list[Score] = []
    for template in read_templates():
        pages = (wrap(template, rng.choice(speeches), rng) for _ in range(args.n))
        rows.append(sum(map(judge, pages), Score(template.group, template.name)))
        print(rows[-1].line())
    for group in dict.fromkeys(row.group for row in rows):
        print(sum_up(group, rows).line())
    if args.json:
        text = json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=1)
        args.json.write_text(text + "\n", encoding="utf-8")


def sum_up(group: str, rows: Sequence[Score]) -> Score:
    """The rows of a group as one."""
    return sum((row for row in rows if row.group == group), Score(group, "(all)"))


if __name__ == "__main__":
    main()
