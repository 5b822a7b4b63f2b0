"""A tiny Llama, made when the tests run, that says one fixed thing whatever it is asked.

Its hidden size is its vocabulary: embeddings are one-hot, the only layer adds nothing, and the head
sends each token to the next of the script. A real server runs it as it runs any other model.
"""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

UNKNOWN, END, ASSISTANT = "<unk>", "<eos>", "<|assistant|>"
TEMPLATE = "{% for m in messages %}{{ m['content'] }}{% endfor %}" + ASSISTANT


def split_script(script):
    """Pieces of two characters or so, no two alike: a token has only one successor."""
    pieces = []
    at = 0
    while at < len(script):
        size = 2
        while script[at : at + size] in pieces and at + size < len(script):
            size += 1
        pieces.append(script[at : at + size])
        at += size
    assert len(set(pieces)) == len(pieces), pieces
    return pieces


def write_model(folder: Path, script: str, *, ends: bool = True) -> Path:
    """Save a model whose answer is `script`; one that does not end begins again."""
    pieces = split_script(script)
    vocab = {token: n for n, token in enumerate((UNKNOWN, END, ASSISTANT, *pieces))}
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token=UNKNOWN, eos_token=END, pad_token=END,
        additional_special_tokens=[ASSISTANT], chat_template=TEMPLATE,
    )  # fmt: skip
    n = len(vocab)
    size = n + n % 2
    config = LlamaConfig(
        vocab_size=n, hidden_size=size, intermediate_size=2, num_hidden_layers=1,
        num_attention_heads=1, max_position_embeddings=32_768, tie_word_embeddings=False,
        eos_token_id=1, pad_token_id=1, bos_token_id=None,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    follows = [1, 1, 3, *range(4, n), 1 if ends else 3]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.model.norm.weight.fill_(1)
        for token, following in enumerate(follows):
            model.model.embed_tokens.weight[token, token] = 1
            model.lm_head.weight[following, token] = 10
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    (folder / "script.json").write_text(json.dumps(pieces, ensure_ascii=False), encoding="utf-8")
    return folder
