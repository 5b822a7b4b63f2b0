"""Sharding, replication and recall, simulated, beside the closed forms; and machines by size.

    python -m benchmarks.scale_simulation

Writes benchmarks/results/scale_simulation.md and .png. Sizes are read from
benchmarks/results/milvus.json (`python -m benchmarks.milvus`), which was measured here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale_model import (
    Latency,
    PassageBytes,
    expected_distinct,
    least_k_shard,
    merge_recall,
    n_machines,
    share_complete,
    share_reachable,
    slowest_percentile,
)

RESULTS = Path(__file__).parent / "results"
SEED = 20_261_122
K = 200
"""Candidates of each stage (speechrag.search.candidates.N_CANDIDATES)."""

SHARD = Latency(median_ms=5, p99_ms=50)
"""An assumption, not a measurement: ten times the median at the 99th percentile, as in Dean and
Barroso, "The Tail at Scale" (CACM 2013)."""

NODE_DOWN = 0.002
"""Assumed: a machine is away 0.2 % of the time, some 17 hours a year."""

MACHINE_GIB = 256
GENERATIONS_LOADED = 3
DIM = 256
VECTOR_BYTES = {"IVF_FLAT (float32)": 4 * DIM, "IVF_SQ8": DIM, "HNSW (float32, M 32)": 1_296}
"""HNSW: 1,236 MiB for 10^6 rows in ENGINES' table, as given in docs/scale.md."""


def simulate_merge(
    chance: np.random.Generator, k: int, n_shards: int, k_shard: int, together: int, n_runs: int
) -> float:
    """Recall after merging, where hits come `together` at a time from one place (a speech).

    A speech's passages are in one shard, and stand next to each other in the ranking.
    """
    shards = chance.integers(0, n_shards, size=(n_runs, -(-k // together)))
    shards = np.repeat(shards, together, axis=1)[:, :k]
    kept = 0
    for line in shards:
        kept += int(np.minimum(np.bincount(line, minlength=n_shards), k_shard).sum())
    return kept / (n_runs * k)


def simulate_slowest(
    chance: np.random.Generator, n_shards: int, n_runs: int, hedge_ms: float | None = None
) -> NDArray[np.float64]:
    """Times until all shards have answered, in ms: shape (n_runs,)."""
    times = SHARD.draw(chance, (n_runs, n_shards))
    if hedge_ms is not None:
        times = np.minimum(times, hedge_ms + SHARD.draw(chance, (n_runs, n_shards)))
    return times.max(axis=1)


def simulate_failures(
    chance: np.random.Generator,
    n_shards: int,
    n_replicas: int,
    n_nodes: int,
    down: float,
    n_runs: int,
) -> tuple[float, float]:
    """The share of whole answers, and of the library reachable, with several replicas a machine.

    Replicas of a shard are on different machines, dealt round robin from a random start; a machine
    that is away takes all its replicas with it.
    """
    starts = chance.integers(0, n_nodes, size=n_shards)
    homes = (starts[:, None] + np.arange(n_replicas)) % n_nodes
    up = chance.random((n_runs, n_nodes)) >= down
    there = up[:, homes].any(axis=2)
    return float(there.all(axis=1).mean()), float(there.mean())


def simulate_ann(
    chance: np.random.Generator, k: int, n_shards: int, recall: float, n_runs: int
) -> float:
    """Recall after merging shards each of which misses every hit with probability 1 - recall.

    A shard that misses a hit gives another in its place, which merging then drops.
    """
    shards = chance.integers(0, n_shards, size=(n_runs, k))
    k_shard = least_k_shard(k, n_shards, 0.999)
    found = chance.random((n_runs, k)) < recall
    kept = 0
    for line, seen in zip(shards, found, strict=True):
        kept += int(np.minimum(np.bincount(line[seen], minlength=n_shards), k_shard).sum())
    return kept / (n_runs * k)


def merging(chance: np.random.Generator) -> list[str]:
    """The table of what merging loses."""
    rows = []
    for n_shards in (2, 4, 8, 16, 64):
        for wanted in (0.99, 0.999):
            few = least_k_shard(K, n_shards, wanted)
            cells = [simulate_merge(chance, K, n_shards, few, t, 2_000) for t in (1, 4, 20)]
            rows.append(
                f"| {n_shards} | {few} | {merge_recall(K, n_shards, few):.4f} | "
                + " | ".join(f"{cell:.4f}" for cell in cells)
                + " |"
            )
    return [
        f"## Merging the top {K} of shards", "",
        "k' is the fewest hits a shard has to give for a recall of 0.99, then 0.999, by the closed "
        "form. Simulated with hits one by one, and with 4 or 20 at a time from one speech in one "
        "shard. With k' = k nothing is ever lost, which is how Milvus asks its shards.", "",
        "| shards | k' | closed form | simulated | 4 together | 20 together |",
        "|---|---|---|---|---|---|", *rows, "",
        "Shards that hold one of the top 10: "
        + ", ".join(f"{expected_distinct(n, 10):.1f} of {n}" for n in (4, 16, 64)) + ".",
    ]  # fmt: skip


def approximate(chance: np.random.Generator) -> list[str]:
    """The table of approximate shards."""
    rows = [
        f"| {recall:.3f} | "
        + " | ".join(f"{simulate_ann(chance, K, n, recall, 1_000):.4f}" for n in (1, 8, 64))
        + " |"
        for recall in (0.95, 0.985, 0.999)
    ]
    return [
        "## Approximate shards", "",
        "Each shard misses a hit with a probability of its own; merging neither mends nor adds to "
        "it (k' for 0.999).", "",
        "| recall of a shard | 1 shard | 8 | 64 |", "|---|---|---|---|", *rows,
    ]  # fmt: skip


def waiting(chance: np.random.Generator) -> tuple[list[str], dict[str, Any]]:
    """The table of the slowest shard, and what is drawn of it."""
    hedge = SHARD.median_ms * np.exp(SHARD.sigma * 1.6448536269514722)  # its own 95th percentile
    rows, drawn = [], {"shards": [], "plain": [], "hedged": []}
    for n_shards in (1, 4, 16, 64, 256):
        plain = slowest_percentile(SHARD, n_shards, 99)
        hedged = slowest_percentile(SHARD, n_shards, 99, hedge)
        cells = [
            np.percentile(simulate_slowest(chance, n_shards, 40_000, h), 99) for h in (None, hedge)
        ]
        middle = slowest_percentile(SHARD, n_shards, 50)
        rows.append(
            f"| {n_shards} | {middle:.1f} | {plain:.0f} | {cells[0]:.0f} | {hedged:.0f} | "
            f"{cells[1]:.0f} |"
        )
        for name, value in zip(drawn, (n_shards, plain, hedged), strict=True):
            drawn[name].append(value)
    return [
        "## Waiting for the slowest shard", "",
        f"One shard: lognormal, median {SHARD.median_ms:.0f} ms, 99th percentile "
        f"{SHARD.p99_ms:.0f} ms (assumed). Hedged: after {hedge:.1f} ms (the 95th percentile) "
        "a second replica is asked, which is "
        f"{100 * SHARD.share_asked_twice(float(hedge)):.0f} % more requests.", "",
        "| shards | p50 ms | p99 ms | simulated | hedged p99 ms | simulated |",
        "|---|---|---|---|---|---|", *rows,
    ], drawn  # fmt: skip


def failing(chance: np.random.Generator) -> list[str]:
    """The table of failures."""
    rows = []
    for n_shards in (4, 16, 64):
        for n_replicas in (1, 2, 3):
            whole, reachable = simulate_failures(
                chance, n_shards, n_replicas, max(4, n_shards // 2), NODE_DOWN, 200_000
            )
            form = share_complete(n_shards, n_replicas, NODE_DOWN)
            rows.append(
                f"| {n_shards} | {n_replicas} | {form:.6f} | {whole:.6f} | "
                f"{(1 - form) * 365 * 24:.1f} | {share_reachable(n_replicas, NODE_DOWN):.6f} | "
                f"{reachable:.6f} |"
            )
    return [
        "## Failures", "",
        f"A machine is away {100 * NODE_DOWN:.1f} % of the time (assumed). The closed form has "
        "every replica on a machine of its own; simulated, half as many machines as shards "
        "(at least 4) hold them all, so that replicas fail together.", "",
        "| shards | replicas | whole answers | simulated | hours a year not whole | reachable "
        "| simulated |",
        "|---|---|---|---|---|---|---|", *rows,
    ]  # fmt: skip


def sizing(measured: dict[str, Any]) -> list[str]:
    """Memory and machines by number of passages, from the bytes measured here."""
    rows = []
    for exponent in (6, 8, 9):
        for kind, vector in VECTOR_BYTES.items():
            each = passage_bytes(measured, vector)
            n = 10**exponent
            cells = [
                f"{n_machines(n * loaded, each.at_milvus, replicas, MACHINE_GIB)}"
                for replicas, loaded in ((1, 1), (2, 1), (2, GENERATIONS_LOADED))
            ]
            rows.append(
                f"| 10^{exponent} | {kind} | {each.at_milvus:,.0f} | "
                f"{n * each.at_milvus / 2**30:,.0f} | {' | '.join(cells)} | "
                f"{n * each.local / 2**30:,.0f} |"
            )
    each = passage_bytes(measured, 0)
    return [
        "## Memory and machines", "",
        f"Bytes a passage besides its vector, from milvus.json: contexts {each.context:,.0f} "
        f"({measured['contexts_a_passage']:.2f} a passage, float32), words {each.words:,.0f} "
        f"({measured['postings_a_passage']:.0f} postings of 8 bytes), filters and ids "
        f"{each.scalars:,.0f}. On the engine's disk {each.local:,.0f}. Machines of {MACHINE_GIB} "
        "GiB, a third of it kept free.", "",
        "| passages | index | bytes a passage | GiB, one replica | machines, 1 replica "
        f"| 2 replicas | 2 replicas, {GENERATIONS_LOADED} generations | GiB on the engine's disk |",
        "|---|---|---|---|---|---|---|---|", *rows, "",
        f"{GENERATIONS_LOADED} generations are in memory while a rebuild runs: the live one, the "
        "one before it, which a server may still be answering from, and the new one.",
    ]  # fmt: skip


def passage_bytes(measured: dict[str, Any], vector: float) -> PassageBytes:
    """From the measurements of `benchmarks.milvus`."""
    return PassageBytes(
        vector=vector,
        context=measured["contexts_a_passage"] * 4 * measured["dim"],
        words=8 * measured["postings_a_passage"],
        scalars=2
        * (7 * 8 + 17),  # seven whole numbers and an id, and as much again to find them by
        local=measured["bytes_a_passage"]["speeches.sqlite"]
        + measured["bytes_a_passage"]["lexical/"]
        + measured["bytes_a_passage"]["arrays"],
    )


def draw(drawn: dict[str, Any], path: Path) -> None:
    """The two pictures: merging, waiting."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    for n_shards in (4, 16, 64):
        few = np.arange(1, K + 1)
        left.plot(few, [merge_recall(K, n_shards, int(n)) for n in few], label=f"{n_shards} shards")
    left.set(xlabel="hits each shard gives (k')", ylabel=f"recall of the top {K}", xlim=(0, 120))
    left.legend()
    right.plot(drawn["shards"], drawn["plain"], "o-", label="p99")
    right.plot(drawn["shards"], drawn["hedged"], "o-", label="p99, hedged at the 95th percentile")
    right.set(xlabel="shards", ylabel="ms until all have answered", xscale="log")
    right.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": ""})
    plt.close(figure)


def main() -> None:
    """Write the page and the picture."""
    chance = np.random.default_rng(SEED)
    measured = json.loads((RESULTS / "milvus.json").read_text(encoding="utf-8"))
    waits, drawn = waiting(chance)
    parts = (merging(chance), approximate(chance), waits, failing(chance), sizing(measured))
    lines = [
        "# A library in shards, simulated", "",
        f"`python -m benchmarks.scale_simulation`, seed {SEED}. What it assumes is said with each "
        "table; nothing here was measured on a cluster.", "",
        "![recall and waiting](scale_simulation.png)",
    ]  # fmt: skip
    for part in parts:
        lines += ["", *part]
    (RESULTS / "scale_simulation.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(drawn, RESULTS / "scale_simulation.png")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
