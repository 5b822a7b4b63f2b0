"""FAISS by passage id, in each of the forms a FAISS store takes by size."""

import pytest

from contracts.passage_vectors import PassageVectorsContract
from contracts.vector_store import VectorStoreContract, unit_vectors
from speechrag.index import vectors as module
from speechrag.index.faiss_files import load_faiss
from speechrag.index.faiss_passages import FaissPassages
from speechrag.index.vectors import FaissStore


class InFiles:
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    def make_empty(self):
        return FaissPassages.empty(24)

    def reopen(self, store):
        store.save(self.folder)
        return FaissPassages.open(self.folder)


class TestById(InFiles, PassageVectorsContract):
    pass


class TestByRow(InFiles, VectorStoreContract):
    def make_store(self, vectors):
        store = self.make_empty()
        store.upsert([f"passage-{row:04d}" for row in range(len(vectors))], vectors)
        return store


class TestFloat16(InFiles, PassageVectorsContract):
    TOLERANCE = 2e-3

    def make_empty(self):
        faiss_half = load_faiss()
        index = faiss_half.IndexScalarQuantizer(
            24, faiss_half.ScalarQuantizer.QT_fp16, faiss_half.METRIC_INNER_PRODUCT
        )
        return FaissPassages(FaissStore(index), [])


def test_what_has_a_quick_pass_can_be_written_to(monkeypatch):
    monkeypatch.setattr(module, "QUICK_PASS_MIN_ROWS", 1_000)
    monkeypatch.setattr(module, "FLOAT16_MIN_ROWS", 500)
    vectors = unit_vectors(1_200)
    store = FaissPassages(FaissStore.build(vectors), [f"p{row}" for row in range(1_200)])
    fresh = unit_vectors(2, seed=31)
    store.upsert(["p7", "new"], fresh)
    assert store.search(fresh, 1)[1].tolist() == [[7], [1_200]]
    store.delete(["p7"])
    assert store.search(fresh, 1)[1][1].tolist() == [1_200]
    assert store.search(fresh[:1], 1)[1][0, 0] != 7
