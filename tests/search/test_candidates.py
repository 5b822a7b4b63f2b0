"""What is said of candidates, stage by stage."""

from dataclasses import replace

import numpy as np
import pytest

from speechrag.index.store_tables import ROLES
from speechrag.search.candidates import Selection, gather_signals
from speechrag.types import Filters, Role


class Told:
    """A generation whose passages have the roles they are given."""

    def __init__(self, generation, roles):
        self._generation = generation
        self.store = self
        self.role_codes = np.array([ROLES.index(role) + 1 for role in roles], np.uint8)

    def __getattr__(self, name):
        return getattr(self._generation, name)


def role_signal(engine, roles, intent):
    query = replace(engine.analyse("推进会 部署 成果转化 乡村振兴 防汛 督查"), intent=intent)
    vector = engine.encoder.encode_queries([query.text])[0]
    selection = Selection(engine.generation.store, Filters())
    return gather_signals(Told(engine.generation, roles), query, vector, selection, engine.weights)


def test_a_role_tells_the_more_the_rarer_it_is_among_the_candidates(engine):
    n = engine.generation.manifest.n_passages
    rare = [Role.PROBLEM] + [Role.MEASURE] * (n - 1)
    found = role_signal(engine, rare, Role.PROBLEM)
    assert found.rows.tolist() == list(range(n))
    assert found.role == pytest.approx([(1 - 1 / n) ** 2] + [0.0] * (n - 1))
    common = role_signal(engine, rare, Role.MEASURE)
    assert common.role == pytest.approx([0.0] + [(1 / n) ** 2] * (n - 1))
    assert role_signal(engine, [Role.MEASURE] * n, Role.MEASURE).role == pytest.approx([0.0] * n)
    assert not role_signal(engine, rare, None).role.any()
    assert found.role.dtype == np.float32
