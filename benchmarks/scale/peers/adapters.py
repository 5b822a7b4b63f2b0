"""speechrag and its peers behind one interface: build from texts, open, search.

Each is used as its own documentation shows, with the built-in encoder's folder (a
sentence-transformers model) in place of the documentation's model. A module of the standard library
alone: it runs in each peer's own environment, and imports the peer inside the calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol


class Peer(Protocol):
    """A library of texts, numbered from 0 in the order given."""

    def build(self, texts: list[str], folder: Path, model: Path, library: Path) -> None:
        """Index texts and write the index below a folder."""

    def open(self, folder: Path, model: Path) -> None:
        """Load an index that was written."""

    def search(self, question: str, k: int) -> list[Any]:
        """The best k texts: their numbers; speechrag's own, their ids."""


class Speechrag:
    """This project: from the files, as it is used; reading and cleaning them is part of building.

    Seeds are a library of files too, so that `texts` goes unused.
    """

    def build(self, texts: list[str], folder: Path, model: Path, library: Path) -> None:  # noqa: ARG002 - the interface
        """Read, clean, split, tokenize, encode, write."""
        from speechrag.config import load_settings
        from speechrag.search.library import build_library

        build_library([library], load_settings(overrides={"index": folder}), full=True)

    def open(self, folder: Path, model: Path) -> None:  # noqa: ARG002 - the model is built in
        """Open the live generation."""
        from speechrag.config import load_settings
        from speechrag.search.engine import Engine

        self._engine = Engine.open(load_settings(overrides={"index": folder}))

    def search(self, question: str, k: int) -> list[Any]:
        """What a person gets."""
        return [hit.passage.id for hit in self._engine.search(question, k=k).hits]

    def text(self, key: str) -> str:
        """The text of a passage."""
        store = self._engine.generation.store
        return store.text(store.row_of(key))


class Txtai:
    """txtai, hybrid: Faiss and its own BM25 terms index, content stored in SQLite."""

    def build(self, texts: list[str], folder: Path, model: Path, library: Path) -> None:  # noqa: ARG002 - the interface
        """Index and save."""
        from txtai import Embeddings

        embeddings = Embeddings(
            path=str(model), method="sentence-transformers", hybrid=True, content=True
        )
        embeddings.index(texts)
        embeddings.save(str(folder))

    def open(self, folder: Path, model: Path) -> None:  # noqa: ARG002 - its index names the model
        """Load."""
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(str(folder))

    def search(self, question: str, k: int) -> list[Any]:
        """A convex sum of both, txtai's own."""
        return [int(row["id"]) for row in self._embeddings.search(question, k)]


class LlamaIndex:
    """LlamaIndex: a Faiss vector store and its BM25 retriever, fused by reciprocal rank.

    Its BM25 retriever splits at what is no word character, so that a Chinese clause is one token:
    a pattern of single characters is given, the one way its interface has without other packages.
    """

    _PATTERN = r"(?u)[\u3400-\u9fff]|[a-zA-Z0-9]+"

    def build(self, texts: list[str], folder: Path, model: Path, library: Path) -> None:  # noqa: ARG002 - the interface
        """Embed, index, persist both."""
        import faiss
        from llama_index.core import StorageContext, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        embedding = self._embedding(model)
        nodes = [TextNode(text=text, id_=str(number)) for number, text in enumerate(texts)]
        dim = len(embedding.get_text_embedding("维数"))
        store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(dim))
        context = StorageContext.from_defaults(vector_store=store)
        index = VectorStoreIndex(nodes, storage_context=context, embed_model=embedding)
        index.storage_context.persist(str(folder / "vectors"))
        words = BM25Retriever.from_defaults(
            nodes=nodes, similarity_top_k=10, token_pattern=self._PATTERN, skip_stemming=True
        )
        words.persist(str(folder / "words"))

    def open(self, folder: Path, model: Path) -> None:
        """Load both and put the fusion above them."""
        from llama_index.core import StorageContext, load_index_from_storage
        from llama_index.core.llms import MockLLM
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.retrievers.bm25 import BM25Retriever
        from llama_index.vector_stores.faiss import FaissVectorStore

        store = FaissVectorStore.from_persist_dir(str(folder / "vectors"))
        context = StorageContext.from_defaults(
            vector_store=store, persist_dir=str(folder / "vectors")
        )
        index = load_index_from_storage(context, embed_model=self._embedding(model))
        words = BM25Retriever.from_persist_dir(str(folder / "words"))
        self._retriever = QueryFusionRetriever(
            [index.as_retriever(similarity_top_k=10), words],
            similarity_top_k=10,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
            llm=MockLLM(),
        )

    def search(self, question: str, k: int) -> list[Any]:
        """Reciprocal rank fusion of ten each; a question of which BM25 knows no word finds less."""
        return [int(found.node.node_id) for found in self._retriever.retrieve(question)[:k]]

    def _embedding(self, model: Path) -> Any:
        """A custom embedding, as its documentation has it.

        HuggingFaceEmbedding sets the model's length limit, which a static model does not have
        (AttributeError with llama-index-core 0.14).
        """
        from llama_index.core.embeddings import BaseEmbedding
        from pydantic import PrivateAttr
        from sentence_transformers import SentenceTransformer

        class StaticEmbedding(BaseEmbedding):  # type: ignore[misc]
            _model: SentenceTransformer = PrivateAttr()

            def __init__(self, **data: Any) -> None:
                super().__init__(**data)
                self._model = SentenceTransformer(str(model))

            def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
                return self._model.encode(texts).tolist()  # type: ignore[no-any-return]

            def _get_text_embedding(self, text: str) -> list[float]:
                return self._get_text_embeddings([text])[0]

            def _get_query_embedding(self, query: str) -> list[float]:
                return self._get_text_embedding(query)

            async def _aget_query_embedding(self, query: str) -> list[float]:
                return self._get_query_embedding(query)

        return StaticEmbedding(embed_batch_size=512)


class LanceDb:
    """LanceDB, hybrid: vectors compared exactly, its own full text index (ICU words), RRF."""

    def build(self, texts: list[str], folder: Path, model: Path, library: Path) -> None:  # noqa: ARG002 - the interface
        """Fill a table that embeds by itself, and index its text."""
        import lancedb
        from lancedb.embeddings import get_registry
        from lancedb.pydantic import LanceModel, Vector

        encoder = get_registry().get("sentence-transformers").create(name=str(model))

        class Row(LanceModel):  # type: ignore[misc]
            number: int
            text: str = encoder.SourceField()
            vector: Vector(encoder.ndims()) = encoder.VectorField()  # type: ignore[valid-type]

        table = lancedb.connect(str(folder)).create_table("passages", schema=Row)
        table.add([{"number": number, "text": text} for number, text in enumerate(texts)])
        table.create_fts_index("text", base_tokenizer="icu", stem=False, remove_stop_words=False)

    def open(self, folder: Path, model: Path) -> None:  # noqa: ARG002 - its table names the model
        """Open the table."""
        import lancedb

        self._table = lancedb.connect(str(folder)).open_table("passages")

    def search(self, question: str, k: int) -> list[Any]:
        """Reciprocal rank fusion of both, LanceDB's default."""
        found = self._table.search(question, query_type="hybrid").limit(k).to_list()
        return [row["number"] for row in found]


PEERS: dict[str, type[Peer]] = {
    "speechrag": Speechrag,
    "txtai": Txtai,
    "llamaindex": LlamaIndex,
    "lancedb": LanceDb,
}

PACKAGES: dict[str, tuple[str, ...]] = {
    "txtai": ("txtai[ann]", "sentence-transformers"),
    "llamaindex": (
        "llama-index-core",
        "llama-index-retrievers-bm25",
        "llama-index-vector-stores-faiss",
        "sentence-transformers",
        "faiss-cpu",
    ),
    "lancedb": ("lancedb", "sentence-transformers", "pandas"),
}
"""What is installed after torch."""

VERSIONS: dict[str, tuple[str, ...]] = {
    "speechrag": ("speechrag", "faiss-cpu"),
    "txtai": ("txtai", "faiss-cpu"),
    "llamaindex": ("llama-index-core", "llama-index-retrievers-bm25", "bm25s", "faiss-cpu"),
    "lancedb": ("lancedb", "lance-namespace"),
}
"""What the table tells the versions of."""
