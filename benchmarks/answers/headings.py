"""Headings that the library speaks to, and headings that it does not: how many are told apart.

    python -m benchmarks.answers.headings

On tests/answer/headings_dev.yaml, on which `answer.outline_help.HARDLY` was chosen: the figures say
how the choice trades, not how it does on other headings.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import yaml

from benchmarks.answers.common import ROOT, open_demo
from speechrag.answer.outline import read_outline
from speechrag.answer.outline_help import Standing, gather_material

HEADINGS = Path(ROOT) / "tests" / "answer" / "headings_dev.yaml"


def main() -> None:
    """Print the share of each standing for each kind of heading."""
    engine = open_demo()
    told = yaml.safe_load(HEADINGS.read_text(encoding="utf-8"))
    kinds = {
        "general": list(product(told["topics"], told["general"])),
        "spoken": [(topic, one) for topic, many in told["spoken"].items() for one in many],
        "unspoken": list(product(told["topics"], told["unspoken"])),
    }
    for kind, pairs in kinds.items():
        counts: Counter[Standing] = Counter()
        for topic, heading in pairs:  # one at a time: headings of one outline share its passages
            (material,) = gather_material(engine, topic, read_outline(heading))
            counts[material.standing] += 1
        shares = "  ".join(f"{name} {n / len(pairs):.1%}" for name, n in sorted(counts.items()))
        print(f"{kind:9} {len(pairs):4}  {shares}")


if __name__ == "__main__":
    main()
