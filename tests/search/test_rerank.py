"""A cross-encoder made here, saved, and loaded through the real loading code."""

import os

import numpy as np
import pytest

from speechrag.errors import EncoderError
from speechrag.search.engine import Engine
from speechrag.search.rerank import CrossEncoderReranker

WORDS = list("成果转化资金投入不足流程简督查办防汛责任落实要加强压")


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    """A tiny BERT with random weights and one output."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    base = tmp_path_factory.mktemp("bert")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (base / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=128, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(base)
    BertTokenizerFast(vocab_file=str(base / "vocab.txt")).save_pretrained(base)
    saved = tmp_path_factory.mktemp("cross-encoder")
    CrossEncoder(str(base), num_labels=1, device="cpu").save_pretrained(str(saved))
    return saved


def test_scores_are_the_models_own_logistic_outputs(model_folder):
    from sentence_transformers import CrossEncoder

    passages = ["资金投入不足", "防汛责任落实", "要加强督查"]
    scores = CrossEncoderReranker(str(model_folder)).score("资金不足", passages)
    logits = CrossEncoder(str(model_folder), device="cpu").predict(
        [("资金不足", p) for p in passages], activation_fn=lambda x: x
    )
    assert scores == pytest.approx(1 / (1 + np.exp(-np.asarray(logits))), abs=1e-5)
    assert CrossEncoderReranker(str(model_folder)).score("x", []).shape == (0,)


def test_a_model_that_is_not_on_disk_is_named_with_the_folder_to_put_it_in():
    with pytest.raises(EncoderError) as caught:
        CrossEncoderReranker("BAAI/bge-reranker-v2-m3")
    assert "bge-reranker-v2-m3" in str(caught.value)


def test_the_first_hits_are_ordered_by_the_reranker(engine):
    class ByLength:
        def score(self, _question, passages):
            return np.array([1 / (1 + len(p)) for p in passages], dtype=np.float32)

    reranking = Engine(
        engine.generation, engine.encoder, engine.tokenizer, engine.settings, reranker=ByLength()
    )
    hits = reranking.search("科技成果转化 资金", k=5).hits
    lengths = [len(hit.text) for hit in hits]
    assert lengths == sorted(lengths)
    assert hits[0].parts["rerank"] == pytest.approx(1 / (1 + lengths[0]))
