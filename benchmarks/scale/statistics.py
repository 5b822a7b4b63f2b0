"""How words are spread over a library: what a lexical index's size and speed depend on.

    python -m benchmarks.scale.statistics [--passages N] [--data FOLDER]

prints the statistics of a generated library beside `REAL`, those of real speeches and reports.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from speechrag.index.tokens import Tokenizer

N_MARKS = 5


@dataclass(frozen=True, slots=True)
class WordStatistics:
    """Figures of a collection of passages, as the index's tokenizer sees them."""

    tokens_a_passage: float
    distinct_share: float
    """Distinct tokens of a passage over its tokens, mean."""
    head_slope: float
    """Of log frequency over log rank, ranks 10 to 1,000 (Zipf's law: -1)."""
    tail_slope: float
    """The same for ranks 1,000 to 10,000."""
    heaps_exponent: float
    """b of V = K · n^b, distinct tokens over tokens, over the last four doublings."""
    most_frequent_share: float
    """Passages that hold the most frequent token."""


REAL = WordStatistics(112.0, 0.771, -0.709, -1.252, 0.548, 0.95)
"""10,000 passages of 200 characters from work reports, party documents and every twentieth item of
the evening news (../shared/corpora: political, broadcast_news; see training/). At 40,000 passages
the Heaps exponent is 0.483 and the rest is the same within 0.02."""


def measure_words(passages: Sequence[str]) -> WordStatistics:
    """The word statistics of passages; takes some 0.2 ms a passage."""
    tokenizer = Tokenizer()
    counts: Counter[str] = Counter()
    holding: Counter[str] = Counter()
    marks = {len(passages) >> shift for shift in range(N_MARKS)}
    n_tokens, shares, growth = 0, [], []
    for number, passage in enumerate(passages, 1):
        tokens = tokenizer.tokenize(passage)
        distinct = set(tokens)
        counts.update(tokens)
        holding.update(distinct)
        n_tokens += len(tokens)
        shares.append(len(distinct) / max(len(tokens), 1))
        if number in marks:
            growth.append((n_tokens, len(counts)))
    frequencies = np.array(sorted(counts.values(), reverse=True), dtype=np.float64)
    heaps = np.polyfit(*np.log(np.array(growth, dtype=np.float64)).T, 1)[0]
    return WordStatistics(
        n_tokens / len(passages),
        float(np.mean(shares)),
        _slope(frequencies, 10, 1_000),
        _slope(frequencies, 1_000, 10_000),
        float(heaps),
        max(holding.values()) / len(passages),
    )


def _slope(frequencies: np.ndarray, first: int, last: int) -> float:
    ranks = np.unique(np.geomspace(first, min(last, len(frequencies)), 40).astype(int))
    return float(np.polyfit(np.log(ranks), np.log(frequencies[ranks - 1]), 1)[0])


def main() -> None:
    """Print the statistics of a generated library."""
    from benchmarks.scale.generate import Generator

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    generator = Generator(options.passages, options.seed, options.data)
    made = asdict(measure_words(list(generator.passages())))
    if options.json:
        print(json.dumps({"generated": made, "real": asdict(REAL)}))
        return
    print("| | generated | real |\n|---|---|---|")
    for name, real in asdict(REAL).items():
        print(f"| {name} | {made[name]:.3f} | {real:.3f} |")


if __name__ == "__main__":
    main()
