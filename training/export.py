"""Write a table of token vectors as the model that the package ships, and read it back.

Layout: sentence-transformers `StaticEmbedding` then `Normalize`, with model2vec's two tensors:
`embeddings` (int8, one row a token) and `weights` (float32, one scale a row);
row = embeddings * weights. `digest.txt` is the SHA-256 that an index remembers.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.models.StaticEmbedding",
    },
    {
        "idx": 1,
        "name": "1",
        "path": "",
        "type": "sentence_transformers.models.Normalize",
    },
]
_CONFIG = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}


def quantise(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8 with a float32 scale a row: the largest element becomes 127."""
    scale = np.abs(table).max(axis=1) / 127
    steps = table / np.where(scale > 0, scale, 1)[:, None]
    return np.rint(steps).astype(np.int8), scale.astype(np.float32)


def digest_of(folder: Path) -> str:
    """SHA-256 over the tokenizer and the weights, in that order."""
    digest = hashlib.sha256()
    for name in (TOKENIZER, WEIGHTS):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def save_model(folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32]) -> None:
    """Write every file but the card."""
    folder.mkdir(parents=True, exist_ok=True)
    embeddings, weights = quantise(table)
    save_file({"embeddings": embeddings, "weights": weights}, folder / WEIGHTS)
    (folder / WEIGHTS).chmod(0o644)  # safetensors leaves it to its owner alone
    tokenizer.save(str(folder / TOKENIZER), pretty=False)
    (folder / "modules.json").write_text(json.dumps(_MODULES, indent=2) + "\n", "utf-8")
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps(_CONFIG, indent=2) + "\n", "utf-8"
    )
    (folder / "digest.txt").write_text(digest_of(folder) + "\n", "utf-8")


def load_table(folder: Path) -> tuple[Tokenizer, NDArray[np.float32]]:
    """The tokenizer and the dequantised table of a saved model."""
    tensors = load_file(folder / WEIGHTS)
    table = tensors["embeddings"].astype(np.float32) * tensors["weights"][:, None]
    return Tokenizer.from_file(str(folder / TOKENIZER)), table
