"""Real transformers, made in a second: two layers, random weights, one token a character."""

from pathlib import Path

CHARACTERS = "科技成果转化人才问query:passage "


def tiny_tokenizer(characters=CHARACTERS):
    """A tokenizer whose tokens are single characters."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", *characters]
    vocabulary = {word: index for index, word in enumerate(dict.fromkeys(words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return tokenizer


def save_tiny_transformer(base: Path, folder: Path, characters=CHARACTERS) -> Path:
    """Make a model with prompts of its own by way of `base`, and save it whole in `folder`."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = tiny_tokenizer(characters)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(base)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=64,
    ).save_pretrained(base)
    model = SentenceTransformer(
        modules=[Transformer(str(base)), Pooling(16)],
        prompts={"query": "问:", "passage": "passage: "},
        device="cpu",
    )
    model.save(str(folder))
    return folder
