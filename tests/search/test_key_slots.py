"""Numbers looked up in a list, beside a dictionary."""

import numpy as np
import pytest

from speechrag.search.key_slots import KeySlots


@pytest.mark.parametrize("n_keys", [0, 1, 2, 7, 1000, 30_000])
def test_all_that_are_there_are_found_and_no_others(n_keys):
    rng = np.random.default_rng(n_keys)
    keys = rng.permutation(rng.choice(2**32, n_keys, replace=False)).astype(np.uint32)
    near = np.concatenate([keys, keys + np.uint32(1), rng.integers(0, 2**32, 5000)])
    wanted = rng.permutation(near.astype(np.uint32))
    which = {key: at for at, key in enumerate(keys.tolist())}
    there = [place for place, key in enumerate(wanted.tolist()) if key in which]
    found, places = KeySlots(keys).find(wanted)
    assert places.tolist() == there
    assert found.tolist() == [which[key] for key in wanted[there].tolist()]


def test_keys_that_share_a_slot_are_told_apart():
    # numbers a multiple of 2^32 / factor apart fall together: take many and keep one slot's
    keys = np.arange(2_000_000, dtype=np.uint32)
    slots = KeySlots(keys[:40])._slots(keys)
    crowded = keys[slots == slots[0]][:40]
    assert len(crowded) == 40
    found, places = KeySlots(crowded).find(np.concatenate([crowded[::-1], crowded + np.uint32(1)]))
    assert found.tolist() == list(range(39, -1, -1))
    assert places.tolist() == list(range(40))


def test_nothing_is_found_for_nothing():
    found, places = KeySlots(np.array([5], dtype=np.uint32)).find(np.zeros(0, dtype=np.uint32))
    assert (found.tolist(), places.tolist()) == ([], [])
