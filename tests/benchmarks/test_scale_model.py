"""The formulae of docs/scale.md: against counting by hand, and against the simulation."""

from math import comb

import numpy as np
import pytest
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

from benchmarks import scale_simulation


def test_merging_two_hits_of_two_shards_by_hand():
    # One hit a shard: both are kept unless both fall on one shard, one time in two.
    assert merge_recall(2, 2, 1) == pytest.approx(0.75)
    assert merge_recall(2, 2, 2) == 1


def test_merging_by_counting_every_case():
    k, n_shards, few = 4, 3, 2
    kept = 0
    for case in np.ndindex(*[n_shards] * k):
        kept += np.minimum(np.bincount(case, minlength=n_shards), few).sum()
    assert merge_recall(k, n_shards, few) == pytest.approx(kept / (k * n_shards**k))


def test_nothing_is_lost_where_each_shard_gives_k():
    assert [merge_recall(50, n, 50) for n in (1, 4, 64)] == [1, 1, 1]


def test_the_fewest_hits_reach_the_recall_and_one_less_does_not():
    few = least_k_shard(200, 16, 0.99)
    assert merge_recall(200, 16, few) >= 0.99 > merge_recall(200, 16, few - 1)


@pytest.mark.parametrize(("n_shards", "few"), [(4, 60), (16, 20), (64, 5)])
def test_merging_simulated(n_shards, few):
    chance = np.random.default_rng(1)
    found = scale_simulation.simulate_merge(chance, 200, n_shards, few, 1, 4_000)
    assert found == pytest.approx(merge_recall(200, n_shards, few), abs=0.003)


def test_hits_that_stand_together_lose_more():
    alone, together = (
        scale_simulation.simulate_merge(np.random.default_rng(2), 200, 16, 20, t, 2_000)
        for t in (1, 20)
    )
    assert together < alone - 0.05


def test_distinct_shards_by_hand():
    assert expected_distinct(2, 2) == pytest.approx(1.5)
    assert expected_distinct(64, 10) == pytest.approx(
        sum(64 * comb(10, j) * (1 / 64) ** j * (63 / 64) ** (10 - j) for j in range(1, 11))
    )


def test_a_latency_has_its_own_percentiles():
    latency = Latency(median_ms=5, p99_ms=50)
    assert latency.share_within(5) == pytest.approx(0.5)
    assert latency.share_within(50) == pytest.approx(0.99)
    assert latency.share_within(0) == 0
    assert slowest_percentile(latency, 1, 99) == pytest.approx(50)
    assert slowest_percentile(latency, 1, 50) == pytest.approx(5)


def test_the_slowest_of_many_is_a_power():
    latency = Latency(5, 50)
    at = slowest_percentile(latency, 64, 99)
    assert latency.share_within(at) ** 64 == pytest.approx(0.99)
    assert at > 150


@pytest.mark.parametrize("hedge_ms", [None, 25.0])
@pytest.mark.parametrize("n_shards", [1, 16])
def test_waiting_simulated(n_shards, hedge_ms):
    times = scale_simulation.simulate_slowest(np.random.default_rng(3), n_shards, 200_000, hedge_ms)
    expected = slowest_percentile(scale_simulation.SHARD, n_shards, 99, hedge_ms)
    assert np.percentile(times, 99) == pytest.approx(expected, rel=0.04)


def test_hedging_by_hand():
    latency = Latency(5, 50)
    within, before = latency.share_within(40), latency.share_within(15)
    assert latency.share_within_hedged(40, 25) == pytest.approx(within + before - within * before)
    assert latency.share_within_hedged(20, 25) == latency.share_within(20)


def test_failures_by_hand():
    assert share_complete(2, 1, 0.1) == pytest.approx(0.81)
    assert share_complete(2, 2, 0.1) == pytest.approx(0.9801)
    assert share_reachable(2, 0.1) == pytest.approx(0.99)


@pytest.mark.parametrize("n_replicas", [1, 2])
def test_failures_simulated(n_replicas):
    chance = np.random.default_rng(4)
    # As many machines as replicas in all would be independent; with one shard they are.
    whole, reachable = scale_simulation.simulate_failures(chance, 1, n_replicas, 50, 0.1, 400_000)
    assert whole == pytest.approx(share_complete(1, n_replicas, 0.1), abs=0.002)
    assert reachable == pytest.approx(share_reachable(n_replicas, 0.1), abs=0.002)


def test_machines_by_hand():
    each = PassageBytes(vector=256, context=300, words=400, scalars=68, local=1_000)
    assert each.at_milvus == 1_024
    # 3 GiB in two replicas are 6; a machine of 3 GiB has 2 to give.
    assert n_machines(3 * 2**20, each.at_milvus, 2, 3) == 3
    assert n_machines(1, each.at_milvus, 2, 3) == 2


def test_the_same_seed_gives_the_same_table():
    one, other = (scale_simulation.merging(np.random.default_rng(5)) for _ in range(2))
    assert one == other
