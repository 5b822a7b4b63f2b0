"""Formulae of a library in shards: what merging loses, how slow the slowest is, what failures cost.

Each is a closed form that `scale_simulation.py` holds against a simulation. Shards are assumed
alike and independent; where that is doubtful the simulation shows by how much.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Z99 = 2.3263478740408408
"""The 99th percentile of the normal distribution."""


def merge_recall(k: int, n_shards: int, k_shard: int) -> float:
    """The share of the true top k that is left when each shard gives only its best `k_shard`.

    The true top k fall on the shards like balls into bins: a shard has Binomial(k, 1/n_shards) of
    them, and those above `k_shard` are lost.
    """
    held = np.arange(k_shard + 1, k + 1)
    lost = ((held - k_shard) * binom.pmf(held, k, 1 / n_shards)).sum()
    return float(1 - n_shards * lost / k)


def least_k_shard(k: int, n_shards: int, recall: float) -> int:
    """The fewest hits each shard has to give for a recall, in [0, 1], after merging."""
    return next(n for n in range(1, k + 1) if merge_recall(k, n_shards, n) >= recall)


@dataclass(frozen=True, slots=True)
class Latency:
    """The time of one shard: lognormal, by its median and 99th percentile."""

    median_ms: float
    p99_ms: float

    @property
    def sigma(self) -> float:
        """The deviation of the logarithm."""
        return log(self.p99_ms / self.median_ms) / Z99

    def share_within(self, ms: float) -> float:
        """P(one shard answers within so many ms)."""
        if ms <= 0:
            return 0.0
        return 0.5 * (1 + erf(log(ms / self.median_ms) / self.sigma / sqrt(2)))

    def share_within_hedged(self, ms: float, delay_ms: float) -> float:
        """The same where a second replica is asked after a delay, and the first answer taken."""
        return 1 - (1 - self.share_within(ms)) * (1 - self.share_within(ms - delay_ms))

    def share_asked_twice(self, delay_ms: float) -> float:
        """How many requests are still open after the delay."""
        return 1 - self.share_within(delay_ms)

    def draw(self, chance: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Times in ms."""
        return self.median_ms * np.exp(self.sigma * chance.standard_normal(shape))


def slowest_percentile(
    latency: Latency, n_shards: int, percent: float, hedge_ms: float | None = None
) -> float:
    """A percentile of the time until all shards have answered, in ms: F(t)^n = percent/100."""
    wanted = (percent / 100) ** (1 / n_shards)
    low, high = 0.0, latency.median_ms * exp(12 * latency.sigma)
    for _ in range(200):
        middle = (low + high) / 2
        share = (
            latency.share_within(middle)
            if hedge_ms is None
            else latency.share_within_hedged(middle, hedge_ms)
        )
        low, high = (middle, high) if share < wanted else (low, middle)
    return high


def share_complete(n_shards: int, n_replicas: int, node_down: float) -> float:
    """P(every shard has a replica up), nodes failing independently: whole answers."""
    return float((1 - node_down**n_replicas) ** n_shards)


def share_reachable(n_replicas: int, node_down: float) -> float:
    """The share of the library that can be found on average."""
    return float(1 - node_down**n_replicas)


def expected_distinct(n_shards: int, k: int) -> float:
    """How many shards hold at least one of the true top k: n (1 - (1 - 1/n)^k)."""
    return n_shards * (1 - (1 - 1 / n_shards) ** k)


@dataclass(frozen=True, slots=True)
class PassageBytes:
    """Bytes a passage: by part in memory at Milvus, and on the disk beside the engine."""

    vector: float
    context: float
    words: float
    scalars: float
    local: float

    @property
    def at_milvus(self) -> float:
        """In memory, all parts."""
        return self.vector + self.context + self.words + self.scalars


def n_machines(n_passages: float, in_memory: float, n_replicas: int, machine_gib: float) -> int:
    """Query machines: all replicas' bytes over what a machine gives, a third kept free."""
    usable = machine_gib * 2**30 * 2 / 3
    return max(n_replicas, int(np.ceil(n_passages * in_memory * n_replicas / usable)))
